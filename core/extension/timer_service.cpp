#include "extension/timer_service.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>

namespace plugboard::extension {
namespace {

// Long waits are cut so that no conversion of nanoseconds can overflow.
constexpr std::uint64_t kLongestWaitNs = 3600ull * 1'000'000'000;

}  // namespace

TimerService::TimerService(std::function<std::uint64_t()> now_ns)
    : now_ns_(std::move(now_ns)), thread_([this] { run(); }) {
  pthread_setname_np(thread_.native_handle(), "pb-timers");
}

TimerService::~TimerService() { stop(); }

TimerService::Id TimerService::at(std::uint64_t when_ns, std::function<void()> task) {
  bool earliest = false;
  Id id = 0;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return 0;
    id = ++last_id_;
    const auto place = tasks_.emplace(Key{when_ns, id}, std::move(task)).first;
    times_.emplace(id, when_ns);
    earliest = place == tasks_.begin();
    moved_ = moved_ || earliest;
  }
  if (earliest) changed_.notify_one();
  return id;
}

bool TimerService::cancel(Id id) {
  std::function<void()> task;  // destroyed outside the lock
  const std::lock_guard lock(mutex_);
  const auto time = times_.find(id);
  if (time == times_.end()) return false;
  const auto place = tasks_.find(Key{time->second, id});
  task.swap(place->second);
  tasks_.erase(place);
  times_.erase(time);
  return true;
}

void TimerService::wake() {
  {
    const std::lock_guard lock(mutex_);
    moved_ = true;
  }
  changed_.notify_one();
}

void TimerService::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
  std::map<Key, std::function<void()>> forgotten;
  const std::lock_guard lock(mutex_);
  forgotten.swap(tasks_);
  times_.clear();
}

void TimerService::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    moved_ = false;
    if (tasks_.empty()) {
      changed_.wait(lock, [this] { return stopping_ || moved_; });
      continue;
    }
    const std::uint64_t now = now_ns_();
    const auto first = tasks_.begin();
    if (first->first.first > now) {
      const auto wait =
          std::chrono::nanoseconds(std::min(first->first.first - now, kLongestWaitNs));
      changed_.wait_for(lock, wait, [this] { return stopping_ || moved_; });
      continue;
    }
    {
      const std::function<void()> task = std::move(first->second);
      times_.erase(first->first.second);
      tasks_.erase(first);
      lock.unlock();
      task();
    }
    lock.lock();
  }
}

}  // namespace plugboard::extension
