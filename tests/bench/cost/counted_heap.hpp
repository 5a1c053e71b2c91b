// Counts how often this program takes memory from the heap: malloc and all that is made of it,
// operator new and the plugins included.
#pragma once

#include <cstdint>

namespace plugboard::bench {

/// Counts what its own thread takes while it exists. One at a time for each thread.
class CountedHeap {
 public:
  CountedHeap();
  ~CountedHeap();
  CountedHeap(const CountedHeap&) = delete;
  CountedHeap& operator=(const CountedHeap&) = delete;

  [[nodiscard]] static std::uint64_t taken();
};

}  // namespace plugboard::bench
