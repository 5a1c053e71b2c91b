#include "peer/outbox.hpp"

#include <algorithm>
#include <cstring>

namespace plugboard::peer {

void Outbox::append(std::string_view bytes) {
  while (!bytes.empty()) {
    if (last_ == nullptr || last_->free_bytes() == 0) {
      // A second block for the same peer means that much is coming: take a large one.
      Block* block = take_block(last_ == nullptr ? bytes.size() : kLargeBlock);
      (last_ == nullptr ? first_ : last_->next) = block;
      last_ = block;
    }
    const std::size_t part = std::min(bytes.size(), last_->free_bytes());
    std::memcpy(last_->data() + last_->end, bytes.data(), part);
    last_->end += static_cast<std::uint32_t>(part);
    bytes_ += part;
    bytes.remove_prefix(part);
  }
}

std::size_t Outbox::gather(std::span<std::string_view> parts) const noexcept {
  std::size_t count = 0;
  for (Block* block = first_; block != nullptr && count < parts.size(); block = block->next) {
    parts[count++] = {block->data() + block->begin, block->waiting_bytes()};
  }
  return count;
}

void Outbox::consume(std::size_t count) noexcept {
  // Frame boundaries matter only while something stays behind.
  if (count < bytes_) {
    unframed_ = count <= unframed_ ? unframed_ - count : boundary_at_or_after(count) - count;
  } else {
    unframed_ = 0;
  }
  bytes_ -= count;
  while (first_ != nullptr && count >= first_->waiting_bytes()) {
    count -= first_->waiting_bytes();
    Block* sent = first_;
    first_ = sent->next;
    give_block(sent);
  }
  if (first_ == nullptr) {
    last_ = nullptr;
  } else {
    first_->begin += static_cast<std::uint32_t>(count);
  }
}

void Outbox::discard_whole_frames(std::size_t committed) {
  const std::size_t keep =
      committed <= unframed_ ? unframed_ : boundary_at_or_after(std::min(committed, bytes_));
  std::size_t passed = 0;
  Block* last_kept = nullptr;
  Block* block = first_;
  while (block != nullptr && passed < keep) {
    const std::size_t part = std::min(block->waiting_bytes(), keep - passed);
    block->end = block->begin + static_cast<std::uint32_t>(part);
    passed += part;
    last_kept = block;
    block = block->next;
  }
  while (block != nullptr) {
    Block* next = block->next;
    give_block(block);
    block = next;
  }
  if (last_kept == nullptr) {
    first_ = nullptr;
  } else {
    last_kept->next = nullptr;
  }
  last_ = last_kept;
  bytes_ = keep;
  unframed_ = keep;
}

void Outbox::clear() noexcept {
  while (first_ != nullptr) {
    Block* next = first_->next;
    give_block(first_);
    first_ = next;
  }
  last_ = nullptr;
  bytes_ = 0;
  unframed_ = 0;
}

std::size_t Outbox::copy_out(std::size_t offset, char* out, std::size_t count) const noexcept {
  std::size_t copied = 0;
  for (Block* block = first_; block != nullptr && copied < count; block = block->next) {
    if (offset >= block->waiting_bytes()) {
      offset -= block->waiting_bytes();
      continue;
    }
    const std::size_t part = std::min(block->waiting_bytes() - offset, count - copied);
    std::memcpy(out + copied, block->data() + block->begin + offset, part);
    copied += part;
    offset = 0;
  }
  return copied;
}

// Server frames carry no mask (RFC 6455 section 5.1): two bytes of header, and two or eight more
// for longer payloads (section 5.2).
std::size_t Outbox::frame_size_at(std::size_t offset) const noexcept {
  unsigned char header[10] = {};
  copy_out(offset, reinterpret_cast<char*>(header), sizeof header);
  const std::size_t short_size = header[1] & 0x7FU;
  if (short_size < 126) return 2 + short_size;
  const std::size_t size_bytes = short_size == 126 ? 2 : 8;
  std::size_t payload = 0;
  for (std::size_t i = 0; i < size_bytes; ++i) payload = payload << 8U | header[2 + i];
  return 2 + size_bytes + payload;
}

std::size_t Outbox::boundary_at_or_after(std::size_t offset) const noexcept {
  std::size_t boundary = unframed_;
  while (boundary < offset && boundary < bytes_) boundary += frame_size_at(boundary);
  return std::min(boundary, bytes_);
}

}  // namespace plugboard::peer
