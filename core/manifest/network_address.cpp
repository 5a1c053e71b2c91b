#include "manifest/network_address.hpp"

#include <arpa/inet.h>
#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace plugboard::manifest {
namespace {

static_assert(kMaxUnixPathBytes + 1 == sizeof(sockaddr_un::sun_path));

constexpr std::size_t kMaxHostBytes = 253;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

std::optional<Network> parse_address(std::string_view text) {
  const std::string terminated(text);
  if (terminated.find('\0') != std::string::npos) return std::nullopt;
  Network network;
  if (inet_pton(AF_INET, terminated.c_str(), network.bytes.data()) == 1) {
    network.family = Network::Family::kIpv4;
    network.prefix_length = 32;
    return network;
  }
  if (inet_pton(AF_INET6, terminated.c_str(), network.bytes.data()) == 1) {
    network.family = Network::Family::kIpv6;
    network.prefix_length = 128;
    return network;
  }
  return std::nullopt;
}

/// A decimal number of at most `largest` without sign, blanks or leading zeros.
std::optional<unsigned> parse_number(std::string_view text, unsigned largest) {
  if (text.empty() || text.size() > 5 || !std::all_of(text.begin(), text.end(), is_digit)) {
    return std::nullopt;
  }
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  unsigned number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  if (number > largest) return std::nullopt;
  return number;
}

/// Turns ::ffff:a.b.c.d into a.b.c.d.
void unmap(Network& network) {
  constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (network.family != Network::Family::kIpv6 || network.prefix_length < 96 ||
      !std::equal(kMapped.begin(), kMapped.end(), network.bytes.begin())) {
    return;
  }
  std::copy(network.bytes.begin() + 12, network.bytes.end(), network.bytes.begin());
  std::fill(network.bytes.begin() + 4, network.bytes.end(), std::uint8_t{0});
  network.family = Network::Family::kIpv4;
  network.prefix_length -= 96;
}

/// Clears what lies beyond the prefix; true if something was set there.
bool clear_stray_bits(Network& network) {
  bool stray = false;
  for (std::size_t bit = network.prefix_length; bit < network.bytes.size() * 8; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
    std::uint8_t& byte = network.bytes[bit / 8];
    stray = stray || (byte & mask) != 0;
    byte = static_cast<std::uint8_t>(byte & ~mask);
  }
  return stray;
}

/// A host name (RFC 1123, underscores allowed) or an IPv4 address.
bool is_host(std::string_view host) {
  if (host.empty() || host.size() > kMaxHostBytes) return false;
  if (std::all_of(host.begin(), host.end(), [](char c) { return is_digit(c) || c == '.'; })) {
    const auto address = parse_address(host);
    return address && address->family == Network::Family::kIpv4;
  }
  const auto is_host_character = [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
  };
  return std::all_of(host.begin(), host.end(), is_host_character) && host.front() != '.' &&
         host.front() != '-' && host.find("..") == std::string_view::npos;
}

/// An IPv6 address, perhaps with a zone ("fe80::1%eth0").
bool is_ipv6_host(std::string_view host) {
  const std::size_t percent = host.find('%');
  if (percent != std::string_view::npos && percent + 1 == host.size()) return false;
  const auto address = parse_address(host.substr(0, percent));
  return address && address->family == Network::Family::kIpv6;
}

std::variant<TcpEndpoint, UnixEndpoint, std::string> parse_unix(
    std::string_view path, const std::filesystem::path& folder) {
  if (path.empty() || path.find('\0') != std::string_view::npos) return "has no socket path";
  std::filesystem::path resolved = (folder / path).lexically_normal();
  if (!resolved.has_filename()) return "names a folder, not a socket";
  if (resolved.native().size() > kMaxUnixPathBytes) {
    return "has a socket path of more than " + std::to_string(kMaxUnixPathBytes) + " bytes";
  }
  return UnixEndpoint{std::move(resolved)};
}

/// The host in a form in which equal addresses are equal texts.
std::string canonical_host(const std::string& host) {
  std::string lower = host;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) {
    return static_cast<char>(is_letter(static_cast<char>(c)) ? c | 0x20 : c);
  });
  const std::size_t percent = lower.find('%');
  if (const auto address = parse_address(std::string_view(lower).substr(0, percent))) {
    return to_text(*address) + (percent == std::string::npos ? "" : host.substr(percent));
  }
  return lower;
}

}  // namespace

std::variant<TcpEndpoint, UnixEndpoint, std::string> parse_endpoint(
    std::string_view text, const std::filesystem::path& folder) {
  constexpr std::string_view kUnix = "unix:";
  if (text.starts_with(kUnix)) return parse_unix(text.substr(kUnix.size()), folder);

  std::string_view host;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos) return "has no closing bracket";
    host = text.substr(1, bracket - 1);
    if (!is_ipv6_host(host)) return "has no IPv6 address in its brackets";
    port = text.substr(bracket + 1);
    if (!port.starts_with(':')) return "has no port";
    port.remove_prefix(1);
  } else {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return "has no port";
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (host.empty()) return "has no host";
    if (host.find(':') != std::string_view::npos) {
      return "has an IPv6 address that is not in brackets";
    }
    if (!is_host(host)) return "has a host that is neither an address nor a name";
  }
  if (port.empty()) return "has no port";
  const auto number = parse_number(port, 65535);
  if (!number) return "has a port that is no number from 0 to 65535";
  return TcpEndpoint{std::string(host), static_cast<std::uint16_t>(*number)};
}

std::optional<std::string> place_of(const std::variant<TcpEndpoint, UnixEndpoint>& endpoint) {
  if (const auto* socket = std::get_if<UnixEndpoint>(&endpoint)) return socket->path.string();
  const auto& tcp = std::get<TcpEndpoint>(endpoint);
  if (tcp.port == 0) return std::nullopt;
  return canonical_host(tcp.host) + ":" + std::to_string(tcp.port);
}

std::optional<ParsedNetwork> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  ParsedNetwork parsed{*address};
  if (slash != std::string_view::npos) {
    const auto prefix = parse_number(text.substr(slash + 1), address->prefix_length);
    if (!prefix) return std::nullopt;
    parsed.network.prefix_length = static_cast<std::uint8_t>(*prefix);
  }
  unmap(parsed.network);
  parsed.stray_bits = clear_stray_bits(parsed.network);
  return parsed;
}

std::string to_text(const Network& network) {
  std::array<char, INET6_ADDRSTRLEN> text = {};
  const int family = network.family == Network::Family::kIpv4 ? AF_INET : AF_INET6;
  inet_ntop(family, network.bytes.data(), text.data(), text.size());
  return std::string(text.data()) + "/" + std::to_string(network.prefix_length);
}

}  // namespace plugboard::manifest
