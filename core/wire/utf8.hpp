// UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing beyond U+10FFFF.
// Text messages and close reasons must be it (RFC 6455 sections 5.6 and 5.5.1). Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace plugboard::wire {

/// Whether all of `text` is UTF-8. Text that is ASCII is answered from a plain look at it.
[[nodiscard]] bool valid_utf8(std::string_view text);

/// The longest start of `text`, in bytes, that is whole valid characters. `text.size()` when all
/// of it is. For texts that were found wrong: it looks at each byte by itself.
[[nodiscard]] std::size_t valid_utf8_prefix(std::string_view text);

/// Where `text`, which is UTF-8, can be cut so that at most `limit` bytes of whole characters stay.
[[nodiscard]] std::size_t utf8_cut(std::string_view text, std::size_t limit);

/// Checks text that comes in pieces, such as the fragments of one message. Holds four bytes.
/// Fails at the first byte that cannot stand where it stands: ED A0, F0 80, F4 90 or C0 are refused
/// without waiting for the bytes that would have followed.
class Utf8Stream {
 public:
  /// Takes the next piece. False as soon as a byte is impossible, and ever after.
  [[nodiscard]] bool feed(std::string_view piece);

  /// Whether what came so far is valid and ends with a whole character.
  [[nodiscard]] bool complete() const { return !failed_ && pending_ == 0; }

  /// Begins anew, for the next message.
  void reset() { *this = Utf8Stream(); }

 private:
  bool take(std::uint8_t byte);

  /// Continuation bytes still owed to the open character.
  std::uint8_t pending_ = 0;
  /// The range of the next one; narrower than 80..BF only right after E0, ED, F0 and F4.
  std::uint8_t lowest_ = 0x80;
  std::uint8_t highest_ = 0xBF;
  bool failed_ = false;
};

}  // namespace plugboard::wire
