// Texts from plugins, made fit for one line of a log. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace plugboard::extension {

/// `text` on one line: control characters, line separators and bytes that are not UTF-8 as \n, \t
/// or \x1b; cut at 4 KiB, between characters, with "..." in the end.
[[nodiscard]] std::string log_text(std::string_view text);

}  // namespace plugboard::extension
