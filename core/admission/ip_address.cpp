#include "admission/ip_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace plugboard::admission {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

}  // namespace

IpAddress IpAddress::from_bytes(Family family, const std::uint8_t* bytes) {
  IpAddress address;
  address.family_ = family;
  if (family == Family::ipv6 && std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes)) {
    address.family_ = Family::ipv4;
    bytes += kMappedPrefix.size();
  }
  std::copy_n(bytes, address.family_ == Family::ipv4 ? 4 : 16, address.bytes_.begin());
  return address;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  // inet_pton reads up to a zero, which must be none of the text's own.
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  std::copy(text.begin(), text.end(), terminated.begin());
  std::array<std::uint8_t, 16> bytes{};
  if (inet_pton(AF_INET, terminated.data(), bytes.data()) == 1) {
    return from_bytes(Family::ipv4, bytes.data());
  }
  if (inet_pton(AF_INET6, terminated.data(), bytes.data()) == 1) {
    return from_bytes(Family::ipv6, bytes.data());
  }
  return std::nullopt;
}

IpAddress IpAddress::from_socket(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in ipv4{};
    std::memcpy(&ipv4, &address, sizeof(ipv4));
    std::array<std::uint8_t, 4> bytes{};
    std::memcpy(bytes.data(), &ipv4.sin_addr, bytes.size());
    return from_bytes(Family::ipv4, bytes.data());
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 ipv6{};
    std::memcpy(&ipv6, &address, sizeof(ipv6));
    return from_bytes(Family::ipv6, ipv6.sin6_addr.s6_addr);
  }
  return {};
}

std::string IpAddress::text() const {
  if (family_ == Family::unix_socket) return "unix";
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(family_ == Family::ipv4 ? AF_INET : AF_INET6, bytes_.data(), text.data(),
            static_cast<socklen_t>(text.size()));
  return text.data();
}

bool IpAddress::is_loopback() const {
  switch (family_) {
    case Family::ipv4:
      return bytes_[0] == 127;
    case Family::ipv6:
      return bytes_[15] == 1 && std::all_of(bytes_.begin(), bytes_.end() - 1,
                                            [](std::uint8_t byte) { return byte == 0; });
    case Family::unix_socket:
      break;
  }
  return true;
}

bool IpAddress::is_in(const manifest::Network& network) const {
  const bool same_family = network.family == manifest::Network::Family::kIpv4
                               ? family_ == Family::ipv4
                               : family_ == Family::ipv6;
  if (!same_family) return false;
  const std::size_t whole = network.prefix_length / 8;
  if (!std::equal(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(whole),
                  network.bytes.begin())) {
    return false;
  }
  const unsigned rest = network.prefix_length % 8;
  if (rest == 0) return true;
  const unsigned shift = 8 - rest;
  return bytes_[whole] >> shift == network.bytes[whole] >> shift;
}

}  // namespace plugboard::admission
