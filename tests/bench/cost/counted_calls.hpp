// Counts the system calls by which this program waits, reads and writes.
#pragma once

#include <cstdint>

namespace plugboard::bench {

/// Counts what its own thread calls while it exists. One at a time for each thread.
class CountedCalls {
 public:
  CountedCalls();
  ~CountedCalls();
  CountedCalls(const CountedCalls&) = delete;
  CountedCalls& operator=(const CountedCalls&) = delete;

  [[nodiscard]] static std::uint64_t made();
};

}  // namespace plugboard::bench
