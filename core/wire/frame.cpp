#include "wire/frame.hpp"

#include <array>
#include <bit>
#include <cstring>

#include "wire/simd.hpp"

namespace plugboard::wire {
namespace {

/// What a first byte alone shows.
constexpr HeaderStatus judge_first_byte(unsigned byte, bool rsv1_allowed) {
  const unsigned opcode = byte & 0x0F;
  const bool may_be_compressed = rsv1_allowed && (opcode == 1 || opcode == 2);
  if ((byte & 0x30) != 0 || ((byte & 0x40) != 0 && !may_be_compressed)) {
    return HeaderStatus::reserved_bits;
  }
  if ((opcode > 2 && opcode < 8) || opcode > 10) return HeaderStatus::reserved_opcode;
  if (opcode >= 8 && (byte & 0x80) == 0) return HeaderStatus::control_fragmented;
  return HeaderStatus::complete;
}

/// The same for all of them, by whether RSV1 may stand.
constexpr auto kFirstByte = [] {
  std::array<std::array<HeaderStatus, 256>, 2> table{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    table[0][byte] = judge_first_byte(byte, false);
    table[1][byte] = judge_first_byte(byte, true);
  }
  return table;
}();

std::uint64_t read_big_endian(const std::uint8_t* bytes, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[i];
  return value;
}

/// The mask as the bytes of a frame meet it after `phase` of them.
std::uint32_t turned(std::uint32_t mask, std::size_t phase) {
  const int bits = static_cast<int>(phase & 3) * 8;
  return std::endian::native == std::endian::little ? std::rotr(mask, bits) : std::rotl(mask, bits);
}

/// Any size, eight bytes at a time. `mask` is already turned.
void unmask_words(char* data, std::size_t size, std::uint32_t mask) {
  const std::uint64_t wide = static_cast<std::uint64_t>(mask) << 32 | mask;
  while (size >= 8) {
    std::uint64_t word;
    std::memcpy(&word, data, 8);
    word ^= wide;
    std::memcpy(data, &word, 8);
    data += 8;
    size -= 8;
  }
  if (size >= 4) {
    std::uint32_t word;
    std::memcpy(&word, data, 4);
    word ^= mask;
    std::memcpy(data, &word, 4);
    data += 4;
    size -= 4;
  }
  char mask_bytes[4];
  std::memcpy(mask_bytes, &mask, 4);
  for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<char>(data[i] ^ mask_bytes[i]);
}

#ifdef PLUGBOARD_WIRE_SSE2
/// At least 16 bytes. The last 16 are read before anything is written and stored last, so that an
/// uneven end costs one overlapping store and no loop.
void unmask_sse2(char* data, std::size_t size, std::uint32_t mask) {
  const __m128i wide = _mm_set1_epi32(static_cast<int>(mask));
  char* const last = data + size - 16;
  const __m128i last_wide = _mm_set1_epi32(static_cast<int>(turned(mask, size)));
  const __m128i end = _mm_xor_si128(_mm_loadu_si128(reinterpret_cast<__m128i*>(last)), last_wide);
  for (; data + 64 <= last; data += 64) {
    for (int i = 0; i < 4; ++i) {
      auto* const block = reinterpret_cast<__m128i*>(data) + i;
      _mm_storeu_si128(block, _mm_xor_si128(_mm_loadu_si128(block), wide));
    }
  }
  for (; data < last; data += 16) {
    auto* const block = reinterpret_cast<__m128i*>(data);
    _mm_storeu_si128(block, _mm_xor_si128(_mm_loadu_si128(block), wide));
  }
  _mm_storeu_si128(reinterpret_cast<__m128i*>(last), end);
}

#ifdef PLUGBOARD_WIRE_AVX2
PLUGBOARD_WIRE_BEGIN_AVX2
/// At least 32 bytes; the same with the wider registers.
void unmask_avx2(char* data, std::size_t size, std::uint32_t mask) {
  const __m256i wide = _mm256_set1_epi32(static_cast<int>(mask));
  char* const last = data + size - 32;
  const __m256i last_wide = _mm256_set1_epi32(static_cast<int>(turned(mask, size)));
  const __m256i end =
      _mm256_xor_si256(_mm256_loadu_si256(reinterpret_cast<__m256i*>(last)), last_wide);
  for (; data + 128 <= last; data += 128) {
    for (int i = 0; i < 4; ++i) {
      auto* const block = reinterpret_cast<__m256i*>(data) + i;
      _mm256_storeu_si256(block, _mm256_xor_si256(_mm256_loadu_si256(block), wide));
    }
  }
  for (; data < last; data += 32) {
    auto* const block = reinterpret_cast<__m256i*>(data);
    _mm256_storeu_si256(block, _mm256_xor_si256(_mm256_loadu_si256(block), wide));
  }
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(last), end);
}
PLUGBOARD_WIRE_END_AVX2
#endif
#endif

}  // namespace

const char* describe(HeaderStatus status) {
  switch (status) {
    case HeaderStatus::complete:
    case HeaderStatus::incomplete:
      return "";
    case HeaderStatus::reserved_bits:
      return "Reserved bits set";
    case HeaderStatus::reserved_opcode:
      return "Reserved opcode";
    case HeaderStatus::control_fragmented:
      return "Fragmented control frame";
    case HeaderStatus::control_too_long:
      return "Control frame too long";
    case HeaderStatus::unmasked:
      return "Frame not masked";
    case HeaderStatus::not_minimal:
      return "Length not minimal";
    case HeaderStatus::length_too_large:
      return "Length too large";
  }
  return "";
}

HeaderStatus parse_client_frame_header(const char* data, std::size_t size, bool rsv1_allowed,
                                       FrameHeader& out) {
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(data);
  if (size == 0) return HeaderStatus::incomplete;
  const HeaderStatus first = kFirstByte[rsv1_allowed ? 1 : 0][bytes[0]];
  if (first != HeaderStatus::complete) return first;
  if (size == 1) return HeaderStatus::incomplete;

  const auto opcode = static_cast<Opcode>(bytes[0] & 0x0F);
  if ((bytes[1] & 0x80) == 0) return HeaderStatus::unmasked;
  const std::uint8_t length = bytes[1] & 0x7F;
  if (is_control(opcode) && length > kMaxControlPayload) return HeaderStatus::control_too_long;

  std::size_t mask_at = 2;
  std::uint64_t payload_size = length;
  if (length == 126) {
    mask_at = 4;
    if (size < mask_at) return HeaderStatus::incomplete;
    payload_size = read_big_endian(bytes + 2, 2);
    if (payload_size < 126) return HeaderStatus::not_minimal;
  } else if (length == 127) {
    mask_at = 10;
    if (size > 2 && (bytes[2] & 0x80) != 0) return HeaderStatus::length_too_large;
    // Six zero bytes leave room for 16 bits at most, whatever the last two say.
    if (size >= 8 && read_big_endian(bytes + 2, 6) == 0) return HeaderStatus::not_minimal;
    if (size < mask_at) return HeaderStatus::incomplete;
    payload_size = read_big_endian(bytes + 2, 8);
  }
  if (size < mask_at + 4) return HeaderStatus::incomplete;

  out.opcode = opcode;
  out.fin = (bytes[0] & 0x80) != 0;
  out.rsv1 = (bytes[0] & 0x40) != 0;
  out.header_size = static_cast<std::uint8_t>(mask_at + 4);
  out.payload_size = payload_size;
  std::memcpy(&out.mask, data + mask_at, 4);
  return HeaderStatus::complete;
}

void unmask(char* data, std::size_t size, std::uint32_t mask, std::size_t phase) {
  mask = turned(mask, phase);
#ifdef PLUGBOARD_WIRE_AVX2
  if (size >= 128 && has_avx2()) return unmask_avx2(data, size, mask);
#endif
#ifdef PLUGBOARD_WIRE_SSE2
  if (size >= 16) return unmask_sse2(data, size, mask);
#endif
  unmask_words(data, size, mask);
}

std::size_t write_server_header(char* out, Opcode opcode, bool fin, bool rsv1,
                                std::uint64_t payload_size) {
  out[0] = static_cast<char>((fin ? 0x80 : 0) | (rsv1 ? 0x40 : 0) | static_cast<int>(opcode));
  const std::size_t header_size = server_header_size(payload_size);
  if (header_size == 2) {
    out[1] = static_cast<char>(payload_size);
    return header_size;
  }
  out[1] = header_size == 4 ? 126 : 127;
  for (std::size_t i = header_size; i > 2; --i) {
    out[i - 1] = static_cast<char>(payload_size & 0xFF);
    payload_size >>= 8;
  }
  return header_size;
}

}  // namespace plugboard::wire
