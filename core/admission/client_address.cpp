#include "admission/client_address.hpp"

#include <algorithm>
#include <optional>

#include "admission/forwarded.hpp"

namespace plugboard::admission {

std::string_view header_name(manifest::ForwardedHeader header) {
  return header == manifest::ForwardedHeader::kForwarded ? "Forwarded" : "X-Forwarded-For";
}

bool is_trusted(const IpAddress& address, const manifest::TrustedProxies& proxies) {
  if (address.family() == IpAddress::Family::unix_socket) return proxies.unix_socket;
  return std::any_of(
      proxies.networks.begin(), proxies.networks.end(),
      [&address](const manifest::Network& network) { return address.is_in(network); });
}

IpAddress client_address(const IpAddress& tcp_peer, std::span<const std::string_view> lines,
                         manifest::ForwardedHeader header,
                         const manifest::TrustedProxies& proxies) {
  if (!is_trusted(tcp_peer, proxies)) return tcp_peer;
  const auto read =
      header == manifest::ForwardedHeader::kForwarded ? read_forwarded : read_x_forwarded_for;
  IpAddress nearest = tcp_peer;
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    std::string_view rest = *line;
    while (const auto element = take_last_element(rest)) {
      const std::optional<IpAddress> address = read(*element);
      if (!address) return tcp_peer;
      nearest = *address;
      if (!is_trusted(nearest, proxies)) return nearest;
    }
  }
  return nearest;
}

}  // namespace plugboard::admission
