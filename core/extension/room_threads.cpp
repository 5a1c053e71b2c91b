#include "extension/room_threads.hpp"

#include "extension/instance.hpp"

namespace plugboard::extension {

RoomThreads::RoomThreads(HostServices& host_services, std::size_t worker_threads,
                         std::chrono::milliseconds timeout)
    : services(host_services),
      peerless(services),
      control_timeout(timeout),
      timers([this] { return services.monotonic_ns(); }),
      courier("pb-courier"),
      control("pb-control"),
      workers(worker_threads) {}

void RoomThreads::instance_made(Instance* instance) {
  const std::lock_guard lock(mutex_);
  instances_.insert(instance);
}

void RoomThreads::instance_gone(Instance* instance) {
  const std::lock_guard lock(mutex_);
  instances_.erase(instance);
  changed_.notify_all();
}

std::vector<std::string> RoomThreads::wait_for_instances(
    std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, deadline, [this] { return instances_.empty(); });
  std::vector<std::string> names;
  for (Instance* instance : instances_) names.push_back(instance->name());
  return names;
}

void RoomThreads::stop(std::chrono::steady_clock::time_point deadline) {
  timers.stop();
  control.stop(deadline);
  courier.stop(deadline);
  workers.stop(deadline);
  services.shut(deadline);
}

}  // namespace plugboard::extension
