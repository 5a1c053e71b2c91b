// Which clients count as one. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace plugboard::rate_limiter {

/// The same text for addresses that share their limits: an IPv4 address stands for itself, an IPv6
/// address for its /64 (what one household or server is given), an IPv4 address written as IPv6 for
/// the IPv4 address, and anything else ("unix") for itself.
[[nodiscard]] std::string shared_name(std::string_view client_address);

}  // namespace plugboard::rate_limiter
