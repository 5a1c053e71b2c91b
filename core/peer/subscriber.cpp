#include "peer/subscriber.hpp"

#include <algorithm>
#include <mutex>

#include "peer/server_frames.hpp"
#include "wire/close.hpp"

namespace plugboard::peer {
namespace {

// What a kept status costs beside its address: a tree node and two string heads.
constexpr std::size_t kKeptOverhead = 96;

}  // namespace

void Subscriber::bind(Peer* peer) {
  const std::lock_guard guard(lock_);
  peer_ = peer;
}

void Subscriber::tell(std::string_view address, bool online, std::string_view frame,
                      Dispatch& dispatch) {
  const std::lock_guard guard(lock_);
  tell_locked(address, online, frame, dispatch, Urgency::patient);
}

bool Subscriber::has_joined_locked(const Channel& channel, std::uint32_t stripe) const {
  return std::any_of(channels_.begin(), channels_.end(), [&](const ChannelWatch& watch) {
    return watch.channel == &channel && stripe < watch.next_stripe;
  });
}

void Subscriber::tell_locked(std::string_view address, bool online, std::string_view frame,
                             Dispatch& dispatch, Urgency urgency) {
  if (peer_ == nullptr) return;
  if (kept_.empty() && peer_->waiting_bytes() < kRoomBytes) {
    if (peer_->send(frame, 0, dispatch, false, urgency) != Delivery::full) return;
  }
  keep_locked(address, online, dispatch);
}

void Subscriber::keep_locked(std::string_view address, bool online, Dispatch& dispatch) {
  if (const auto kept = kept_.find(address); kept != kept_.end()) {
    kept->second = online;
  } else {
    kept_.emplace(address, online);
    kept_bytes_ += address.size() + kKeptOverhead;
  }
  if (kept_bytes_ > dispatch.outbox_limit) {
    kept_.clear();
    kept_bytes_ = 0;
    peer_->finish({.end = EndReason::slow,
                   .close_code = wire::close_code::kTryAgainLater,
                   .close_reason = "Slow consumer",
                   .error_code = "SLOW_CONSUMER",
                   .error_message = "Presence waiting for this peer exceeds the outbox limit",
                   .discard_waiting = true},
                  dispatch);
    return;
  }
  peer_->wait_for_room(dispatch);
}

bool Subscriber::send_kept_locked(Dispatch& dispatch) {
  while (!kept_.empty()) {
    if (peer_->waiting_bytes() >= kRoomBytes) return false;
    const auto first = kept_.begin();
    if (peer_->send(status_frame(first->first, first->second), 0, dispatch) == Delivery::full) {
      return false;
    }
    kept_bytes_ -= first->first.size() + kKeptOverhead;
    kept_.erase(first);
  }
  return true;
}

}  // namespace plugboard::peer
