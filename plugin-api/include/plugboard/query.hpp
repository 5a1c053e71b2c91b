// Reads the query of a URL: what stands between "?" and the end, still percent-encoded.
#ifndef PLUGBOARD_QUERY_HPP
#define PLUGBOARD_QUERY_HPP

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#pragma GCC visibility push(hidden)
namespace plugboard {

/// Undoes percent-encoding. Nothing if an escape is malformed; a plus sign stays one.
inline std::optional<std::string> percent_decoded(std::string_view text) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const int high = digit(text[i + 1]);
    const int low = digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    result += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return result;
}

/// The decoded value of the first parameter of this name; nothing if there is none, or if its
/// escapes are malformed.
inline std::optional<std::string> query_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::string_view part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(part.size() + 1, query.size()));
    const auto equals = part.find('=');
    if (percent_decoded(part.substr(0, equals)) != name) continue;
    if (equals == std::string_view::npos) return std::string();
    return percent_decoded(part.substr(equals + 1));
  }
  return std::nullopt;
}

}  // namespace plugboard
#pragma GCC visibility pop

#endif
