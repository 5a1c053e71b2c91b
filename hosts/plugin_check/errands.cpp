#include "plugin_check/errands.hpp"

#include <algorithm>
#include <iterator>

#include "plugin_check/handle.hpp"
#include "plugin_check/plugin_call.hpp"

namespace plugboard::plugin_check {
namespace {

constexpr std::size_t kMaxJobs = 1024;
constexpr std::size_t kMaxTimers = 1024;

}  // namespace

Errands::Errands(std::size_t workers) {
  for (std::size_t i = 0; i < workers; ++i) std::thread([this] { work(); }).detach();
  std::thread([this] { keep_time(); }).detach();
}

plugboard_status Errands::run(void (*job)(void*), void* context) {
  const std::lock_guard lock(mutex_);
  if (jobs_.size() >= kMaxJobs) return PLUGBOARD_FULL;
  jobs_.push_back({job, context});
  changed_.notify_all();
  return PLUGBOARD_OK;
}

void Errands::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return !jobs_.empty(); });
    const Job job = jobs_.front();
    jobs_.pop_front();
    ++busy_workers_;
    lock.unlock();
    call_plugin("a job", [&] { job.function(job.context); });
    lock.lock();
    --busy_workers_;
    changed_.notify_all();
  }
}

plugboard_status Errands::start_timer(std::uint64_t delay_ns, std::uint64_t period_ns,
                                      void (*fire)(void*), void* context, plugboard_timer* timer) {
  constexpr std::uint64_t kYearNs = 31'536'000'000'000'000;
  constexpr std::uint64_t kShortestNs = 1'000'000;
  const std::lock_guard lock(mutex_);
  if (timers_.size() >= kMaxTimers) return PLUGBOARD_FULL;
  *timer = next_handle();
  Timer& started = timers_[*timer];
  started.due =
      std::chrono::steady_clock::now() + std::chrono::nanoseconds(std::min(delay_ns, kYearNs));
  if (period_ns != 0) {
    started.period = std::chrono::nanoseconds(std::clamp(period_ns, kShortestNs, kYearNs));
  }
  started.fire = fire;
  started.context = context;
  changed_.notify_all();
  return PLUGBOARD_OK;
}

plugboard_status Errands::stop_timer(plugboard_timer timer) {
  std::unique_lock lock(mutex_);
  const auto found = timers_.find(timer);
  if (found == timers_.end() || found->second.stopped) return PLUGBOARD_GONE;
  found->second.stopped = true;
  if (found->second.firing == std::this_thread::get_id()) return PLUGBOARD_OK;
  if (found->second.firing == std::thread::id()) {
    timers_.erase(found);
  } else {
    changed_.wait(lock, [&] { return !timers_.contains(timer); });
  }
  changed_.notify_all();
  return PLUGBOARD_OK;
}

void Errands::keep_time() {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto next = std::min_element(timers_.begin(), timers_.end(), [](auto& a, auto& b) {
      return a.second.due < b.second.due;
    });
    if (next == timers_.end()) {
      changed_.wait(lock);
      continue;
    }
    const auto due = next->second.due;  // the timer may be gone when the wait is over
    if (std::chrono::steady_clock::now() < due) {
      changed_.wait_until(lock, due);
      continue;
    }
    Timer& timer = next->second;  // stays while it fires
    timer.firing = std::this_thread::get_id();
    const auto fire = timer.fire;
    void* const context = timer.context;
    lock.unlock();
    call_plugin("a timer", [&] { fire(context); });
    lock.lock();
    timer.firing = {};
    if (timer.stopped || timer.period.count() == 0) {
      timers_.erase(next);
    } else {
      timer.due = std::chrono::steady_clock::now() + timer.period;
    }
    changed_.notify_all();
  }
}

bool Errands::wind_up(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  for (auto timer = timers_.begin(); timer != timers_.end();) {
    timer->second.stopped = true;
    timer = timer->second.firing == std::thread::id() ? timers_.erase(timer) : std::next(timer);
  }
  return changed_.wait_for(lock, time,
                           [&] { return timers_.empty() && jobs_.empty() && busy_workers_ == 0; });
}

}  // namespace plugboard::plugin_check
