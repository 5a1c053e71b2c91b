// What a process has taken of the system, to see what a plugin leaves behind.
#pragma once

#include <cstddef>
#include <optional>

namespace plugboard::plugin_check {

struct ProcessState {
  std::size_t threads = 0;
  std::size_t descriptors = 0;
  /// Bytes taken from malloc and not given back; nothing where that cannot be told (sanitizers).
  std::optional<std::size_t> heap_bytes;
};

[[nodiscard]] ProcessState process_state();

/// Waits a moment for the number of threads to sink to `threads`: one that has been joined is seen
/// a little longer. Returns how many there are.
[[nodiscard]] std::size_t settled_threads(std::size_t threads);

}  // namespace plugboard::plugin_check
