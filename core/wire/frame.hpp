// WebSocket frames as bytes (RFC 6455 section 5): reads the headers clients send, takes their masks
// off in place, and writes the unmasked headers a server sends. Pure functions; any thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace plugboard::wire {

/// What a frame carries (RFC 6455 section 11.8). Values 3 to 7 and 11 to 15 are reserved.
enum class Opcode : std::uint8_t {
  continuation = 0x0,
  text = 0x1,
  binary = 0x2,
  close = 0x8,
  ping = 0x9,
  pong = 0xA,
};

/// Close, ping and pong: at most 125 bytes and never fragmented.
constexpr bool is_control(Opcode opcode) { return (static_cast<std::uint8_t>(opcode) & 0x8) != 0; }

inline constexpr std::size_t kMaxControlPayload = 125;
/// The longest header a client can send: 2 bytes, a 64-bit length, the mask.
inline constexpr std::size_t kMaxClientHeader = 14;
/// The longest header a server sends: the same without the mask.
inline constexpr std::size_t kMaxServerHeader = 10;

/// A client's frame header that has arrived whole.
struct FrameHeader {
  Opcode opcode = Opcode::continuation;
  bool fin = false;
  /// Set on the first frame of a compressed message (RFC 7692 section 6).
  bool rsv1 = false;
  /// Bytes before the payload, mask included: 6, 8 or 14.
  std::uint8_t header_size = 0;
  /// Bytes of payload announced; at most 2^63 - 1. Nothing says that they will ever come.
  std::uint64_t payload_size = 0;
  /// The four mask bytes as they lie in memory, ready for `unmask`.
  std::uint32_t mask = 0;
};

/// What the bytes of a header show. All but the first two fail the connection with 1002.
enum class HeaderStatus : std::uint8_t {
  complete,
  /// Nothing wrong so far; call again with more bytes.
  incomplete,
  /// RSV2 or RSV3, or RSV1 where it may not stand.
  reserved_bits,
  reserved_opcode,
  control_fragmented,
  control_too_long,
  /// A client's frame without a mask.
  unmasked,
  /// A length written longer than it need be.
  not_minimal,
  /// A 64-bit length with its top bit set.
  length_too_large,
};

/// A short reason for a failing status, fit for a Close frame; empty for the first two.
const char* describe(HeaderStatus status);

/// Reads a client's frame header from the start of `data`. An error is reported as soon as the
/// bytes present show it, in the order in which they show it: `incomplete` means that what is
/// there could still become a good header. `out` is written only with `complete`.
/// `rsv1_allowed`: permessage-deflate was negotiated; RSV1 may then stand on text and binary
/// frames, never on continuations or control frames. Whether a continuation continues something
/// is the caller's to know, as is the limit on `payload_size`.
[[nodiscard]] HeaderStatus parse_client_frame_header(const char* data, std::size_t size,
                                                     bool rsv1_allowed, FrameHeader& out);

/// XORs `data` with the mask (RFC 6455 section 5.3); the same call masks and unmasks.
/// `mask`: as in FrameHeader. `phase`: how many payload bytes of this frame came before `data`;
/// only its value modulo 4 matters.
void unmask(char* data, std::size_t size, std::uint32_t mask, std::size_t phase);

/// Bytes that `write_server_header` writes for a payload of this size: 2, 4 or 10. Always exactly
/// 4 less than a client's header for the same payload, so that the header of a frame which is sent
/// on fits into the place of the one it came with.
constexpr std::size_t server_header_size(std::uint64_t payload_size) {
  if (payload_size <= 125) return 2;
  return payload_size <= 0xFFFF ? 4 : 10;
}

/// Writes an unmasked header to `out` (room for `server_header_size(payload_size)` bytes, at most
/// kMaxServerHeader) and returns its size. `payload_size` must be below 2^63.
std::size_t write_server_header(char* out, Opcode opcode, bool fin, bool rsv1,
                                std::uint64_t payload_size);

}  // namespace plugboard::wire
