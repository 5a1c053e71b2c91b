#include "peer/small_lock.hpp"

namespace plugboard::peer {

void SmallLock::lock_slow() noexcept {
  constexpr int kSpins = 64;
  for (int spin = 0; spin < kSpins; ++spin) {
    int expected = kFree;
    if (state_.compare_exchange_weak(expected, kHeld, std::memory_order_acquire)) return;
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
  while (state_.exchange(kContended, std::memory_order_acquire) != kFree) {
    state_.wait(kContended, std::memory_order_relaxed);
  }
}

}  // namespace plugboard::peer
