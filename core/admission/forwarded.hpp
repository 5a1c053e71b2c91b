// The entries of X-Forwarded-For and Forwarded headers, read from the right: what stands there was
// added by the nearest proxy, and nothing that a client wrote further left, an open quotation mark
// for instance, can change how it reads. Pure; any thread.
#pragma once

#include <optional>
#include <string_view>

#include "admission/ip_address.hpp"

namespace plugboard::admission {

/// Takes the right-most element that is not empty off a comma-separated list, trimmed; commas in
/// quoted strings separate nothing. Nothing when none is left.
[[nodiscard]] std::optional<std::string_view> take_last_element(std::string_view& list);

/// An entry of X-Forwarded-For; nothing if it is no address.
[[nodiscard]] std::optional<IpAddress> read_x_forwarded_for(std::string_view element);

/// An element of Forwarded (RFC 7239 section 4): what its `for` says; nothing if it has none, two,
/// one that is no address, or if the element is malformed.
[[nodiscard]] std::optional<IpAddress> read_forwarded(std::string_view element);

}  // namespace plugboard::admission
