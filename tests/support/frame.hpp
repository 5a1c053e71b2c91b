// WebSocket frames for tests, written from RFC 6455 section 5.2 and sharing no code with the
// relay's own codec, so that a mistake in one cannot hide in the other. Builds wrong frames too.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plugboard::test {

enum class Opcode : std::uint8_t {
  kContinuation = 0,
  kText = 1,
  kBinary = 2,
  kClose = 8,
  kPing = 9,
  kPong = 10
};

/// How the payload length is written.
enum class LengthForm { kMinimal, kSevenBits, kSixteenBits, kSixtyFourBits };

/// One frame as a client sends it; the defaults make a right one.
struct FrameToSend {
  std::uint8_t opcode = static_cast<std::uint8_t>(Opcode::kText);
  std::string payload = {};
  bool fin = true;
  /// RSV1 to RSV3 as the bits 4, 2, 1.
  std::uint8_t reserved = 0;
  bool masked = true;
  std::array<std::uint8_t, 4> mask = {0x37, 0xfa, 0x21, 0x3d};
  LengthForm length_form = LengthForm::kMinimal;
  /// Written instead of the payload's true length.
  std::optional<std::uint64_t> announced_length = std::nullopt;

  /// The bytes on the wire.
  [[nodiscard]] std::string bytes() const;
};

/// Right frames in short.
std::string text_frame(std::string_view payload);
std::string binary_frame(std::string_view payload);
std::string ping_frame(std::string_view payload);
std::string close_frame(std::uint16_t code, std::string_view reason = "");
/// A piece of a message; the first piece carries the opcode, later ones kContinuation.
std::string fragment(Opcode opcode, std::string_view payload, bool fin);

/// One frame as the server sent it.
struct ReceivedFrame {
  std::uint8_t opcode = 0;
  bool fin = false;
  std::uint8_t reserved = 0;
  bool masked = false;
  /// Whether the length stood in the shortest form (RFC 6455 section 5.2: it must).
  bool minimal_length = false;
  std::string payload = {};

  [[nodiscard]] bool is(Opcode expected) const {
    return opcode == static_cast<std::uint8_t>(expected);
  }
  /// Of a Close frame; 1005 if it holds none.
  [[nodiscard]] std::uint16_t close_code() const;
  [[nodiscard]] std::string close_reason() const;
};

/// Takes the first whole frame off the front of `bytes`; nothing if it is not complete yet.
std::optional<ReceivedFrame> take_frame(std::string& bytes);

}  // namespace plugboard::test
