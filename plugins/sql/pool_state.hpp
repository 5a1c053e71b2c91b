// What the threads of a pool share: jobs that wait, and a slot for each thread that has or wants a
// connection. Outlives the pool where a thread hangs while it connects.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sql/health.hpp"
#include "sql/pool.hpp"

namespace plugboard::sql {

struct Pool::State : std::enable_shared_from_this<State> {
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kFirstPause{100};  // between attempts to connect

  struct Waiting {
    std::unique_ptr<Job> job;
    Clock::time_point deadline;
    bool tried = false;  // on a connection that was broken
  };

  /// One thread and its connection.
  struct Slot {
    std::thread thread;
    Connection* guarded = nullptr;  // that the thread is using now
    Clock::time_point deadline{};   // of that use
    bool saying_goodbye = false;    // in that use: stopping need not hurry it
    bool interrupted = false;       // that use
    bool connecting = false;
    Clock::time_point connecting_since{};
    bool abandoned = false;
    bool ended = false;
  };

  State(Host host, PoolSettings its_settings, Fit its_fit)
      : settings(std::move(its_settings)),
        fit(std::move(its_fit)),
        health(host, settings.url.place) {}

  void start();

  // The threads: pool_threads.cpp.
  /// Throws std::system_error if there is no thread to be had: nothing has changed then.
  void add_slot();
  void run(const std::shared_ptr<Slot>& slot);
  [[nodiscard]] std::unique_ptr<Connection> connect(const std::shared_ptr<Slot>& slot);
  [[nodiscard]] std::unique_ptr<Connection> connect_now(const std::shared_ptr<Slot>& slot);
  void serve(const std::shared_ptr<Slot>& slot, Connection& connection);
  [[nodiscard]] bool run_job(const std::shared_ptr<Slot>& slot, Connection& connection,
                             Waiting waiting);
  void give_back(Waiting waiting);
  void say_goodbye(const std::shared_ptr<Slot>& slot, Connection& connection);
  void note_unreachable(const std::string& sentence);

  // The watchdog: pool_watchdog.cpp.
  void watch();
  Clock::time_point look_after_slots(Clock::time_point now);
  std::vector<std::unique_ptr<Job>> take_expired(Clock::time_point now);

  template <class F>
  bool guard(const std::shared_ptr<Slot>& slot, Connection& connection, Clock::time_point deadline,
             F&& use);

  static void fail(const std::vector<std::unique_ptr<Job>>& jobs) {
    for (const auto& job : jobs) job->fail();
  }
  [[nodiscard]] std::vector<std::unique_ptr<Job>> take_all() {
    std::vector<std::unique_ptr<Job>> jobs;
    for (Waiting& waiting : queue) jobs.push_back(std::move(waiting.job));
    queue.clear();
    return jobs;
  }

  const PoolSettings settings;
  const Fit fit;
  Health health;

  std::mutex mutex;
  std::condition_variable work;         // for threads with a connection
  std::condition_variable may_connect;  // for threads without
  std::condition_variable watch_again;  // for the watchdog
  std::condition_variable quiet;        // for those who wait for jobs and threads to end
  // All below: guarded by mutex.
  std::deque<Waiting> queue;  // oldest first, and so by deadline
  std::vector<std::shared_ptr<Slot>> slots;
  std::size_t running = 0;
  std::size_t live = 0;
  std::size_t connecting = 0;
  std::size_t abandoned = 0;
  bool unreachable = false;  // the latest attempt to connect failed, and no connection is left
  std::chrono::milliseconds pause = kFirstPause;
  Clock::time_point next_attempt{};
  bool stopping = false;
  std::thread watchdog;
};

/// Lets the watchdog interrupt the connection from `deadline` on while `use` runs. True if it did.
template <class F>
bool Pool::State::guard(const std::shared_ptr<Slot>& slot, Connection& connection,
                        Clock::time_point deadline, F&& use) {
  {
    const std::lock_guard lock(mutex);
    slot->guarded = &connection;
    slot->deadline = deadline;
    slot->interrupted = false;
  }
  watch_again.notify_one();
  const auto release = [&] {
    const std::lock_guard lock(mutex);
    slot->guarded = nullptr;
    return slot->interrupted;
  };
  try {
    use();
  } catch (...) {
    release();
    throw;
  }
  return release();
}

}  // namespace plugboard::sql
