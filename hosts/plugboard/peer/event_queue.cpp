#include "peer/event_queue.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace plugboard::program {

EventQueue::EventQueue() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

EventQueue::~EventQueue() { ::close(descriptor_); }

void EventQueue::push(PeerEvent event) {
  const std::lock_guard lock(mutex_);
  events_.push_back(std::move(event));
  if (events_.size() == 1) ::eventfd_write(descriptor_, 1);
}

std::optional<PeerEvent> EventQueue::pop() {
  const std::lock_guard lock(mutex_);
  if (events_.empty()) return std::nullopt;
  PeerEvent event = std::move(events_.front());
  events_.pop_front();
  if (events_.empty()) {
    eventfd_t count = 0;
    ::eventfd_read(descriptor_, &count);
  }
  return event;
}

}  // namespace plugboard::program
