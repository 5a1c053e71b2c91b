// Copies of texts that a question or an event borrowed, in one block.
#pragma once

#include <plugboard/abi.h>

#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <memory>

namespace plugboard::extension {

/// Copies stay where they are, also when this object is moved.
class TextKeeper {
 public:
  /// `bytes`: of all texts that will be kept.
  explicit TextKeeper(std::size_t bytes) : block_(std::make_unique<char[]>(bytes)) {}

  [[nodiscard]] plugboard_bytes keep(plugboard_bytes text) {
    if (text.size == 0) return {};
    char* const start = block_.get() + used_;
    std::memcpy(start, text.data, text.size);
    used_ += text.size;
    return {start, text.size};
  }

  [[nodiscard]] static std::size_t size_of(std::initializer_list<plugboard_bytes> texts) {
    std::size_t size = 0;
    for (const plugboard_bytes& text : texts) size += text.size;
    return size;
  }

 private:
  std::unique_ptr<char[]> block_;
  std::size_t used_ = 0;
};

}  // namespace plugboard::extension
