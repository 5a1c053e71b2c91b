// A file of access keys: one key a line, or `sha256:` and the 64 hex digits of its digest; blank
// lines; comments from `#` to the end of the line. Pure but for reading; any thread.
#pragma once

#include <string>
#include <string_view>

#include "access_keys/key_table.hpp"

namespace plugboard::key_store_file {

/// The bytes of a regular file of at most 64 MiB. Throws std::runtime_error with a sentence if it
/// cannot be read.
[[nodiscard]] std::string read_file(const std::string& path);

/// The keys in `text`. Throws std::runtime_error with a sentence, which names the line and never
/// holds a key, if a line is ill-formed or there is no key at all.
[[nodiscard]] access_keys::KeyTable parse_keys(std::string_view text);

}  // namespace plugboard::key_store_file
