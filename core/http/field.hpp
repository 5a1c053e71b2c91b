// The grammar of header fields (RFC 9110 section 5): tokens, letter case, comma-separated lists.
// Pure functions; any thread.
#pragma once

#include <algorithm>
#include <optional>
#include <string_view>

namespace plugboard::http {

/// One header line: `name: value`, the value without the white space around it.
struct Header {
  std::string_view name;  ///< as it was sent; compare with `same_text`
  std::string_view value;
};

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

/// Equal without regard to the letter case of ASCII, as field names and most tokens compare.
constexpr bool same_text(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

/// RFC 9110 section 5.6.2: what tokens are made of.
constexpr bool is_token_char(char c) {
  const char letter = lower(c);
  return (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') ||
         (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

/// One token and nothing else.
constexpr bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

/// Without the spaces and tabs around it (RFC 9110 section 5.6.3).
constexpr std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return text.substr(text.size());
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Takes elements off a comma-separated list, one by one. Empty ones are passed over, as RFC 9110
/// section 5.6.1 asks of a receiver. Knows nothing of quoted strings: for lists of tokens.
class ListReader {
 public:
  explicit constexpr ListReader(std::string_view list) : rest_(list) {}

  /// The next element, trimmed; nothing at the end.
  constexpr std::optional<std::string_view> next() {
    while (!rest_.empty()) {
      const auto comma = std::min(rest_.find(','), rest_.size());
      const std::string_view element = trim(rest_.substr(0, comma));
      rest_.remove_prefix(std::min(comma + 1, rest_.size()));
      if (!element.empty()) return element;
    }
    return std::nullopt;
  }

 private:
  std::string_view rest_;
};

/// Whether a list of tokens holds this one, in any letter case.
constexpr bool lists_token(std::string_view list, std::string_view token) {
  ListReader elements(list);
  while (const auto element = elements.next()) {
    if (same_text(*element, token)) return true;
  }
  return false;
}

}  // namespace plugboard::http
