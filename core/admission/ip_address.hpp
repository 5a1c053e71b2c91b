// Where a connection comes from: an IP address, or a unix socket. Plain values; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "manifest/manifest.hpp"

struct sockaddr;

namespace plugboard::admission {

/// 17 bytes. IPv4-mapped IPv6 is IPv4; zones are left out. The default is a unix socket's, which
/// has no address.
class IpAddress {
 public:
  enum class Family : std::uint8_t { unix_socket, ipv4, ipv6 };

  IpAddress() = default;

  /// A numeric address as inet_pton reads it; nothing for anything else, zones, ports and brackets
  /// included.
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);

  /// The address of a socket's other end. Families other than AF_INET and AF_INET6 are unix
  /// sockets.
  [[nodiscard]] static IpAddress from_socket(const sockaddr& address);

  [[nodiscard]] Family family() const { return family_; }

  /// In network order; 4 bytes count of IPv4, 16 of IPv6, none of a unix socket.
  [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }

  /// `192.0.2.7`, `2001:db8::7` or `unix`.
  [[nodiscard]] std::string text() const;

  /// 127.0.0.0/8, ::1, and unix sockets: the other end runs on this machine.
  [[nodiscard]] bool is_loopback() const;

  [[nodiscard]] bool is_in(const manifest::Network& network) const;

  friend bool operator==(const IpAddress&, const IpAddress&) = default;

 private:
  /// `bytes`: 4 or 16.
  static IpAddress from_bytes(Family family, const std::uint8_t* bytes);

  Family family_ = Family::unix_socket;
  std::array<std::uint8_t, 16> bytes_ = {};
};

static_assert(sizeof(IpAddress) == 17);

}  // namespace plugboard::admission

template <>
struct std::hash<plugboard::admission::IpAddress> {
  std::size_t operator()(const plugboard::admission::IpAddress& address) const noexcept {
    const auto& bytes = address.bytes();
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return std::hash<std::string_view>()(text) ^ static_cast<std::size_t>(address.family());
  }
};
