// What an instance has handed to its host to be called: jobs, on workers, and timers. Has threads
// of its own, which never end. Any thread.
#pragma once

#include <plugboard/plugboard.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

namespace plugboard::plugin_check {

class Errands {
 public:
  explicit Errands(std::size_t workers);
  Errands(const Errands&) = delete;
  Errands& operator=(const Errands&) = delete;
  ~Errands() = delete;

  // As the host's functions of these names.
  plugboard_status run(void (*job)(void*), void* context);
  plugboard_status start_timer(std::uint64_t delay_ns, std::uint64_t period_ns, void (*fire)(void*),
                               void* context, plugboard_timer* timer);
  plugboard_status stop_timer(plugboard_timer timer);

  /// Stops all timers, and waits until the jobs accepted are run. False if they do not end in
  /// `time`.
  bool wind_up(std::chrono::milliseconds time);

 private:
  struct Job {
    void (*function)(void*);
    void* context;
  };
  struct Timer {
    std::chrono::steady_clock::time_point due;
    std::chrono::nanoseconds period{0};
    void (*fire)(void*) = nullptr;
    void* context = nullptr;
    bool stopped = false;
    std::thread::id firing;
  };

  void work();
  void keep_time();

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::deque<Job> jobs_;
  std::size_t busy_workers_ = 0;
  std::map<plugboard_timer, Timer> timers_;
};

}  // namespace plugboard::plugin_check
