#include "admission/forwarded.hpp"

#include <algorithm>
#include <string>

#include "http/field.hpp"

namespace plugboard::admission {
namespace {

using http::is_token_char;
using http::same_text;
using http::trim;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Whether the character at `at` has an odd number of backslashes before it.
bool is_escaped(std::string_view text, std::size_t at) {
  std::size_t backslashes = 0;
  while (backslashes < at && text[at - backslashes - 1] == '\\') ++backslashes;
  return backslashes % 2 != 0;
}

/// Where the right-most element of `list` begins.
std::size_t last_element_start(std::string_view list) {
  bool quoted = false;
  for (std::size_t at = list.size(); at > 0; --at) {
    const char c = list[at - 1];
    if (c == '"' && !(quoted && is_escaped(list, at - 1))) {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      return at;
    }
  }
  return 0;
}

/// RFC 7239 section 6: a port, or an obfuscated one that begins with an underscore.
bool is_port(std::string_view port) {
  if (port.starts_with('_')) {
    return port.size() > 1 && std::all_of(port.begin() + 1, port.end(), [](char c) {
             return is_digit(c) || (http::lower(c) >= 'a' && http::lower(c) <= 'z') || c == '.' ||
                    c == '_' || c == '-';
           });
  }
  return !port.empty() && port.size() <= 5 && std::all_of(port.begin(), port.end(), is_digit);
}

/// What follows an address: nothing, or a colon and a port.
bool is_port_suffix(std::string_view suffix) {
  return suffix.empty() || (suffix[0] == ':' && is_port(suffix.substr(1)));
}

/// `[2001:db8::7]` with or without port.
std::optional<IpAddress> read_bracketed(std::string_view node) {
  const auto bracket = node.find(']');
  if (bracket == std::string_view::npos || !is_port_suffix(node.substr(bracket + 1))) {
    return std::nullopt;
  }
  const std::string_view address = node.substr(1, bracket - 1);
  if (address.find(':') == std::string_view::npos) return std::nullopt;
  return IpAddress::parse(address);
}

/// `192.0.2.7` with or without port.
std::optional<IpAddress> read_ipv4(std::string_view node) {
  const auto colon = std::min(node.find(':'), node.size());
  if (!is_port_suffix(node.substr(colon))) return std::nullopt;
  return IpAddress::parse(node.substr(0, colon));
}

/// The value of a quoted string, at whose opening mark `text` begins; takes it off. Nothing if it
/// does not end.
std::optional<std::string> take_quoted(std::string_view& text) {
  std::string value;
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') {
      text.remove_prefix(at + 1);
      return value;
    }
    if (text[at] == '\\' && ++at == text.size()) break;
    value += text[at];
  }
  return std::nullopt;
}

std::string_view take_token(std::string_view& text) {
  const auto* const end = std::find_if_not(text.begin(), text.end(), is_token_char);
  const std::string_view token = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(token.size());
  return token;
}

}  // namespace

std::optional<std::string_view> take_last_element(std::string_view& list) {
  while (!list.empty()) {
    const std::size_t start = last_element_start(list);
    const std::string_view element = trim(list.substr(start));
    list = list.substr(0, start == 0 ? 0 : start - 1);
    if (!element.empty()) return element;
  }
  return std::nullopt;
}

std::optional<IpAddress> read_x_forwarded_for(std::string_view element) {
  if (element.size() >= 2 && element.front() == '"' && element.back() == '"') {
    element = element.substr(1, element.size() - 2);
  }
  if (element.starts_with('[')) return read_bracketed(element);
  if (std::count(element.begin(), element.end(), ':') > 1) return IpAddress::parse(element);
  return read_ipv4(element);
}

std::optional<IpAddress> read_forwarded(std::string_view element) {
  std::optional<std::string> node;
  std::string_view rest = element;
  while (true) {
    rest = trim(rest);
    if (!rest.empty() && rest[0] != ';') {
      const std::string_view name = take_token(rest);
      if (name.empty() || !rest.starts_with('=')) return std::nullopt;
      rest.remove_prefix(1);
      std::optional<std::string> value;
      if (rest.starts_with('"')) {
        value = take_quoted(rest);
      } else {
        value = std::string(take_token(rest));
        // Not quoted as it ought to be, but no less clear.
        if (rest.starts_with(':') && value->find(':') == std::string::npos) {
          rest.remove_prefix(1);
          *value += ':';
          *value += take_token(rest);
        }
      }
      if (!value || value->empty()) return std::nullopt;
      if (same_text(name, "for")) {
        if (node) return std::nullopt;
        node = std::move(value);
      }
      rest = trim(rest);
    }
    if (rest.empty()) break;
    if (rest[0] != ';') return std::nullopt;
    rest.remove_prefix(1);
  }
  if (!node) return std::nullopt;
  return node->starts_with('[') ? read_bracketed(*node) : read_ipv4(*node);
}

}  // namespace plugboard::admission
