// Events on their way to one plugin instance that may block: handed over one at a time, in order,
// on its lane of the worker pool. Any thread may add.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <unordered_set>

#include "extension/host_services.hpp"
#include "extension/worker_pool.hpp"

namespace plugboard::extension {

/// Bounded: when `max_waiting` events wait, new ones are dropped. What an instance must not miss is
/// kept all the same, and bounded by the connections that there are: the end of a peer whose
/// beginning was delivered, and the release of its data.
class EventQueue {
 public:
  using Event = std::function<void()>;  // calls the plugin; does not throw

  /// `lane` outlives this object, and is closed before it goes.
  EventQueue(WorkerPool::Lane& lane, std::size_t max_waiting)
      : lane_(lane), max_waiting_(max_waiting) {}
  EventQueue(const EventQueue&) = delete;
  EventQueue& operator=(const EventQueue&) = delete;

  /// False if the event was dropped.
  bool add(Event event);
  /// A peer's beginning. If it is dropped, so will be its end.
  bool add_connected(PeerHandle peer, Event event);
  /// A peer's end. True also if it is left out because its beginning was dropped.
  bool add_disconnected(PeerHandle peer, Event event);
  /// Never dropped.
  bool add_certain(Event event);

  [[nodiscard]] std::size_t waiting() const;

 private:
  bool push(Event event, std::unique_lock<std::mutex>& lock);
  void run();
  bool run_one();

  WorkerPool::Lane& lane_;
  const std::size_t max_waiting_;
  mutable std::mutex mutex_;
  std::deque<Event> events_;
  std::unordered_set<PeerHandle> unseen_;  // peers whose beginning was dropped
  bool running_ = false;                   // `run` stands in the lane, or runs
};

}  // namespace plugboard::extension
