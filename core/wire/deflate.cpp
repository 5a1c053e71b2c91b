#include "wire/deflate.hpp"

// zlib takes its input by a pointer to const only where this is defined.
#define ZLIB_CONST
#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>

namespace plugboard::wire {
namespace {

/// What the sender took off the end of a message and the receiver puts back.
constexpr std::string_view kTail("\0\0\xFF\xFF", 4);

const Bytef* bytes_of(std::string_view text) { return reinterpret_cast<const Bytef*>(text.data()); }

/// zlib counts in 32 bits.
std::string_view take_step(std::string_view& text) {
  const std::string_view step = text.substr(0, std::numeric_limits<uInt>::max() / 2);
  text.remove_prefix(step.size());
  return step;
}

}  // namespace

struct Inflater::Stream {
  explicit Stream(int window_bits) {
    // Older clients on zlib, told 8, use 9 without saying so.
    if (inflateInit2(&z, -std::max(window_bits, 9)) != Z_OK) throw std::bad_alloc();
  }
  ~Stream() { inflateEnd(&z); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  z_stream z{};
};

Inflater::Inflater(int window_bits, bool context_takeover)
    : window_bits_(window_bits), context_takeover_(context_takeover) {}
Inflater::~Inflater() = default;
Inflater::Inflater(Inflater&& other) noexcept = default;
Inflater& Inflater::operator=(Inflater&& other) noexcept = default;

InflateStatus Inflater::feed(std::string_view piece, bool last, std::size_t max_message,
                             std::string& out) {
  // An empty message is a single zero byte, but one without any bytes is taken for it as well.
  if (!stream_) {
    if (piece.empty() && !open_) return InflateStatus::ok;
    stream_ = std::make_unique<Stream>(window_bits_);
  }
  if (!piece.empty()) open_ = true;
  while (!piece.empty()) {
    const InflateStatus status = expand(take_step(piece), max_message, out);
    if (status != InflateStatus::ok) return status;
  }
  if (!last) return InflateStatus::ok;
  if (open_ && !behind_final_block_) {
    const InflateStatus status = expand(kTail, max_message, out);
    if (status != InflateStatus::ok) return status;
    // The empty block that ends a message may itself be marked as final.
    if (!behind_final_block_ && !between_blocks()) return InflateStatus::corrupt;
  }
  open_ = false;
  if (!context_takeover_) reset();
  return InflateStatus::ok;
}

InflateStatus Inflater::expand(std::string_view piece, std::size_t max_message, std::string& out) {
  std::array<char, 16384> room;  // NOLINT: written before it is read
  z_stream& z = stream_->z;
  z.next_in = bytes_of(piece);
  z.avail_in = static_cast<uInt>(piece.size());
  for (;;) {
    // One byte more than may still come shows that more would.
    const std::size_t allowed = max_message - std::min(max_message, out.size());
    const auto offered = static_cast<uInt>(std::min(room.size() - 1, allowed) + 1);
    z.next_out = reinterpret_cast<Bytef*>(room.data());
    z.avail_out = offered;
    const int result = inflate(&z, Z_SYNC_FLUSH);
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
      return InflateStatus::corrupt;
    }
    const std::size_t produced = offered - z.avail_out;
    if (produced > allowed) return InflateStatus::too_large;
    out.append(room.data(), produced);
    behind_final_block_ = result == Z_STREAM_END;
    if (behind_final_block_) {
      // Another run of blocks may follow, and may refer to what this one held: keep the window.
      inflateResetKeep(&z);
      if (z.avail_in == 0) return InflateStatus::ok;
    } else if (z.avail_out != 0) {
      return InflateStatus::ok;
    }
  }
}

bool Inflater::between_blocks() const {
  // zlib.h, on inflate: 128 is added where a block's header is next; below are the unused bits.
  constexpr int kBeforeHeader = 128;
  constexpr int kUnusedBits = 63;
  const int state = stream_->z.data_type;
  return (state & kBeforeHeader) != 0 && (state & kUnusedBits) == 0;
}

void Inflater::reset() {
  open_ = false;
  behind_final_block_ = false;
  if (stream_) inflateReset(&stream_->z);
}

void Inflater::release() {
  if (!context_takeover_ && !open_) stream_.reset();
}

struct Deflater::Stream {
  Stream(int window_bits, int level) {
    // zlib knows no window of 2^8 bytes when compressing. Matches of the byte just before, which is
    // all that Z_RLE looks for, are within any.
    const bool narrow = window_bits < 9;
    // Less costs compression, more costs time to clear before each message, and neither gains.
    constexpr int kMemoryLevel = 6;
    if (deflateInit2(&z, level, Z_DEFLATED, narrow ? -9 : -window_bits, kMemoryLevel,
                     narrow ? Z_RLE : Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Stream() { deflateEnd(&z); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  z_stream z{};
};

Deflater::Deflater(int window_bits, bool context_takeover, int level)
    : window_bits_(window_bits), context_takeover_(context_takeover), level_(level) {}
Deflater::~Deflater() = default;
Deflater::Deflater(Deflater&& other) noexcept = default;
Deflater& Deflater::operator=(Deflater&& other) noexcept = default;

void Deflater::deflate(std::string_view message, std::string& out) {
  if (message.empty()) {
    // RFC 7692 section 7.2.3.6; zlib would write nothing after an earlier flush.
    out += '\0';
    return;
  }
  if (!stream_) stream_ = std::make_unique<Stream>(window_bits_, level_);
  z_stream& z = stream_->z;
  std::array<char, 16384> room;  // NOLINT: written before it is read
  while (!message.empty()) {
    const std::string_view step = take_step(message);
    z.next_in = bytes_of(step);
    z.avail_in = static_cast<uInt>(step.size());
    do {
      z.next_out = reinterpret_cast<Bytef*>(room.data());
      z.avail_out = room.size();
      // Its only error is that nothing was left to do, after the room was just filled.
      ::deflate(&z, message.empty() ? Z_SYNC_FLUSH : Z_NO_FLUSH);
      out.append(room.data(), room.size() - z.avail_out);
    } while (z.avail_out == 0);
  }
  out.resize(out.size() - kTail.size());
  if (!context_takeover_) deflateReset(&z);
}

void Deflater::release() {
  if (!context_takeover_) stream_.reset();
}

}  // namespace plugboard::wire
