#include "wire/utf8.hpp"

#include <simdjson.h>

#include <cstring>

#include "wire/simd.hpp"

namespace plugboard::wire {
namespace {

/// How many bytes from the start are ASCII, rounded down to what was looked at in one step.
std::size_t ascii_prefix(std::string_view text) {
  const char* const data = text.data();
  std::size_t at = 0;
#ifdef PLUGBOARD_WIRE_SSE2
  for (; at + 16 <= text.size(); at += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data + at));
    if (_mm_movemask_epi8(block) != 0) return at;
  }
#endif
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, data + at, 8);
    if ((word & 0x8080808080808080U) != 0) return at;
  }
  while (at < text.size() && static_cast<std::uint8_t>(data[at]) < 0x80) ++at;
  return at;
}

/// Bytes that follow this one in its character; 0 for ASCII and for what begins nothing.
std::size_t following(std::uint8_t lead) {
  if (lead >= 0xF0) return 3;
  if (lead >= 0xE0) return 2;
  return lead >= 0xC0 ? 1 : 0;
}

/// How many bytes at the end of `text` begin a character that `text` does not finish (0 to 3).
std::size_t open_tail(std::string_view text) {
  for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    const auto byte = static_cast<std::uint8_t>(text[text.size() - back]);
    if (byte >= 0xC0) return following(byte) >= back ? back : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}

}  // namespace

bool valid_utf8(std::string_view text) {
  // Past this much the library's own ASCII path, with wider registers, is as good as ours.
  constexpr std::size_t kShort = 128;
  const std::size_t ascii = ascii_prefix(text.substr(0, kShort));
  if (ascii == text.size()) return true;
  return simdjson::validate_utf8(text.data() + ascii, text.size() - ascii);
}

std::size_t valid_utf8_prefix(std::string_view text) {
  Utf8Stream stream;
  std::size_t whole = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!stream.feed(text.substr(at, 1))) return whole;
    if (stream.complete()) whole = at + 1;
  }
  return whole;
}

std::size_t utf8_cut(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text.size();
  while (limit > 0 && (static_cast<std::uint8_t>(text[limit]) & 0xC0) == 0x80) --limit;
  return limit;
}

bool Utf8Stream::take(std::uint8_t byte) {
  if (pending_ != 0) {
    if (byte < lowest_ || byte > highest_) return false;
    --pending_;
    lowest_ = 0x80;
    highest_ = 0xBF;
    return true;
  }
  if (byte < 0x80) return true;
  if (byte < 0xC2 || byte > 0xF4) return false;
  pending_ = static_cast<std::uint8_t>(following(byte));
  // Unicode standard, table 3-7: the second byte's range after these four leads.
  if (byte == 0xE0) lowest_ = 0xA0;
  if (byte == 0xED) highest_ = 0x9F;
  if (byte == 0xF0) lowest_ = 0x90;
  if (byte == 0xF4) highest_ = 0x8F;
  return true;
}

bool Utf8Stream::feed(std::string_view piece) {
  if (failed_) return false;
  std::size_t at = 0;
  for (; pending_ != 0 && at < piece.size(); ++at) {
    if (!take(static_cast<std::uint8_t>(piece[at]))) return !(failed_ = true);
  }
  const std::size_t tail_at = piece.size() - open_tail(piece.substr(at));
  if (!valid_utf8(piece.substr(at, tail_at - at))) return !(failed_ = true);
  for (at = tail_at; at < piece.size(); ++at) {
    if (!take(static_cast<std::uint8_t>(piece[at]))) return !(failed_ = true);
  }
  return true;
}

}  // namespace plugboard::wire
