// What a process has taken of the system, to see what a plugin leaves behind.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

namespace plugboard::plugin_check {

struct ProcessState {
  std::size_t threads = 0;
  std::size_t descriptors = 0;
  /// Bytes taken from malloc and not given back; nothing where that cannot be told (sanitizers).
  std::optional<std::size_t> heap_bytes;

  /// True where all of it is below `most`; what cannot be told is.
  [[nodiscard]] bool within(const ProcessState& most) const;
};

[[nodiscard]] ProcessState process_state();

/// For threads that have been joined to be gone.
inline constexpr auto kMoment = std::chrono::seconds(1);

/// Waits for all of it to sink below `most`, for `time` at most: threads that are ending still hold
/// things of their own. Returns what there is then.
ProcessState settled_state(const ProcessState& most, std::chrono::milliseconds time);

/// Waits for the number of threads to sink to `threads`, for `time` at most: one that has been
/// joined is seen a little longer. Returns how many there are.
std::size_t settled_threads(std::size_t threads, std::chrono::milliseconds time);

}  // namespace plugboard::plugin_check
