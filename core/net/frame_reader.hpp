// One connection's incoming WebSocket bytes, cut into messages (RFC 6455 sections 5 and 6). Works
// in the memory that the bytes were received into; keeps only what is incomplete, in memory that
// grows with what has arrived and never to what a header announces. Until a frame comes in parts
// it holds a null pointer. The connection's own thread; no I/O of its own.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "wire/close.hpp"
#include "wire/frame.hpp"
#include "wire/utf8.hpp"

namespace plugboard::net {

/// Bytes in memory that is not cleared when it grows.
class GrowingBuffer {
 public:
  GrowingBuffer() = default;
  GrowingBuffer(GrowingBuffer&& other) noexcept
      : data_(std::move(other.data_)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  GrowingBuffer& operator=(GrowingBuffer&&) = delete;

  char* data() { return data_.get(); }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  void set_size(std::size_t size) { size_ = size; }

  void reserve(std::size_t capacity) {
    if (capacity <= capacity_) return;
    auto* grown = static_cast<char*>(std::realloc(data_.get(), capacity));
    if (grown == nullptr) throw std::bad_alloc();
    static_cast<void>(data_.release());  // it has been freed, or is `grown` itself
    data_.reset(grown);
    capacity_ = capacity;
  }

  void append(std::string_view bytes) {
    if (size_ + bytes.size() > capacity_) reserve(std::max(size_ + bytes.size(), capacity_ * 2));
    if (!bytes.empty()) std::memcpy(data_.get() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }

 private:
  struct Free {
    void operator()(char* data) const { std::free(data); }
  };

  std::unique_ptr<char[], Free> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// A data message, complete, in memory that may be written to.
struct IncomingMessage {
  char* data = nullptr;  // wire::server_header_size(size) bytes before it may be overwritten
  std::size_t size = 0;
  bool binary = false;
  bool compressed = false;  // RFC 7692; to be inflated before anything else
  bool known_utf8 = false;  // text whose encoding has been checked already
  bool lasts = false;       // stays where it lies until the next FrameReader::room()
};

/// What a FrameReader tells. Each returns whether to go on; once false, the rest is thrown away.
class FrameSink {
 public:
  virtual ~FrameSink() = default;

  virtual bool on_message(const IncomingMessage& message) = 0;
  virtual bool on_ping(std::string_view payload) = 0;
  virtual bool on_pong(std::string_view payload) = 0;
  /// A good Close frame; nothing follows.
  virtual void on_close(const wire::PeerClose& close) = 0;
  /// The connection must be failed with this code; nothing follows.
  virtual void on_failure(std::uint16_t close_code, std::string_view reason) = 0;
};

class FrameReader {
 public:
  struct Rules {
    std::size_t max_message;  // bytes, inclusive; fragments summed
    bool compression;         // permessage-deflate was negotiated
  };

  /// Where to receive the next bytes: `shared` (which must have kHeadroom writable bytes before
  /// it), behind what it is given of an incomplete frame; or memory of the reader's own.
  std::span<char> room(std::span<char> shared);

  /// `count` bytes have been received into the last room() of the same `shared`.
  void received(std::size_t count, std::span<char> shared, const Rules& rules, FrameSink& sink);

  /// Takes bytes from elsewhere, which may be written to, with kHeadroom writable bytes before
  /// them. Only while nothing is incomplete.
  void take(std::span<char> bytes, const Rules& rules, FrameSink& sink) {
    feed(bytes.data(), bytes.size(), Resumed{}, rules, sink, false);
  }

  /// Gives all memory back; nothing more will be read.
  void stop() {
    stopped_ = true;
    incomplete_.reset();
  }

  /// Something came behind the end, and was thrown away.
  bool excess() const { return excess_; }
  /// Bytes held for what is incomplete.
  std::size_t held_bytes() const;

  static constexpr std::size_t kHeadroom = 16;

 private:
  // An incomplete frame: its header, perhaps incomplete too, and the start of its payload.
  struct Tail {
    GrowingBuffer bytes;
    std::size_t unmasked = 0;  // payload bytes whose mask is off already
    wire::Utf8Stream utf8;     // has seen these, if the frame is text
  };
  // The fragments of a message so far, behind kHeadroom bytes.
  struct Assembly {
    GrowingBuffer bytes;
    wire::Utf8Stream utf8;
    bool binary = false;
    bool compressed = false;
    std::size_t payload_size() const { return bytes.size() - kHeadroom; }
  };
  // How far the first frame of some bytes had been worked on before.
  struct Resumed {
    std::size_t unmasked = 0;
    wire::Utf8Stream utf8;
  };

  /// `lasts`: the bytes lie in the shared buffer.
  void feed(char* data, std::size_t size, Resumed resumed, const Rules& rules, FrameSink& sink,
            bool lasts);
  /// Null if the frame may stand here; otherwise why not, with the code to fail with.
  const char* objection(const wire::FrameHeader& header, const Rules& rules,
                        std::uint16_t& close_code) const;
  bool take_frame(const wire::FrameHeader& header, char* payload, FrameSink& sink, bool lasts);
  bool take_control(const wire::FrameHeader& header, std::string_view payload, FrameSink& sink);
  bool take_fragment(const wire::FrameHeader& header, std::string_view payload, FrameSink& sink);
  bool is_text(const wire::FrameHeader& header) const;
  /// Unmasks and checks what there is of an incomplete text frame. False: impossible UTF-8.
  bool check_ahead(const wire::FrameHeader& header, char* payload, std::size_t available,
                   Resumed& resumed) const;
  void keep(const char* data, std::size_t size, const Resumed& resumed);
  void fail(std::uint16_t close_code, std::string_view reason, FrameSink& sink);

  // Stays once it was needed; the buffers do not.
  struct Incomplete {
    std::optional<Tail> tail;
    std::optional<Assembly> assembly;
  };
  Incomplete& incomplete() {
    if (incomplete_ == nullptr) incomplete_ = std::make_unique<Incomplete>();
    return *incomplete_;
  }
  Tail* tail() const {
    return incomplete_ != nullptr && incomplete_->tail ? &*incomplete_->tail : nullptr;
  }
  Assembly* assembly() const {
    return incomplete_ != nullptr && incomplete_->assembly ? &*incomplete_->assembly : nullptr;
  }

  std::unique_ptr<Incomplete> incomplete_;
  bool carried_ = false;  // the tail was given to the shared buffer by room()
  bool stopped_ = false;
  bool excess_ = false;
};

}  // namespace plugboard::net
