// A thread that runs tasks one after the other, in the order posted.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <thread>

namespace plugboard::extension {

/// The queue has no bound of its own: what is posted is bounded by what it stands for (questions
/// in flight, instances). Any thread may post.
class SerialThread {
 public:
  /// `name`: at most 15 characters, for debuggers.
  explicit SerialThread(const char* name);
  SerialThread(const SerialThread&) = delete;
  SerialThread& operator=(const SerialThread&) = delete;
  /// Stops without waiting for tasks that hang.
  ~SerialThread();

  /// False once stopped: then the task is destroyed and never runs. Tasks do not throw.
  bool post(std::function<void()> task);

  /// Runs what was posted and ends the thread. False if a task did not return in time: then the
  /// thread is left to itself, and ends after that task. Idempotent.
  bool stop(std::chrono::steady_clock::time_point deadline);

 private:
  struct State;

  static void run(const std::shared_ptr<State>& state);

  std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace plugboard::extension
