#include "peer/block.hpp"

#include <cstdlib>
#include <new>

namespace plugboard::peer {
namespace {

class Stock {
 public:
  Stock(std::size_t block_capacity, std::size_t limit)
      : block_capacity_(block_capacity), limit_(limit) {}
  Stock(const Stock&) = delete;
  Stock& operator=(const Stock&) = delete;

  ~Stock() {
    while (first_ != nullptr) std::free(pop());
    limit_ = 0;  // blocks given back during thread exit go to the heap
  }

  Block* take() {
    Block* block = first_ != nullptr ? pop() : allocate();
    block->next = nullptr;
    block->begin = 0;
    block->end = 0;
    return block;
  }

  void give(Block* block) noexcept {
    if (count_ >= limit_) {
      std::free(block);
      return;
    }
    block->next = first_;
    first_ = block;
    ++count_;
  }

 private:
  Block* pop() noexcept {
    Block* block = first_;
    first_ = block->next;
    --count_;
    return block;
  }

  Block* allocate() const {
    void* memory = std::malloc(sizeof(Block) + block_capacity_);
    if (memory == nullptr) throw std::bad_alloc();
    auto* block = new (memory) Block;
    block->capacity = static_cast<std::uint32_t>(block_capacity_);
    return block;
  }

  Block* first_ = nullptr;
  std::size_t count_ = 0;
  std::size_t block_capacity_;
  std::size_t limit_;
};

thread_local Stock small_blocks(kSmallBlock, 256);  // 1 MiB a thread
thread_local Stock large_blocks(kLargeBlock, 32);   // 2 MiB a thread

}  // namespace

Block* take_block(std::size_t wanted) {
  return wanted <= kSmallBlock ? small_blocks.take() : large_blocks.take();
}

void give_block(Block* block) noexcept {
  (block->capacity == kSmallBlock ? small_blocks : large_blocks).give(block);
}

}  // namespace plugboard::peer
