// What waits to be sent to one connection, oldest first: whole WebSocket frames, perhaps behind the
// rest of one that was partly sent, perhaps behind HTTP bytes. Guarded by the peer's lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "peer/block.hpp"

namespace plugboard::peer {

class Outbox {
 public:
  Outbox() = default;
  ~Outbox() { clear(); }
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  std::size_t bytes() const noexcept { return first_ == nullptr ? 0 : first_->chain_bytes; }
  bool empty() const noexcept { return first_ == nullptr; }

  /// Copies one whole frame, given in up to two parts.
  void append_frame(std::string_view first, std::string_view second = {}) {
    append(first);
    append(second);
  }

  /// Copies bytes that are no whole frame: HTTP, or what is left of a frame that was partly sent
  /// past this outbox. Only while no whole frame waits.
  void append_unframed(std::string_view bytes) {
    if (bytes.empty()) return;
    append(bytes);
    first_->chain_unframed += bytes.size();
  }

  /// The waiting bytes as up to `parts.size()` contiguous parts. Returns how many.
  std::size_t gather(std::span<std::string_view> parts) const noexcept;

  /// `count` bytes from the front have been sent.
  void consume(std::size_t count) noexcept;

  /// Drops every whole frame that has not been begun, so that the next append follows a frame's
  /// end. `committed`: bytes at the front that were promised to a lower layer already (TLS).
  void discard_whole_frames(std::size_t committed = 0);

  void clear() noexcept;

 private:
  void append(std::string_view bytes);
  std::size_t copy_out(std::size_t offset, char* out, std::size_t count) const noexcept;
  std::size_t frame_size_at(std::size_t offset) const noexcept;
  std::size_t boundary_at_or_after(std::size_t offset) const noexcept;

  Block* first_ = nullptr;  // holds at least one byte
};

}  // namespace plugboard::peer
