#include "plugin_check/call_watch.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstring>
#include <string>
#include <thread>

#include "plugin_check/borrowed.hpp"
#include "plugin_check/reporter.hpp"

namespace plugboard::plugin_check {
namespace {

/// One thread's present call.
struct Slot {
  std::atomic<const char*> function = nullptr;
  std::atomic<std::int64_t> since_ns = 0;
};

constexpr std::size_t kSlots = 1024;
std::array<Slot, kSlots> slots;
std::atomic<std::size_t> slots_used = 0;
constexpr std::size_t kAlternateStack = 64 * 1024;

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// The calling thread's own, for its life. Threads are few: the checker's own.
Slot& own_slot() {
  thread_local Slot& slot = slots[slots_used.fetch_add(1) % kSlots];
  return slot;
}

const char* signal_name(int number) {
  switch (number) {
    case SIGSEGV:
      return "SIGSEGV";
    case SIGBUS:
      return "SIGBUS";
    case SIGABRT:
      return "SIGABRT";
    case SIGFPE:
      return "SIGFPE";
    case SIGILL:
      return "SIGILL";
    default:
      return "a signal";
  }
}

bool was_a_write([[maybe_unused]] const void* context) {
#if defined(__x86_64__)
  constexpr greg_t kWriteBit = 2;
  return (static_cast<const ucontext_t*>(context)->uc_mcontext.gregs[REG_ERR] & kWriteBit) != 0;
#else
  return false;
#endif
}

void crashed(int number, siginfo_t* info, void* context) {
  const char* function = own_slot().function.load();
  if (function == nullptr) function = "a thread of its own";
  const BorrowedPlace place = borrowed_place(info->si_addr);
  const bool fault = number == SIGSEGV || number == SIGBUS;
  const char* const from = place.function == nullptr ? "" : place.function;
  if (fault && place.state == PageState::kReturned) {
    reporter::finding_in_signal("keeps-borrowed-pointer", function,
                                "uses memory that it had borrowed until the return of ", from);
  } else if (fault && place.state == PageState::kReadOnly && was_a_write(context)) {
    reporter::finding_in_signal("alters-borrowed-memory", function,
                                "writes into what it was given to read by ", from);
  } else if (fault && place.state == PageState::kGuard) {
    const bool write = was_a_write(context);
    reporter::finding_in_signal(write ? "writes-beyond-size" : "reads-beyond-size", function,
                                write ? "writes behind the end of what it was given in "
                                      : "reads behind the end of what it was given in ",
                                from);
  } else {
    reporter::finding_in_signal("crashes", function, "ends the process by ", signal_name(number));
  }
  _exit(0);
}

void watch(std::chrono::milliseconds limit) {
  const std::int64_t limit_ns = std::chrono::nanoseconds(limit).count();
  for (;;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const std::int64_t now = now_ns();
    for (Slot& slot : slots) {
      const std::int64_t since = slot.since_ns.load();
      const char* const function = slot.function.load();
      if (since == 0 || function == nullptr || now - since < limit_ns) continue;
      reporter::finding(
          "hangs", function,
          "has not returned within " + std::to_string(limit.count() / 1000) + " seconds");
      _exit(0);
    }
  }
}

}  // namespace

void watch_calls(std::chrono::milliseconds limit) {
  void* const stack =
      ::mmap(nullptr, kAlternateStack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  stack_t alternate = {};
  alternate.ss_sp = stack;
  alternate.ss_size = kAlternateStack;
  ::sigaltstack(&alternate, nullptr);
  struct sigaction action = {};
  action.sa_sigaction = crashed;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | static_cast<int>(SA_RESETHAND);
  for (const int number : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL}) {
    ::sigaction(number, &action, nullptr);
  }
  std::thread(watch, limit).detach();
}

CallMark::CallMark(const char* function)
    : before_(own_slot().function.load()), before_ns_(own_slot().since_ns.load()) {
  own_slot().function = function;
  own_slot().since_ns = now_ns();
}

CallMark::~CallMark() {
  own_slot().since_ns = before_ns_;
  own_slot().function = before_;
}

}  // namespace plugboard::plugin_check
