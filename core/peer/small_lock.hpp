// A mutex of four bytes, for the lock that every connection carries. Held for microseconds at
// most (an append, a send), so it spins briefly before it sleeps. Any thread.
#pragma once

#include <atomic>

namespace plugboard::peer {

class SmallLock {
 public:
  SmallLock() = default;
  SmallLock(const SmallLock&) = delete;
  SmallLock& operator=(const SmallLock&) = delete;

  void lock() noexcept {
    int expected = kFree;
    if (!state_.compare_exchange_strong(expected, kHeld, std::memory_order_acquire)) lock_slow();
  }

  void unlock() noexcept {
    if (state_.exchange(kFree, std::memory_order_release) == kContended) state_.notify_one();
  }

 private:
  static constexpr int kFree = 0;
  static constexpr int kHeld = 1;
  static constexpr int kContended = 2;  // held, and somebody sleeps

  void lock_slow() noexcept;

  std::atomic<int> state_{kFree};
};

}  // namespace plugboard::peer
