// The watchdog of a pool: ends calls that take too long, fails jobs that have waited too long, and
// puts new threads in the place of those that hang while they connect.
#include <algorithm>
#include <system_error>

#include "sql/pool_state.hpp"

namespace plugboard::sql {
namespace {

// A statement may begin just after the watchdog has interrupted the one before it.
constexpr std::chrono::milliseconds kInterruptAgain{50};
// How long a client library may take to connect, beyond what it was told, before its thread is left
// to itself: looking up a host's name may take long, and the first words after the handshake have
// no bound.
constexpr std::chrono::seconds kConnectGrace{10};
// Threads that were left to themselves and have not come back.
constexpr std::size_t kMaxAbandoned = 64;
// When the system had no thread left.
constexpr std::chrono::seconds kTryAgain{1};

}  // namespace

void Pool::State::watch() {
  std::unique_lock lock(mutex);
  while (!stopping || running != 0 || std::any_of(slots.begin(), slots.end(), [](const auto& slot) {
    return slot->guarded != nullptr;
  })) {
    const auto now = Clock::now();
    auto jobs = take_expired(now);
    if (!jobs.empty()) {
      lock.unlock();
      health.failed("no connection was free for " + std::to_string(settings.timeout.count()) +
                    " ms");
      fail(jobs);
      lock.lock();
      quiet.notify_all();
      continue;
    }
    auto next = look_after_slots(now);
    if (!queue.empty()) next = std::min(next, queue.front().deadline);
    if (next == Clock::time_point::max()) {
      watch_again.wait(lock);
    } else {
      watch_again.wait_until(lock, next);
    }
  }
}

std::vector<std::unique_ptr<Job>> Pool::State::take_expired(Clock::time_point now) {
  std::vector<std::unique_ptr<Job>> jobs;
  while (!queue.empty() && queue.front().deadline <= now) {
    jobs.push_back(std::move(queue.front().job));
    queue.pop_front();
  }
  return jobs;
}

// Interrupts what takes too long, and replaces threads that hang while connecting. When to look
// again.
Pool::State::Clock::time_point Pool::State::look_after_slots(Clock::time_point now) {
  auto next = Clock::time_point::max();
  bool lost = false;
  for (const auto& slot : slots) {
    if (slot->guarded != nullptr) {
      if (slot->deadline <= now || (stopping && !slot->saying_goodbye)) {
        slot->interrupted = true;
        slot->guarded->interrupt();
        next = std::min(next, now + kInterruptAgain);
      } else {
        next = std::min(next, slot->deadline);
      }
    } else if (slot->connecting && !slot->abandoned) {
      const auto late = slot->connecting_since + settings.options.time + kConnectGrace;
      if (late > now) {
        next = std::min(next, late);
      } else if (abandoned < kMaxAbandoned) {
        slot->abandoned = true;
        slot->thread.detach();
        ++abandoned;
        lost = true;
        --connecting;
      }
    }
  }
  if (lost) std::erase_if(slots, [](const auto& slot) { return slot->abandoned; });
  if (stopping || slots.size() >= settings.connections) return next;
  try {
    while (slots.size() < settings.connections) add_slot();
  } catch (const std::system_error&) {
    next = std::min(next, now + kTryAgain);
  }
  may_connect.notify_all();
  return next;
}

}  // namespace plugboard::sql
