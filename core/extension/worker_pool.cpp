#include "extension/worker_pool.hpp"

#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace plugboard::extension {

struct WorkerPool::Lane::Queue {
  std::size_t max_waiting = 0;
  std::deque<Job> jobs;
  std::size_t running = 0;
  bool ready = false;  // stands in State::ready
  bool closed = false;
};

// Shared with the threads, so that one that hangs may outlive the pool.
struct WorkerPool::State : std::enable_shared_from_this<State> {
  std::mutex mutex;
  std::condition_variable work;   // for the threads
  std::condition_variable quiet;  // for those who wait for lanes and threads to end
  std::size_t max_threads = 0;
  std::size_t max_running = 0;  // of one lane
  std::size_t threads = 0;
  std::size_t idle = 0;
  std::deque<std::shared_ptr<Lane::Queue>> ready;
  bool stopping = false;

  void make_ready(const std::shared_ptr<Lane::Queue>& queue) {
    if (queue->ready || queue->jobs.empty() || queue->running >= max_running) return;
    queue->ready = true;
    ready.push_back(queue);
  }

  /// Adds a thread if there may be one more. False if there is none at all afterwards.
  bool start_thread();
};

bool WorkerPool::State::start_thread() {
  if (threads >= max_threads) return true;
  try {
    std::thread thread([state = shared_from_this()] { run(state); });
    pthread_setname_np(thread.native_handle(), "pb-worker");
    thread.detach();  // `stop` waits for the count instead
    ++threads;
  } catch (const std::system_error&) {
    // The system has no thread to give: those that there are do all of it.
  }
  return threads > 0;
}

WorkerPool::Lane::Lane(std::shared_ptr<State> state, std::shared_ptr<Queue> queue)
    : state_(std::move(state)), queue_(std::move(queue)) {}

bool WorkerPool::Lane::post(Job job) { return add(std::move(job), queue_->max_waiting); }

bool WorkerPool::Lane::post_unbounded(Job job) {
  return add(std::move(job), std::numeric_limits<std::size_t>::max());
}

bool WorkerPool::Lane::add(Job job, std::size_t bound) {
  const std::lock_guard lock(state_->mutex);
  if (queue_->closed || state_->stopping || queue_->jobs.size() >= bound) return false;
  const bool joins = !queue_->ready && queue_->running < state_->max_running;
  if (state_->idle < state_->ready.size() + (joins ? 1 : 0) && !state_->start_thread()) {
    return false;
  }
  queue_->jobs.push_back(std::move(job));
  state_->make_ready(queue_);
  state_->work.notify_one();
  return true;
}

std::size_t WorkerPool::Lane::waiting() const {
  const std::lock_guard lock(state_->mutex);
  return queue_->jobs.size();
}

bool WorkerPool::Lane::close(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(state_->mutex);
  queue_->closed = true;
  return state_->quiet.wait_until(lock, deadline,
                                  [this] { return queue_->jobs.empty() && queue_->running == 0; });
}

WorkerPool::WorkerPool(std::size_t max_threads) : state_(std::make_shared<State>()) {
  state_->max_threads = std::max<std::size_t>(max_threads, 1);
  state_->max_running = std::max<std::size_t>(max_threads * 3 / 4, 1);
}

WorkerPool::~WorkerPool() { stop(std::chrono::steady_clock::now()); }

std::unique_ptr<WorkerPool::Lane> WorkerPool::make_lane(std::size_t max_waiting) {
  auto queue = std::make_shared<Lane::Queue>();
  queue->max_waiting = max_waiting;
  return std::unique_ptr<Lane>(new Lane(state_, std::move(queue)));
}

bool WorkerPool::stop(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(state_->mutex);
  state_->stopping = true;
  state_->work.notify_all();
  return state_->quiet.wait_until(lock, deadline, [this] { return state_->threads == 0; });
}

void WorkerPool::run(const std::shared_ptr<State>& state) {
  std::unique_lock lock(state->mutex);
  for (;;) {
    ++state->idle;
    state->work.wait(lock, [&] { return !state->ready.empty() || state->stopping; });
    --state->idle;
    if (state->ready.empty()) break;
    const auto queue = std::move(state->ready.front());
    state->ready.pop_front();
    queue->ready = false;
    ++queue->running;
    {
      const Job job = std::move(queue->jobs.front());
      queue->jobs.pop_front();
      state->make_ready(queue);
      // Jobs posted while the queue was ready already woke nobody for themselves.
      if (!state->ready.empty()) {
        if (state->idle < state->ready.size()) (void)state->start_thread();
        state->work.notify_one();
      }
      lock.unlock();
      job();
    }
    lock.lock();
    --queue->running;
    state->make_ready(queue);
    state->quiet.notify_all();
  }
  --state->threads;
  state->quiet.notify_all();
}

}  // namespace plugboard::extension
