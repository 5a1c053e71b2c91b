// Where a relay is, taken from what people write.
#pragma once

#include <string>
#include <string_view>

#include "plugboard/client/options.hpp"

namespace plugboard::client {

struct RelayUrl {
  bool tls = false;
  std::string host;    ///< without brackets
  std::string port;    ///< 80 or 443 where none is written
  std::string prefix;  ///< path in front of the channel: empty, or `/...` without a slash behind

  /// As the Host header wants it.
  [[nodiscard]] std::string authority() const;
};

/// Understands ws, wss, http and https. Throws std::invalid_argument with a sentence otherwise, and
/// for user names, queries and fragments.
RelayUrl parse_relay_url(std::string_view text);

/// As JavaScript's encodeURIComponent. Bytes that are not UTF-8 are encoded as they are.
std::string encode_uri_component(std::string_view text);

/// Whether `path` is empty, or begins with a slash and holds only what a path may (RFC 3986 section
/// 3.3).
bool is_path(std::string_view path);

/// What the upgrade request asks for; holds the key if that travels as a query.
std::string connect_target(const RelayUrl& url, const RelayClientOptions& options);

/// Whether `key` is made as `form` and `transport` demand.
bool is_well_formed_key(std::string_view key, KeyForm form, KeyTransport transport);

}  // namespace plugboard::client
