#include "sql/pool.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "own_thread/own_thread.hpp"
#include "sql/pool_state.hpp"

namespace plugboard::sql {
namespace {

using std::chrono::milliseconds;

// How long a thread that connects may take longer than it was told when everything ends.
constexpr std::chrono::seconds kLastGrace{1};
constexpr std::chrono::seconds kLeastConnect{2};  // libpq's

}  // namespace

void Pool::State::start() {
  const std::lock_guard lock(mutex);
  watchdog = start_own_thread("sql-watchdog", [this] { watch(); });
  for (std::size_t i = 0; i < settings.connections; ++i) add_slot();
}

Pool::Pool(Host host, PoolSettings settings, Fit fit)
    : state_(std::make_shared<State>(host, std::move(settings), std::move(fit))) {
  try {
    state_->start();
  } catch (...) {
    stop();  // no thread may be left
    throw;
  }
}

Pool::~Pool() { stop(); }

void Pool::submit(std::unique_ptr<Job> job) {
  State& state = *state_;
  {
    const std::lock_guard lock(state.mutex);
    if (!state.stopping && !state.unreachable && state.queue.size() < state.settings.max_waiting) {
      state.queue.push_back({std::move(job), State::Clock::now() + state.settings.timeout});
      state.work.notify_one();
      if (state.queue.size() == 1) state.watch_again.notify_one();
      return;
    }
  }
  job->fail();
}

void Pool::finish() {
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  state.quiet.wait_for(lock, state.settings.timeout,
                       [&] { return state.queue.empty() && state.running == 0; });
}

void Pool::stop() {
  State& state = *state_;
  std::vector<std::unique_ptr<Job>> jobs;
  std::vector<std::shared_ptr<State::Slot>> slots;
  {
    std::unique_lock lock(state.mutex);
    if (state.stopping) return;
    state.stopping = true;
    jobs = state.take_all();
    slots = state.slots;
  }
  state.work.notify_all();
  state.may_connect.notify_all();
  state.watch_again.notify_all();
  state.fail(jobs);
  {
    // Only threads that are connecting can be left to themselves: they touch nothing of the host.
    std::unique_lock lock(state.mutex);
    const auto busy_connecting = [&] {
      return std::any_of(slots.begin(), slots.end(),
                         [](const auto& slot) { return !slot->ended && slot->connecting; });
    };
    state.quiet.wait_for(
        lock, std::max<milliseconds>(state.settings.options.time, kLeastConnect) + kLastGrace,
        [&] { return !busy_connecting(); });
    for (const auto& slot : slots) {
      if (slot->connecting && !slot->ended && !slot->abandoned) {
        slot->abandoned = true;
        ++state.abandoned;
        slot->thread.detach();
      }
    }
  }
  for (const auto& slot : slots) {
    if (slot->thread.joinable()) slot->thread.join();
  }
  state.watch_again.notify_all();
  if (state.watchdog.joinable()) state.watchdog.join();
  state.health.fall_silent();
}

std::size_t Pool::live_connections() const {
  const std::lock_guard lock(state_->mutex);
  return state_->live;
}

}  // namespace plugboard::sql
