#include "peer/dispatch.hpp"

#include <algorithm>
#include <utility>

#include "peer/peer.hpp"

namespace plugboard::peer {
namespace {

// Of those who can wait, so many are sent to in a turn, or this part of them where they are many:
// at 3 to 7 us each, the next turn begins within half a millisecond where they are thousands, and
// however many they are, all have had theirs after some hundred turns.
constexpr std::size_t kPatientPerTurn = 64;
constexpr std::size_t kPatientPart = 64;

}  // namespace

Dispatch::~Dispatch() { flush_all(); }

void Dispatch::add(Peer& peer) { waiting_.emplace_back(&peer); }

void Dispatch::hold(Peer& peer, std::string_view frame) {
  if (held_for_ == nullptr) held_for_.reset(&peer);
  held_[held_count_++] = frame;
  held_bytes_ += frame.size();
}

void Dispatch::write_held() {
  const PeerRef peer = std::move(held_for_);
  const std::size_t count = std::exchange(held_count_, 0);
  held_bytes_ = 0;
  peer->write_held({held_.data(), count});
}

void Dispatch::flush() {
  settle();
  // Flushing one peer can add others (presence that waited for room), so the end moves.
  for (std::size_t i = 0; i < waiting_.size(); ++i) waiting_[i]->flush();
  waiting_.clear();
}

void Dispatch::flush_some_patient() {
  flush_patient(std::max(kPatientPerTurn, patient_.size() / kPatientPart));
}

void Dispatch::flush_all() {
  while (!empty() || has_patient()) {
    flush();
    flush_patient(patient_.size());
  }
}

void Dispatch::flush_patient(std::size_t count) {
  for (; count != 0 && !patient_.empty(); --count) {
    const PeerRef peer = std::move(patient_.front());
    patient_.pop_front();
    peer->flush_patient();
  }
}

}  // namespace plugboard::peer
