// A door that can be shut for good, once everybody who is inside has left.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace plugboard::extension {

/// Any thread. Passing it is one atomic addition each way.
class Gate {
 public:
  /// False once it is shut; otherwise `leave` must follow.
  [[nodiscard]] bool enter() {
    if ((state_.fetch_add(1, std::memory_order_acq_rel) & kShut) == 0) return true;
    leave();
    return false;
  }

  void leave() {
    // The last one out of a shut gate; nobody else can be the last once it is shut.
    if (state_.fetch_sub(1, std::memory_order_acq_rel) == (kShut | 1)) {
      const std::lock_guard lock(mutex_);
      empty_.notify_all();
    }
  }

  /// Shuts it, and waits for those inside. False if they have not left in time. Idempotent.
  bool shut(std::chrono::steady_clock::time_point deadline) {
    state_.fetch_or(kShut, std::memory_order_acq_rel);
    std::unique_lock lock(mutex_);
    return empty_.wait_until(lock, deadline,
                             [this] { return state_.load(std::memory_order_acquire) == kShut; });
  }

 private:
  static constexpr std::uint64_t kShut = std::uint64_t{1} << 63;

  std::atomic<std::uint64_t> state_ = 0;  // those inside, and whether it is shut
  std::mutex mutex_;
  std::condition_variable empty_;
};

}  // namespace plugboard::extension
