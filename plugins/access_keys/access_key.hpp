// Access keys and their SHA-256 digests. Pure functions; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace plugboard::access_keys {

/// What an access key looks like, for messages.
inline constexpr std::string_view kForm = "8 to 64 of A-Z a-z 0-9 _ -";

/// Whether text has that form.
[[nodiscard]] bool is_access_key(std::string_view text);

/// SHA-256 of an access key. Stores keep these in place of keys, and compare them in their place:
/// how long a comparison takes then says nothing about a key.
using Digest = std::array<unsigned char, 32>;

[[nodiscard]] Digest digest_of(std::string_view key);

/// Reads 64 hex digits, in either case.
[[nodiscard]] std::optional<Digest> digest_from_hex(std::string_view hex);

}  // namespace plugboard::access_keys
