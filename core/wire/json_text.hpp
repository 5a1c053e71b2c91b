// Strings of JSON (RFC 8259 section 7): comparing and reading those that stand in a message, and
// writing the server's own. Pure functions; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace plugboard::wire {

/// A string as it stands in a message, between its quotation marks, already found valid. Borrowed
/// from the message. Two spellings of one string (`from`, `fr\u006fm`) differ in `raw`; compare
/// with `equals`.
struct JsonText {
  /// Null data: there is no such string.
  std::string_view raw;
  /// Whether `raw` holds a backslash; if not, `raw` is the value.
  bool escaped = false;

  [[nodiscard]] bool present() const { return raw.data() != nullptr; }
};

/// Whether the string's value is `value`, in UTF-8. A value with a lone surrogate (`\ud800` without
/// its other half) equals no valid UTF-8. False for a string that is not present.
[[nodiscard]] bool equals(JsonText text, std::string_view value);

/// The string's value. A lone surrogate becomes the three bytes that generalised UTF-8 (WTF-8)
/// gives its code point, which are not valid UTF-8: such a value can be nobody's address, two
/// different ones stay different, and `append_json_string` writes the same escape again.
[[nodiscard]] std::string unescape(JsonText text);

/// The same into `out`, which must hold `text.raw.size()` bytes; no value is longer than its
/// spelling. Returns the bytes written. May be the place of `text.raw` itself.
std::size_t unescape(JsonText text, char* out);

/// Whether some reader of JSON could take this string for `word`: `word` in any letter case,
/// `word` up to a U+0000 (readers in C see strings end there), or with a character whose case
/// mapping gives the ASCII letters (U+017F for s and U+212A for k in Go; U+0131 for i, U+00DF and
/// U+1E9E for ss, the ligatures U+FB00 to U+FB06 where upper cases or full foldings are compared).
/// `word`: lower-case ASCII.
[[nodiscard]] bool reads_as(JsonText text, std::string_view word);

/// Appends `value` as a JSON string, quotation marks included: what is appended is always valid
/// JSON and UTF-8. Bytes that are not UTF-8 become U+FFFD, except the surrogates that `unescape`
/// leaves, which become escapes again.
void append_json_string(std::string& out, std::string_view value);

}  // namespace plugboard::wire
