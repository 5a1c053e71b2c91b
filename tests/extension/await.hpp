// Waiting for what other threads do, bounded and without sleeping for a fixed time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace plugboard::extension::test {

inline constexpr auto kLongEnough = std::chrono::seconds(20);

/// Looks again and again until `condition` holds. False if it never does.
template <class Condition>
[[nodiscard]] bool await(const Condition& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kLongEnough;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

/// A value that one thread leaves for another.
template <class T>
class Mailbox {
 public:
  void put(T value) {
    // Under the lock: whoever takes it may be the end of this object.
    const std::lock_guard lock(mutex_);
    value_ = std::move(value);
    ++puts_;
    came_.notify_all();
  }

  [[nodiscard]] bool has() const {
    const std::lock_guard lock(mutex_);
    return value_.has_value();
  }
  [[nodiscard]] int puts() const {
    const std::lock_guard lock(mutex_);
    return puts_;
  }

  /// What was left, once it is there; nothing if it never comes.
  [[nodiscard]] std::optional<T> take() {
    std::unique_lock lock(mutex_);
    came_.wait_for(lock, kLongEnough, [this] { return value_.has_value(); });
    return std::exchange(value_, std::nullopt);
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable came_;
  std::optional<T> value_;
  int puts_ = 0;
};

/// A door that threads wait at until it is opened.
class Door {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kLongEnough, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

}  // namespace plugboard::extension::test
