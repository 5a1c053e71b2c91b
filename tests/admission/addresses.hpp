// Addresses and networks from their texts, for tests.
#pragma once

#include <initializer_list>
#include <string_view>

#include "admission/ip_address.hpp"
#include "manifest/network_address.hpp"

namespace plugboard::admission {

/// Throws std::bad_optional_access for what is none.
inline IpAddress ip(std::string_view text) { return IpAddress::parse(text).value(); }

inline manifest::Network network(std::string_view text) {
  return manifest::parse_network(text).value().network;
}

/// "unix" is one too.
inline manifest::TrustedProxies proxies(std::initializer_list<std::string_view> entries) {
  manifest::TrustedProxies proxies;
  for (const std::string_view entry : entries) {
    if (entry == "unix") {
      proxies.unix_socket = true;
    } else {
      proxies.networks.push_back(network(entry));
    }
  }
  return proxies;
}

}  // namespace plugboard::admission
