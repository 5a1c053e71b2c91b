#include "peer/outbox.hpp"

#include <algorithm>
#include <cstring>

namespace plugboard::peer {

void Outbox::append(std::string_view bytes) {
  while (!bytes.empty()) {
    if (first_ == nullptr) {
      first_ = take_block(block_size_for(bytes.size()));
      first_->last = first_;
      first_->chain_bytes = 0;
      first_->chain_unframed = 0;
    } else if (first_->last->free_bytes() == 0) {
      // Another block for the same peer means that much is coming: take a larger one.
      first_->last = first_->last->next =
          take_block(first_->last->size == BlockSize::small ? BlockSize::medium : BlockSize::large);
    }
    Block& last = *first_->last;
    const std::size_t part = std::min(bytes.size(), last.free_bytes());
    std::memcpy(last.data() + last.end, bytes.data(), part);
    last.end += static_cast<std::uint32_t>(part);
    first_->chain_bytes += part;
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
  if (first_ == nullptr || count >= first_->chain_bytes) {
    clear();
    return;
  }
  // Frame boundaries matter only while something stays behind.
  const std::size_t unframed = first_->chain_unframed;
  const std::size_t left_unframed =
      count <= unframed ? unframed - count : boundary_at_or_after(count) - count;
  Block* const last = first_->last;
  const std::size_t left = first_->chain_bytes - count;
  while (count >= first_->waiting_bytes()) {
    count -= first_->waiting_bytes();
    Block* sent = first_;
    first_ = sent->next;
    give_block(sent);
  }
  first_->begin += static_cast<std::uint32_t>(count);
  first_->last = last;
  first_->chain_bytes = left;
  first_->chain_unframed = left_unframed;
}

void Outbox::discard_whole_frames(std::size_t committed) {
  if (first_ == nullptr) return;
  const std::size_t unframed = first_->chain_unframed;
  const std::size_t keep =
      committed <= unframed ? unframed : boundary_at_or_after(std::min(committed, bytes()));
  if (keep == 0) {
    clear();
    return;
  }
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
  last_kept->next = nullptr;
  first_->last = last_kept;
  first_->chain_bytes = keep;
  first_->chain_unframed = keep;
}

void Outbox::clear() noexcept {
  while (first_ != nullptr) {
    Block* next = first_->next;
    give_block(first_);
    first_ = next;
  }
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
  const std::size_t end = bytes();
  std::size_t boundary = first_->chain_unframed;
  while (boundary < offset && boundary < end) boundary += frame_size_at(boundary);
  return std::min(boundary, end);
}

}  // namespace plugboard::peer
