#include "extension/serial_thread.hpp"

#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

namespace plugboard::extension {

// Shared with the thread, so that one that hangs may outlive this object.
struct SerialThread::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::function<void()>> tasks;
  bool stopping = false;
  bool given_up = false;
  bool ended = false;
};

SerialThread::SerialThread(const char* name)
    : state_(std::make_shared<State>()), thread_([state = state_] { run(state); }) {
  pthread_setname_np(thread_.native_handle(), name);
}

SerialThread::~SerialThread() { stop(std::chrono::steady_clock::now()); }

bool SerialThread::post(std::function<void()> task) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->stopping) return false;
    state_->tasks.push_back(std::move(task));
  }
  state_->changed.notify_all();
  return true;
}

bool SerialThread::stop(std::chrono::steady_clock::time_point deadline) {
  if (!thread_.joinable()) return true;
  bool ended = false;
  std::deque<std::function<void()>> abandoned;
  {
    std::unique_lock lock(state_->mutex);
    state_->stopping = true;
    state_->changed.notify_all();
    ended = state_->changed.wait_until(lock, deadline, [&] { return state_->ended; });
    if (!ended) {
      state_->given_up = true;
      abandoned.swap(state_->tasks);
    }
  }
  if (ended) {
    thread_.join();
  } else {
    thread_.detach();
  }
  return ended;
}

void SerialThread::run(const std::shared_ptr<State>& state) {
  std::unique_lock lock(state->mutex);
  for (;;) {
    state->changed.wait(lock, [&] { return !state->tasks.empty() || state->stopping; });
    if (state->tasks.empty() || state->given_up) break;
    {
      const std::function<void()> task = std::move(state->tasks.front());
      state->tasks.pop_front();
      lock.unlock();
      task();
    }
    lock.lock();
  }
  state->ended = true;
  state->changed.notify_all();
}

}  // namespace plugboard::extension
