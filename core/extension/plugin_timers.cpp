#include "extension/plugin_timers.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

namespace plugboard::extension {

struct PluginTimers::Timer {
  plugboard_timer handle = 0;
  Fire fire = nullptr;
  void* context = nullptr;
  std::uint64_t period_ns = 0;  // 0: once
  std::uint64_t next_ns = 0;
  TimerService::Id scheduled = 0;
  bool queued = false;  // stands in the lane, or runs
  bool running = false;
  std::thread::id runner;
  bool stopped = false;
};

struct PluginTimers::State {
  State(TimerService& timer_service, WorkerPool::Lane& timer_lane, Guard call_guard)
      : service(timer_service), lane(timer_lane), guard(std::move(call_guard)) {}

  TimerService& service;
  WorkerPool::Lane& lane;
  const Guard guard;
  std::mutex mutex;
  std::condition_variable returned;
  std::unordered_map<plugboard_timer, std::shared_ptr<Timer>> timers;
  plugboard_timer last = 0;
  bool ended = false;
};

namespace {

std::uint64_t add_saturating(std::uint64_t left, std::uint64_t right) {
  return right > UINT64_MAX - left ? UINT64_MAX : left + right;
}

}  // namespace

PluginTimers::PluginTimers(TimerService& service, WorkerPool::Lane& lane, Guard guard)
    : state_(std::make_shared<State>(service, lane, std::move(guard))) {}

PluginTimers::~PluginTimers() { stop_all(); }

plugboard_status PluginTimers::start(std::uint64_t delay_ns, std::uint64_t period_ns, Fire fire,
                                     void* context, plugboard_timer& handle) {
  if (fire == nullptr) return PLUGBOARD_INVALID;
  auto timer = std::make_shared<Timer>();
  timer->fire = fire;
  timer->context = context;
  timer->period_ns = period_ns == 0 ? 0 : std::max(period_ns, kShortestPeriodNs);
  timer->next_ns = add_saturating(state_->service.now_ns(), delay_ns);
  const std::lock_guard lock(state_->mutex);
  if (state_->ended) return PLUGBOARD_GONE;
  if (state_->timers.size() >= kMaxTimers) return PLUGBOARD_FULL;
  timer->handle = handle = ++state_->last;
  state_->timers.emplace(handle, timer);
  schedule(state_, timer);
  return PLUGBOARD_OK;
}

plugboard_status PluginTimers::stop(plugboard_timer handle) {
  std::unique_lock lock(state_->mutex);
  const auto found = state_->timers.find(handle);
  if (found == state_->timers.end()) return PLUGBOARD_GONE;
  const std::shared_ptr<Timer> timer = found->second;
  state_->timers.erase(found);
  timer->stopped = true;
  state_->service.cancel(timer->scheduled);
  if (timer->running && timer->runner == std::this_thread::get_id()) return PLUGBOARD_OK;
  state_->returned.wait(lock, [&] { return !timer->running; });
  return PLUGBOARD_OK;
}

void PluginTimers::stop_all() {
  const std::lock_guard lock(state_->mutex);
  state_->ended = true;
  for (const auto& [handle, timer] : state_->timers) {
    timer->stopped = true;
    state_->service.cancel(timer->scheduled);
  }
  state_->timers.clear();
}

void PluginTimers::schedule(const std::shared_ptr<State>& state,
                            const std::shared_ptr<Timer>& timer) {
  timer->scheduled = state->service.at(timer->next_ns, [state, timer] { tick(state, timer); });
}

// On the timer service's thread.
void PluginTimers::tick(const std::shared_ptr<State>& state, const std::shared_ptr<Timer>& timer) {
  const std::lock_guard lock(state->mutex);
  if (timer->stopped) return;
  if (timer->period_ns != 0) {
    timer->next_ns = add_saturating(timer->next_ns, timer->period_ns);
    const std::uint64_t now = state->service.now_ns();
    if (timer->next_ns <= now) {
      // Late by more than a period: what was missed is left out.
      timer->next_ns = now + timer->period_ns - (now - timer->next_ns) % timer->period_ns;
    }
    schedule(state, timer);
  }
  if (timer->queued) return;
  timer->queued = state->lane.post_unbounded([state, timer] { run(state, timer); });
}

// On a worker.
void PluginTimers::run(const std::shared_ptr<State>& state, const std::shared_ptr<Timer>& timer) {
  {
    const std::lock_guard lock(state->mutex);
    if (timer->stopped) return;
    timer->running = true;
    timer->runner = std::this_thread::get_id();
  }
  state->guard(timer->fire, timer->context);
  {
    const std::lock_guard lock(state->mutex);
    timer->running = false;
    timer->queued = false;
    if (timer->period_ns == 0) state->timers.erase(timer->handle);
  }
  state->returned.notify_all();
}

}  // namespace plugboard::extension
