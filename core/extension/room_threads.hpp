// The threads of the room, and the services behind it: what every instance works with. One for each
// `Extensions`, shared by its instances, so that one that is let go late finds it still there.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "extension/guarded_services.hpp"
#include "extension/serial_thread.hpp"
#include "extension/timer_service.hpp"
#include "extension/worker_pool.hpp"

namespace plugboard::extension {

class Instance;

class RoomThreads {
 public:
  RoomThreads(HostServices& services, std::size_t worker_threads,
              std::chrono::milliseconds control_timeout);

  /// The relay's, until the room is shut down.
  GuardedServices services;
  /// The same without peers.
  PeerlessServices peerless;
  const std::chrono::milliseconds control_timeout;

  /// Deadlines, and the ticks of plugins' timers. Runs no code of plugins.
  TimerService timers;
  /// Goes on with questions that were answered late, and tells plugins of cancelled ones.
  SerialThread courier;
  /// Starts what ends instances.
  SerialThread control;
  /// Runs what may block.
  WorkerPool workers;

  /// Instances that exist, so that the end can wait for theirs. Any thread.
  void instance_made(Instance* instance);
  void instance_gone(Instance* instance);
  /// Waits until there is none; the names of those that there still are at the deadline.
  [[nodiscard]] std::vector<std::string> wait_for_instances(
      std::chrono::steady_clock::time_point deadline);

  /// Ends the threads, and lets nothing get through to the services any more. Those that a plugin
  /// does not give back by the deadline are left to themselves.
  void stop(std::chrono::steady_clock::time_point deadline);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<Instance*> instances_;
};

}  // namespace plugboard::extension
