// The threads that run what may block. Each plugin instance has a lane: a bounded queue of its own,
// served in turn with the others and never by all threads at once, so that one instance that hangs
// leaves the rest going.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>

namespace plugboard::extension {

/// Any thread. Threads are started when there is work for them, up to the bound.
class WorkerPool {
 private:
  struct State;

 public:
  using Job = std::function<void()>;  // does not throw

  /// One instance's share. Lanes may outlive the pool; then they take no jobs.
  class Lane {
   public:
    /// Queues a job. False if the lane is full or closed: then the job will never run.
    bool post(Job job);

    /// Queues a job whatever waits already, for work that is bounded elsewhere. False if closed.
    bool post_unbounded(Job job);

    /// Jobs that wait, without those that run.
    [[nodiscard]] std::size_t waiting() const;

    /// Takes no more jobs, and waits until those taken have run. False if that takes too long.
    /// Not to be called from a job.
    bool close(std::chrono::steady_clock::time_point deadline);

   private:
    friend class WorkerPool;
    struct Queue;

    Lane(std::shared_ptr<State> state, std::shared_ptr<Queue> queue);
    bool add(Job job, std::size_t bound);

    std::shared_ptr<State> state_;
    std::shared_ptr<Queue> queue_;
  };

  explicit WorkerPool(std::size_t max_threads);
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  ~WorkerPool();

  /// `max_waiting`: jobs that may wait in it.
  [[nodiscard]] std::unique_ptr<Lane> make_lane(std::size_t max_waiting);

  /// Runs what is queued and ends the threads. False if a job did not return in time: its thread
  /// is then left to itself. Idempotent.
  bool stop(std::chrono::steady_clock::time_point deadline);

 private:
  static void run(const std::shared_ptr<State>& state);

  std::shared_ptr<State> state_;
};

}  // namespace plugboard::extension
