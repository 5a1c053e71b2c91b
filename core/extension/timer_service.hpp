// Runs short tasks of the room at their time, on one thread of its own. Plugins' code never runs
// here. Any thread may schedule.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

namespace plugboard::extension {

class TimerService {
 public:
  using Id = std::uint64_t;  // 0 is none

  /// `now_ns`: the clock, called from several threads.
  explicit TimerService(std::function<std::uint64_t()> now_ns);
  TimerService(const TimerService&) = delete;
  TimerService& operator=(const TimerService&) = delete;
  ~TimerService();

  /// Has `task` run once the clock shows `when_ns`. It must neither block nor throw. After `stop`
  /// nothing is run; the id is 0 then.
  Id at(std::uint64_t when_ns, std::function<void()> task);

  /// True if the task will not run; false if it has run or is about to.
  bool cancel(Id id);

  /// Looks at the clock again, for clocks that are moved by hand.
  void wake();

  /// Forgets what is scheduled and ends the thread. Idempotent.
  void stop();

  [[nodiscard]] std::uint64_t now_ns() const { return now_ns_(); }

 private:
  using Key = std::pair<std::uint64_t, Id>;  // when, then in the order scheduled

  void run();

  const std::function<std::uint64_t()> now_ns_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Key, std::function<void()>> tasks_;
  std::unordered_map<Id, std::uint64_t> times_;
  Id last_id_ = 0;
  bool stopping_ = false;
  bool moved_ = false;  // the thread has to look again
  std::thread thread_;  // last: starts when all else is there
};

}  // namespace plugboard::extension
