// Guards the TOML parser against names of very many parts, which would nest tables deeper than the
// stack allows.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace plugboard::manifest {

/// A dotted name (`a.b.c = 1`, `[a.b.c]`) has at most this many parts.
inline constexpr std::size_t kMaxKeyParts = 32;

/// Where the first name of more than `kMaxKeyParts` parts passes that, as a byte offset. `text`
/// need not be well-formed.
[[nodiscard]] std::optional<std::size_t> first_overlong_key(std::string_view text);

}  // namespace plugboard::manifest
