// The access key that a request brings. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plugboard::admission {

/// Where a key can stand, in the order in which they are looked at.
enum class KeyPlace { query, bearer, subprotocol };

/// Never logged whole, never echoed.
struct AccessKey {
  std::string key;  ///< may be ill-formed, and any bytes
  KeyPlace place = KeyPlace::query;
};

/// The first key present: the first query parameter `key` that is not empty, percent-decoded; else
/// `Authorization: Bearer`, as it is; else the subprotocol that follows `plugboard.key`,
/// percent-decoded, as keys can hold what subprotocols cannot. What is empty is not present. A
/// present but ill-formed key counts: the next place is not tried.
///
/// `query`: what follows the `?`. `authorization`: the header's value. `subprotocol_key`: of the
/// Upgrade; empty for requests that are none.
[[nodiscard]] std::optional<AccessKey> find_access_key(
    std::string_view query, std::optional<std::string_view> authorization,
    std::string_view subprotocol_key);

/// The form that keys have unless a key store takes others too: `[A-Za-z0-9_-]{8,64}`.
[[nodiscard]] bool has_default_key_form(std::string_view key);

}  // namespace plugboard::admission
