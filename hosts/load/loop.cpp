#include "load/loop.hpp"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "load/connection.hpp"

namespace plugboard::load {

Loop::Loop(std::size_t buffer_bytes)
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)),
      buffer_(buffer_bytes) {
  epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.ptr = nullptr}};
  if (epoll_ < 0 || timer_ < 0 || ::epoll_ctl(epoll_, EPOLL_CTL_ADD, timer_, &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "epoll");
  }
}

Loop::~Loop() {
  ::close(timer_);
  ::close(epoll_);
}

void Loop::watch(int fd, Connection& connection) {
  epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                    .data = {.ptr = &connection}};
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  }
}

void Loop::run(const std::function<Nanoseconds()>& turn) {
  while (true) {
    const Nanoseconds until = turn();
    if (until == kStop) return;
    wait(until);
  }
}

void Loop::wait(Nanoseconds until) {
  constexpr Nanoseconds kMillisecond = 1'000'000;
  constexpr Nanoseconds kSecond = 1'000'000'000;
  const Nanoseconds left = until - now_ns();
  int timeout_ms = 0;
  if (left >= kMillisecond) {
    timeout_ms = static_cast<int>(std::min<Nanoseconds>(left / kMillisecond, 1000));
  } else if (left > 0) {
    // epoll_wait counts in milliseconds; what is shorter is left to a timer in the set.
    const itimerspec at{.it_interval = {},
                        .it_value = {.tv_sec = until / kSecond, .tv_nsec = until % kSecond}};
    ::timerfd_settime(timer_, TFD_TIMER_ABSTIME, &at, nullptr);
    timeout_ms = 1;
  }
  std::array<epoll_event, 1024> events;
  const int count = ::epoll_wait(epoll_, events.data(), events.size(), timeout_ms);
  if (count < 0 && errno != EINTR) {
    throw std::system_error(errno, std::generic_category(), "epoll_wait");
  }
  for (int i = 0; i < count; ++i) {
    if (events[i].data.ptr == nullptr) continue;
    static_cast<Connection*>(events[i].data.ptr)->on_events(events[i].events);
  }
}

}  // namespace plugboard::load
