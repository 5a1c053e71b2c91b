// A count within a window of time that begins with the first thing counted.
// Guarded by whoever owns it.
#pragma once

#include <chrono>
#include <cstdint>

namespace plugboard::rate_limiter {

using Nanoseconds = std::chrono::nanoseconds;

class FixedWindow {
 public:
  /// Begins anew if `length` has passed since the window began. True if it did. Call it before the
  /// others, with the time of the call.
  bool roll(Nanoseconds now, Nanoseconds length) {
    length_ = length;
    if (start_ != kNever && now - start_ < length) return false;
    start_ = now;
    return true;
  }

  /// When the window that `roll` was last called for ends.
  [[nodiscard]] Nanoseconds end() const {
    return start_ == kNever ? Nanoseconds() : start_ + length_;
  }

 private:
  static constexpr Nanoseconds kNever = Nanoseconds::min();

  Nanoseconds start_ = kNever;
  Nanoseconds length_{};
};

/// `limit` less what is used; without end if there is no limit (0).
inline std::uint64_t left_of(std::uint64_t limit, std::uint64_t used) {
  if (limit == 0) return UINT64_MAX;
  return used < limit ? limit - used : 0;
}

}  // namespace plugboard::rate_limiter
