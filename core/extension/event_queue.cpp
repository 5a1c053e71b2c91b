#include "extension/event_queue.hpp"

#include <utility>

namespace plugboard::extension {
namespace {

/// After so many events the lane's other jobs have their turn.
constexpr std::size_t kEventsInATurn = 64;

}  // namespace

bool EventQueue::add(Event event) {
  std::unique_lock lock(mutex_);
  return events_.size() < max_waiting_ && push(std::move(event), lock);
}

bool EventQueue::add_connected(PeerHandle peer, Event event) {
  std::unique_lock lock(mutex_);
  if (events_.size() >= max_waiting_) {
    unseen_.insert(peer);
    return false;
  }
  return push(std::move(event), lock);
}

bool EventQueue::add_disconnected(PeerHandle peer, Event event) {
  std::unique_lock lock(mutex_);
  if (unseen_.erase(peer) != 0) return true;
  return push(std::move(event), lock);
}

bool EventQueue::add_certain(Event event) {
  std::unique_lock lock(mutex_);
  return push(std::move(event), lock);
}

std::size_t EventQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return events_.size();
}

bool EventQueue::push(Event event, std::unique_lock<std::mutex>& lock) {
  events_.push_back(std::move(event));
  if (running_) return true;
  running_ = true;
  lock.unlock();
  if (lane_.post_unbounded([this] { run(); })) return true;
  lock.lock();
  running_ = false;  // the lane is closed: the instance is about to go
  events_.clear();
  return false;
}

bool EventQueue::run_one() {
  Event event;
  {
    const std::lock_guard lock(mutex_);
    if (events_.empty()) {
      running_ = false;
      return false;
    }
    event = std::move(events_.front());
    events_.pop_front();
  }
  event();
  return true;
}

void EventQueue::run() {
  for (std::size_t i = 0; i < kEventsInATurn; ++i) {
    if (!run_one()) return;
  }
  if (lane_.post_unbounded([this] { run(); })) return;
  // The lane takes nothing more, but what was accepted is still to be delivered.
  while (run_one()) {
  }
}

}  // namespace plugboard::extension
