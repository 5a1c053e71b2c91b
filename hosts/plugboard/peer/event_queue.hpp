// Events on their way from the network's thread to the one that reads and prints, which waits for
// them with poll. Bounded: while what is printed is not read, nothing is read from the relay.
#pragma once

#include <condition_variable>
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

  /// The network's thread. Waits while there are many, until `close`.
  void push(PeerEvent event);
  /// The oldest, or nothing. One thread.
  std::optional<PeerEvent> pop();
  /// Nobody takes events any more: they are dropped, and nobody waits. Any thread.
  void close();
  /// Readable while there are events.
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
  std::mutex mutex_;
  std::condition_variable room_;
  bool closed_ = false;
  std::deque<PeerEvent> events_;
};

}  // namespace plugboard::program
