// The one clock of the load program.
#pragma once

#include <chrono>
#include <cstdint>

namespace plugboard::load {

/// Nanoseconds on the steady clock.
using Nanoseconds = std::int64_t;

inline Nanoseconds now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

inline Nanoseconds from_seconds(double seconds) { return static_cast<Nanoseconds>(seconds * 1e9); }

}  // namespace plugboard::load
