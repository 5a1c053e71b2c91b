// Where a server listens.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace plugboard::test {

/// An address and port as a ready line prints them, or a unix socket.
struct Endpoint {
  /// Without brackets; the path for a unix socket.
  std::string address = {};
  /// 0 for a unix socket.
  std::uint16_t port = 0;
  bool is_unix = false;

  /// `1.2.3.4:80`, `[::1]:80`, `unix:/path`. Throws on anything else.
  static Endpoint parse(std::string_view text);

  /// As a Host header and a URL want it.
  [[nodiscard]] std::string authority() const;
};

}  // namespace plugboard::test
