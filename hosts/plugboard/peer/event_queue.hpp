// Events on their way from the network's thread to the one that reads and prints, which waits for
// them with poll.
#pragma once

#include <deque>
#include <mutex>
#include <optional>

#include "peer/peer_event.hpp"

namespace plugboard::program {

class EventQueue {
 public:
  /// Throws std::system_error when the system has no descriptors left.
  EventQueue();
  ~EventQueue();
  EventQueue(const EventQueue&) = delete;
  EventQueue& operator=(const EventQueue&) = delete;

  /// Any thread.
  void push(PeerEvent event);
  /// The oldest, or nothing. One thread.
  std::optional<PeerEvent> pop();
  /// Readable while there are events.
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
  std::mutex mutex_;
  std::deque<PeerEvent> events_;
};

}  // namespace plugboard::program
