// The timers of one plugin instance (host->timer_start). They fire on the instance's lane of the
// worker pool. Any thread.
#pragma once

#include <plugboard/host.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "extension/timer_service.hpp"
#include "extension/worker_pool.hpp"

namespace plugboard::extension {

class PluginTimers {
 public:
  static constexpr std::size_t kMaxTimers = 1024;
  static constexpr std::uint64_t kShortestPeriodNs = 1'000'000;

  using Fire = void (*)(void* context);
  /// Runs one call of a plugin's function, and survives its exceptions.
  using Guard = std::function<void(Fire fire, void* context)>;

  /// `service` and `lane` outlive this object.
  PluginTimers(TimerService& service, WorkerPool::Lane& lane, Guard guard);
  PluginTimers(const PluginTimers&) = delete;
  PluginTimers& operator=(const PluginTimers&) = delete;
  /// `stop_all` has been called, or no timer was started.
  ~PluginTimers();

  // As host->timer_start and timer_stop say.
  plugboard_status start(std::uint64_t delay_ns, std::uint64_t period_ns, Fire fire, void* context,
                         plugboard_timer& timer);
  plugboard_status stop(plugboard_timer timer);

  /// Stops all timers and lets none be started any more. Waits for none that is running.
  void stop_all();

 private:
  struct State;
  struct Timer;

  static void schedule(const std::shared_ptr<State>& state, const std::shared_ptr<Timer>& timer);
  static void tick(const std::shared_ptr<State>& state, const std::shared_ptr<Timer>& timer);
  static void run(const std::shared_ptr<State>& state, const std::shared_ptr<Timer>& timer);

  std::shared_ptr<State> state_;  // shared with what is scheduled and queued
};

}  // namespace plugboard::extension
