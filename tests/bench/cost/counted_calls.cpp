#include "bench/cost/counted_calls.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

namespace plugboard::bench {
namespace {

thread_local bool counting = false;
thread_local std::uint64_t made_so_far = 0;

/// Makes the system call, as the C library would.
template <typename... Arguments>
long counted(long number, Arguments... arguments) {
  if (counting) ++made_so_far;
  return ::syscall(number, arguments...);
}

}  // namespace

CountedCalls::CountedCalls() { counting = true; }
CountedCalls::~CountedCalls() { counting = false; }
std::uint64_t CountedCalls::made() { return made_so_far; }

}  // namespace plugboard::bench

using plugboard::bench::counted;

#define PLUGBOARD_BENCH_EXPORT extern "C" __attribute__((visibility("default")))

// In place of the C library's.

PLUGBOARD_BENCH_EXPORT ssize_t recv(int socket, void* data, std::size_t size, int flags) {
  return counted(SYS_recvfrom, socket, data, size, flags, nullptr, nullptr);
}
PLUGBOARD_BENCH_EXPORT ssize_t recvmsg(int socket, msghdr* message, int flags) {
  return counted(SYS_recvmsg, socket, message, flags);
}
PLUGBOARD_BENCH_EXPORT ssize_t send(int socket, const void* data, std::size_t size, int flags) {
  return counted(SYS_sendto, socket, data, size, flags, nullptr, 0);
}
PLUGBOARD_BENCH_EXPORT ssize_t sendmsg(int socket, const msghdr* message, int flags) {
  return counted(SYS_sendmsg, socket, message, flags);
}
PLUGBOARD_BENCH_EXPORT ssize_t read(int file, void* data, std::size_t size) {
  return counted(SYS_read, file, data, size);
}
PLUGBOARD_BENCH_EXPORT ssize_t readv(int file, const iovec* parts, int count) {
  return counted(SYS_readv, file, parts, count);
}
PLUGBOARD_BENCH_EXPORT ssize_t write(int file, const void* data, std::size_t size) {
  return counted(SYS_write, file, data, size);
}
PLUGBOARD_BENCH_EXPORT ssize_t writev(int file, const iovec* parts, int count) {
  return counted(SYS_writev, file, parts, count);
}
PLUGBOARD_BENCH_EXPORT int epoll_wait(int set, epoll_event* events, int size, int timeout_ms) {
  return static_cast<int>(counted(SYS_epoll_wait, set, events, size, timeout_ms));
}
PLUGBOARD_BENCH_EXPORT int epoll_ctl(int set, int operation, int file,
                                     epoll_event* event) noexcept {
  return static_cast<int>(counted(SYS_epoll_ctl, set, operation, file, event));
}
PLUGBOARD_BENCH_EXPORT int timerfd_settime(int timer, int flags, const itimerspec* at,
                                           itimerspec* before) noexcept {
  return static_cast<int>(counted(SYS_timerfd_settime, timer, flags, at, before));
}
