// Addresses as texts: what a relay listens on, and which networks it trusts. Pure functions.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "manifest/manifest.hpp"

namespace plugboard::manifest {

/// Longest path of a unix socket, in bytes (`sun_path` without its zero).
inline constexpr std::size_t kMaxUnixPathBytes = 107;

/// `host:port`, `[v6]:port` or `unix:/path`; a relative path starts from `folder`. On failure a
/// clause that says what is wrong, to be put behind the key's name ("has no port").
[[nodiscard]] std::variant<TcpEndpoint, UnixEndpoint, std::string> parse_endpoint(
    std::string_view text, const std::filesystem::path& folder);

/// A text that two endpoints share if they cannot both be listened on, however they are spelled.
/// Nothing for port 0, which never collides.
[[nodiscard]] std::optional<std::string> place_of(
    const std::variant<TcpEndpoint, UnixEndpoint>& endpoint);

/// A parsed `trusted_proxies` entry.
struct ParsedNetwork {
  Network network;
  bool stray_bits = false;  ///< bits beyond the prefix were set; they are cleared in `network`
};

/// An IPv4 or IPv6 address, alone or with `/prefix`. Nothing if it is neither.
[[nodiscard]] std::optional<ParsedNetwork> parse_network(std::string_view text);

/// The network as text, always with its prefix: "10.0.0.0/8".
[[nodiscard]] std::string to_text(const Network& network);

}  // namespace plugboard::manifest
