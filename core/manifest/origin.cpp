#include "manifest/origin.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace plugboard::manifest {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_lower_letter(char c) { return c >= 'a' && c <= 'z'; }

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_scheme(std::string_view scheme) {
  return !scheme.empty() && is_lower_letter(scheme.front()) &&
         std::all_of(scheme.begin(), scheme.end(), [](char c) {
           return is_lower_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
         });
}

bool is_host(std::string_view host) {
  if (host.starts_with('[')) {
    return host.size() > 2 && host.ends_with(']') &&
           host.substr(1, host.size() - 2).find_first_not_of("0123456789abcdef:.") ==
               std::string_view::npos;
  }
  // Names beyond ASCII are sent in their xn-- form.
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return is_lower_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_';
  });
}

bool is_default_port(std::string_view scheme, unsigned port) {
  return (port == 80 && (scheme == "http" || scheme == "ws")) ||
         (port == 443 && (scheme == "https" || scheme == "wss"));
}

}  // namespace

std::optional<std::string> canonical_origin(std::string_view text) {
  if (text == "null") return "null";
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), to_lower);
  const std::string_view whole = lower;

  const std::size_t scheme_end = whole.find("://");
  if (scheme_end == std::string_view::npos) return std::nullopt;
  const std::string_view scheme = whole.substr(0, scheme_end);
  std::string_view host = whole.substr(scheme_end + 3);
  if (!is_scheme(scheme)) return std::nullopt;

  std::string port;
  const std::size_t colon = host.rfind(':');
  if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {
    const std::string_view digits = host.substr(colon + 1);
    unsigned number = 0;
    const auto [end, problem] =
        std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (problem != std::errc() || end != digits.data() + digits.size() || number == 0 ||
        number > 65535) {
      return std::nullopt;
    }
    if (!is_default_port(scheme, number)) port = ":" + std::to_string(number);
    host = host.substr(0, colon);
  }
  if (!is_host(host)) return std::nullopt;
  return std::string(scheme) + "://" + std::string(host) + port;
}

std::optional<std::string> likely_origin(std::string_view text) {
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return std::nullopt;
  const std::size_t path = text.find_first_of("/?#", scheme_end + 3);
  if (path == std::string_view::npos) return std::nullopt;
  return canonical_origin(text.substr(0, path));
}

}  // namespace plugboard::manifest
