// Blocks of bytes that outboxes are made of. Each thread keeps a bounded stock of the two usual
// sizes, so that in steady state no block is allocated or freed. A block may be given back on
// another thread than the one that took it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace plugboard::peer {

struct Block {
  Block* next;
  std::uint32_t begin;     // offset of the first byte not sent yet
  std::uint32_t end;       // offset behind the last byte written
  std::uint32_t capacity;  // bytes in data()

  char* data() noexcept { return reinterpret_cast<char*>(this + 1); }
  std::size_t free_bytes() const noexcept { return capacity - end; }
  std::size_t waiting_bytes() const noexcept { return end - begin; }
};

/// An empty block with room for at least `wanted` bytes if that is at most kLargeBlock, else for
/// kLargeBlock. Never null; throws std::bad_alloc.
Block* take_block(std::size_t wanted);

/// Back to this thread's stock, or to the heap if that is full.
void give_block(Block* block) noexcept;

inline constexpr std::size_t kSmallBlock = 4096 - sizeof(Block);
inline constexpr std::size_t kLargeBlock = 65536 - sizeof(Block);

}  // namespace plugboard::peer
