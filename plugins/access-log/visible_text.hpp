// Texts from clients in a form that cannot harm a terminal, a log reader or the next line.
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace plugboard::access_log {

/// Bytes of one value that are written at most; what is longer ends in "...".
inline constexpr std::size_t kMaxValueSize = 1024;

/// Appends `text` in quotation marks, escaped as in JSON. Control characters (C0, DEL, C1), line
/// and paragraph separators and marks that change the direction of writing become \uXXXX; bytes
/// that are not UTF-8 become U+FFFD.
void append_quoted(std::string& line, std::string_view text);

/// The same without quotation marks where nothing in it needs them: no space, quotation mark,
/// equals sign, backslash or escape, and at least one character.
void append_plain(std::string& line, std::string_view text);

}  // namespace plugboard::access_log
