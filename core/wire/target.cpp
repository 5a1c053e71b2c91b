#include "wire/target.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace plugboard::wire {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

/// -1 for what is no hexadecimal digit.
constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char letter = lower(c);
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/// The byte that the escape at `at` stands for; -1 if there is none.
int escaped_byte(std::string_view text, std::size_t at) {
  if (text[at] != '%' || text.size() - at < 3) return -1;
  const int high = hex_value(text[at + 1]);
  const int low = hex_value(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/// As browsers read query strings: an escape that is none stands for itself.
std::string lenient_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const int byte = escaped_byte(text, at);
    out += byte < 0 ? text[at] : static_cast<char>(byte);
    if (byte >= 0) at += 2;
  }
  return out;
}

constexpr bool may_stand_in_target(char c) {
  const auto byte = static_cast<std::uint8_t>(c);
  return byte > 0x20 && byte != 0x7F && c != '#';
}

/// RFC 3986 section 3.2.2: unreserved, sub-delims.
constexpr bool may_stand_in_name(char c) {
  const char letter = lower(c);
  return (letter >= 'a' && letter <= 'z') || is_digit(c) ||
         std::string_view("-._~!$&'()*+,;=").find(c) != std::string_view::npos;
}

bool valid_host_name(std::string_view host) {
  for (std::size_t at = 0; at < host.size(); ++at) {
    if (escaped_byte(host, at) >= 0) {
      at += 2;
    } else if (!may_stand_in_name(host[at])) {
      return false;
    }
  }
  return !host.empty();
}

/// RFC 3986 section 3.2.2, IPvFuture: `v`, hexadecimal digits, a dot, and what fits that version.
bool valid_future_address(std::string_view literal) {
  if (lower(literal[0]) != 'v') return false;
  const auto dot = literal.find_first_not_of("0123456789ABCDEFabcdef", 1);
  if (dot == std::string_view::npos || dot == 1 || literal[dot] != '.') return false;
  const std::string_view address = literal.substr(dot + 1);
  const auto fits = [](char c) { return may_stand_in_name(c) || c == ':'; };
  return !address.empty() && std::all_of(address.begin(), address.end(), fits);
}

/// What stands in the brackets: an IPv6 address, or one of a version still to come.
bool valid_ip_literal(std::string_view literal) {
  if (literal.empty()) return false;
  // inet_pton reads up to a zero, which must be none of the literal's own.
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (literal.size() < terminated.size() && literal.find('\0') == std::string_view::npos) {
    std::copy(literal.begin(), literal.end(), terminated.begin());
    in6_addr address{};
    if (inet_pton(AF_INET6, terminated.data(), &address) == 1) return true;
  }
  return valid_future_address(literal);
}

/// The bytes of `target` behind a scheme that is ours and `://`; null data if it has none.
std::string_view behind_scheme(std::string_view target) {
  constexpr std::array<std::string_view, 4> kSchemes = {"http", "https", "ws", "wss"};
  for (const std::string_view scheme : kSchemes) {
    const std::string_view rest =
        target.size() > scheme.size() ? target.substr(scheme.size()) : std::string_view();
    if (!rest.starts_with("://")) continue;
    const auto same = [](char ours, char theirs) { return ours == lower(theirs); };
    if (std::equal(scheme.begin(), scheme.end(), target.begin(), same)) return rest.substr(3);
  }
  return {};
}

}  // namespace

bool valid_authority(std::string_view authority) {
  std::string_view port;
  if (authority.starts_with('[')) {
    const auto bracket = authority.find(']');
    if (bracket == std::string_view::npos) return false;
    if (!valid_ip_literal(authority.substr(1, bracket - 1))) return false;
    port = authority.substr(bracket + 1);
  } else {
    const auto colon = std::min(authority.find(':'), authority.size());
    if (!valid_host_name(authority.substr(0, colon))) return false;
    port = authority.substr(colon);
  }
  if (port.empty()) return true;
  return port[0] == ':' && std::all_of(port.begin() + 1, port.end(), is_digit);
}

std::optional<RequestTarget> parse_target(std::string_view target) {
  if (!std::all_of(target.begin(), target.end(), may_stand_in_target)) return std::nullopt;
  if (target == "*") return RequestTarget{.path = target, .query = {}, .authority = {}};

  RequestTarget out;
  std::string_view rest = target;
  if (!target.starts_with('/')) {
    rest = behind_scheme(target);
    const auto end = std::min(rest.find_first_of("/?"), rest.size());
    out.authority = rest.substr(0, end);
    if (!valid_authority(out.authority)) return std::nullopt;
    rest.remove_prefix(end);
  }
  const auto question = std::min(rest.find('?'), rest.size());
  out.path = rest.substr(0, question);
  if (out.path.empty()) out.path = "/";
  if (question < rest.size()) out.query = rest.substr(question + 1);
  return out;
}

std::optional<std::string> percent_decode(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%' && escaped_byte(text, at) < 0) return std::nullopt;
  }
  return lenient_decode(text);
}

std::optional<std::string> query_parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const std::string_view parameter = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const auto equals = parameter.find('=');
    if (equals == std::string_view::npos || equals + 1 == parameter.size()) continue;
    if (lenient_decode(parameter.substr(0, equals)) != name) continue;
    return lenient_decode(parameter.substr(equals + 1));
  }
  return std::nullopt;
}

}  // namespace plugboard::wire
