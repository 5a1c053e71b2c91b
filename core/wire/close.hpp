// Close frames (RFC 6455 sections 5.5.1 and 7.4): what a peer's says, and the server's own.
// Pure functions; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

namespace plugboard::wire {

/// Status codes (RFC 6455 section 7.4.1 and the IANA registry that continues it).
namespace close_code {
inline constexpr std::uint16_t kNormal = 1000;
inline constexpr std::uint16_t kGoingAway = 1001;
inline constexpr std::uint16_t kProtocolError = 1002;
inline constexpr std::uint16_t kUnsupportedData = 1003;
/// Never on the wire: the Close frame held no code.
inline constexpr std::uint16_t kNoStatus = 1005;
/// Never on the wire: the connection went without a Close frame.
inline constexpr std::uint16_t kAbnormal = 1006;
inline constexpr std::uint16_t kInvalidPayload = 1007;
inline constexpr std::uint16_t kPolicyViolation = 1008;
inline constexpr std::uint16_t kMessageTooBig = 1009;
inline constexpr std::uint16_t kMandatoryExtension = 1010;
inline constexpr std::uint16_t kInternalError = 1011;
inline constexpr std::uint16_t kServiceRestart = 1012;
inline constexpr std::uint16_t kTryAgainLater = 1013;
inline constexpr std::uint16_t kBadGateway = 1014;
}  // namespace close_code

/// Whether a Close frame may carry this code: 1000 to 1003, 1007 to 1014, 3000 to 4999.
constexpr bool valid_close_code(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

/// A peer's good Close frame. To echo it, send the same code; for kNoStatus an empty one.
struct PeerClose {
  std::uint16_t code = close_code::kNoStatus;
  /// Valid UTF-8, at most 123 bytes, in the payload that was parsed.
  std::string_view reason;
};

/// A Close frame that breaks the protocol itself.
struct BadClose {
  /// What to answer: kProtocolError (half a code, or one that may not be sent) or
  /// kInvalidPayload (a reason that is not UTF-8).
  std::uint16_t answer = close_code::kProtocolError;
};

using ClosePayload = std::variant<PeerClose, BadClose>;

/// Reads a Close frame's unmasked payload. The reason is borrowed from it.
[[nodiscard]] ClosePayload parse_close_payload(std::string_view payload);

/// A whole Close frame of the server's, header included.
class CloseFrame {
 public:
  /// `code`: one that may be sent; kNoStatus makes an empty Close, without reason; any other
  /// that may not be sent becomes kInternalError. `reason`: cut to 123 bytes between characters;
  /// what in it is not UTF-8 becomes U+FFFD.
  explicit CloseFrame(std::uint16_t code, std::string_view reason = {});

  [[nodiscard]] std::string_view bytes() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, 127> bytes_{};
  std::size_t size_ = 0;
};

}  // namespace plugboard::wire
