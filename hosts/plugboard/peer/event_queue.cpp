#include "peer/event_queue.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace plugboard::program {

namespace {

// Of messages, which are 16 MiB at most and mostly far less.
constexpr std::size_t kMostWaiting = 256;

}  // namespace

EventQueue::EventQueue() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

EventQueue::~EventQueue() { ::close(descriptor_); }

void EventQueue::push(PeerEvent event) {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [this] { return closed_ || events_.size() < kMostWaiting; });
  if (closed_) return;
  events_.push_back(std::move(event));
  if (events_.size() == 1) ::eventfd_write(descriptor_, 1);
}

std::optional<PeerEvent> EventQueue::pop() {
  const std::lock_guard lock(mutex_);
  if (events_.empty()) return std::nullopt;
  PeerEvent event = std::move(events_.front());
  events_.pop_front();
  room_.notify_one();
  if (events_.empty()) {
    eventfd_t count = 0;
    ::eventfd_read(descriptor_, &count);
  }
  return event;
}

void EventQueue::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  room_.notify_one();
}

}  // namespace plugboard::program
