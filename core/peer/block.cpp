#include "peer/block.hpp"

#include <array>
#include <cstdlib>
#include <new>

namespace plugboard::peer {
namespace {

class Stock {
 public:
  Stock(BlockSize size, std::size_t limit) : size_(size), limit_(limit) {}
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

  Block* allocate() const;

  Block* first_ = nullptr;
  std::size_t count_ = 0;
  BlockSize size_;
  std::size_t limit_;
};

constexpr std::size_t kBlockBytes[] = {512, 8192, 65536};

constexpr std::size_t capacity_of(BlockSize size) {
  return kBlockBytes[static_cast<std::size_t>(size)] - sizeof(Block);
}

Block* Stock::allocate() const {
  void* memory = std::malloc(sizeof(Block) + capacity_of(size_));
  if (memory == nullptr) throw std::bad_alloc();
  auto* block = new (memory) Block;
  block->capacity = static_cast<std::uint32_t>(capacity_of(size_));
  block->size = size_;
  return block;
}

class Stocks {
 public:
  Stock& of(BlockSize size) { return stocks_[static_cast<std::size_t>(size)]; }

 private:
  // At most 3.5 MiB a thread.
  std::array<Stock, 3> stocks_{Stock(BlockSize::small, 1024), Stock(BlockSize::medium, 128),
                               Stock(BlockSize::large, 32)};
};

thread_local Stocks stocks;

}  // namespace

BlockSize block_size_for(std::size_t bytes) noexcept {
  if (bytes <= capacity_of(BlockSize::small)) return BlockSize::small;
  return bytes <= capacity_of(BlockSize::medium) ? BlockSize::medium : BlockSize::large;
}

Block* take_block(BlockSize size) { return stocks.of(size).take(); }

void give_block(Block* block) noexcept { stocks.of(block->size).give(block); }

}  // namespace plugboard::peer
