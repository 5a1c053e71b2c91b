// What one thread has given to outboxes and must send: the other half of a turn.
#pragma once

#include <array>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

namespace plugboard::peer {

class Peer;
using PeerRef = boost::intrusive_ptr<Peer>;
void intrusive_ptr_add_ref(const Peer* peer) noexcept;
void intrusive_ptr_release(const Peer* peer) noexcept;

/// When something queued must go out.
enum class Urgency : std::uint8_t {
  this_turn,
  patient,  // it can wait for another turn, see Dispatch
};

/// The appends of one turn: who has been given something and must be flushed. Lives on one thread.
/// Flushes when it ends.
///
/// What a change tells a thousand watchers waits behind what the turn sends otherwise, and goes out
/// some at a time, in the order it came: messages are not held up, and a watcher who is told more
/// before its turn comes gets it all in one system call.
///
/// Large frames to one peer that follow each other in the memory they were received into are not
/// copied: they are held until the next that is not of them, or until settle(), and then go to the
/// socket together.
class Dispatch {
 public:
  explicit Dispatch(std::size_t outbox_limit_bytes) : outbox_limit(outbox_limit_bytes) {}
  ~Dispatch();
  Dispatch(const Dispatch&) = delete;
  Dispatch& operator=(const Dispatch&) = delete;

  void add(Peer& peer);
  /// Nothing must go out in this turn.
  bool empty() const { return waiting_.empty() && held_for_ == nullptr; }
  /// Sends to everybody added since the last flush.
  void flush();
  /// Somebody waits who can wait for another turn.
  bool has_patient() const { return !patient_.empty(); }
  /// Sends to the next of those who can wait.
  void flush_some_patient();
  /// Sends to everybody.
  void flush_all();
  /// Sends the frames that are held: their memory is about to be used for something else.
  void settle() {
    if (held_for_ != nullptr) write_held();
  }

  std::size_t outbox_limit;  // manifest key server.outbox_limit, bytes

 private:
  friend class Peer;

  static constexpr std::size_t kMaxHeld = 64;

  /// Before something is sent to `peer`: lets nothing overtake what is held. `can_hold`: it is a
  /// frame of `bytes` that may be held too.
  void make_way(const Peer& peer, bool can_hold, std::size_t bytes) {
    if (held_for_ == nullptr) return;
    const bool same = held_for_.get() == &peer;
    if (same ? !can_hold || held_count_ == kMaxHeld || held_bytes_ + bytes > outbox_limit
             : can_hold) {
      write_held();
    }
  }
  void hold(Peer& peer, std::string_view frame);
  void write_held();
  void flush_patient(std::size_t count);

  std::vector<PeerRef> waiting_;
  std::deque<PeerRef> patient_;
  PeerRef held_for_;
  std::size_t held_count_ = 0;
  std::size_t held_bytes_ = 0;
  std::array<std::string_view, kMaxHeld> held_;
};

}  // namespace plugboard::peer
