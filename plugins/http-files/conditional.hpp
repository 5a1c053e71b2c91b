// Conditional requests (RFC 9110, section 13) and the dates of HTTP. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plugboard::http_files {

/// "Sun, 06 Nov 1994 08:49:37 GMT", from Unix time in seconds.
[[nodiscard]] std::string http_date(std::int64_t unix_time);

/// Whether the client has the present version already. `if_none_match` counts before
/// `if_modified_since`, which is compared as text: clients send back what Last-Modified said.
[[nodiscard]] bool is_unchanged(std::optional<std::string_view> if_none_match,
                                std::optional<std::string_view> if_modified_since,
                                std::string_view tag, std::string_view last_modified);

}  // namespace plugboard::http_files
