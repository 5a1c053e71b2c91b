// Blocks of bytes that outboxes are made of. Each thread keeps a bounded stock of each size, so
// that in steady state no block is allocated or freed. A block may be given back on another thread
// than the one that took it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace plugboard::peer {

/// Sizes in memory, head included. Small for the one message that most outboxes hold in a turn:
/// with thousands of them, larger ones would push each other out of the processor's caches.
enum class BlockSize : std::uint8_t { small, medium, large };

struct Block {
  Block* next;
  // Of the whole chain, in its first block only: a connection with nothing to send is one pointer.
  Block* last;
  std::size_t chain_bytes;     // waiting in all blocks
  std::size_t chain_unframed;  // bytes at the front before the first frame boundary
  std::uint32_t begin;         // offset of the first byte not sent yet
  std::uint32_t end;           // offset behind the last byte written
  std::uint32_t capacity;      // bytes in data()
  BlockSize size;

  char* data() noexcept { return reinterpret_cast<char*>(this + 1); }
  std::size_t free_bytes() const noexcept { return capacity - end; }
  std::size_t waiting_bytes() const noexcept { return end - begin; }
};

/// An empty block. Never null; throws std::bad_alloc.
Block* take_block(BlockSize size);

/// The smallest size that holds so many bytes; the largest if none does.
BlockSize block_size_for(std::size_t bytes) noexcept;

/// Back to this thread's stock, or to the heap if that is full.
void give_block(Block* block) noexcept;

}  // namespace plugboard::peer
