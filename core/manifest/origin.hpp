// Web origins (RFC 6454), as they stand in an Origin header.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plugboard::manifest {

/// `scheme://host[:port]`, or `null`, spelled as browsers send it: scheme and host in lower case,
/// the scheme's own port left out. Nothing for anything else; a path, a trailing slash, a user, a
/// wildcard are not part of an origin.
[[nodiscard]] std::optional<std::string> canonical_origin(std::string_view text);

/// The origin that `text` holds where only a path makes it none ("https://example.com/").
[[nodiscard]] std::optional<std::string> likely_origin(std::string_view text);

}  // namespace plugboard::manifest
