// SHA-256 of a library's content. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace plugboard::extension {

/// In lower-case hex, 64 digits.
[[nodiscard]] std::string sha256_hex(std::string_view content);

}  // namespace plugboard::extension
