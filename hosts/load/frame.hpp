// WebSocket frames as a client needs them: masked out, unmasked in (RFC 6455 section 5.2). The
// load program has its own code for this, so that it costs little and shares no mistake with the
// server that it measures.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace plugboard::load {

constexpr std::uint8_t kText = 1;
constexpr std::uint8_t kBinary = 2;
constexpr std::uint8_t kClose = 8;
constexpr std::uint8_t kPing = 9;
constexpr std::uint8_t kPong = 10;
/// The first reserved bit: the message is compressed (RFC 7692 section 6). Goes with an opcode.
constexpr std::uint8_t kCompressed = 0x40;

/// The masking key of nearly every frame, so that frames can be built and masked ahead of time.
constexpr std::array<std::uint8_t, 4> kMask = {0x6b, 0x1d, 0xc4, 0x92};

/// A key that changes nothing: for frames whose parts cannot be masked ahead of time.
constexpr std::array<std::uint8_t, 4> kNoMask = {0, 0, 0, 0};

/// Appends the header of a final masked frame with `size` payload bytes. `opcode`: with kCompressed
/// or without.
void append_header(std::string& out, std::uint8_t opcode, std::size_t size,
                   const std::array<std::uint8_t, 4>& key = kMask);

/// XORs `bytes` with the mask as if they began `offset` bytes into a payload.
void mask(char* bytes, std::size_t size, std::size_t offset);

/// Appends a whole masked frame.
void append_frame(std::string& out, std::uint8_t opcode, std::string_view payload);

/// A frame from the server; `payload` points into the buffer that it was read from.
struct ServerFrame {
  std::uint8_t opcode = 0;
  std::string_view payload;
  bool compressed = false;
};

/// What the front of a buffer holds.
enum class Parse {
  kFrame,       ///< a whole frame
  kIncomplete,  ///< the start of one
  kBroken,      ///< something this client cannot take: fragments, reserved bits, masked frames
};

struct Parsed {
  Parse what = Parse::kIncomplete;
  ServerFrame frame;
  /// Bytes of the buffer that the frame took.
  std::size_t size = 0;
};

/// `may_compress`: permessage-deflate was agreed on.
Parsed parse_server_frame(std::string_view bytes, bool may_compress = false);

}  // namespace plugboard::load
