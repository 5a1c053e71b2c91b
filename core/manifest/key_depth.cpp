#include "manifest/key_depth.hpp"

namespace plugboard::manifest {
namespace {

/// The offset behind the string that begins at `at`. A string that never ends reaches to the end of
/// its line, or of the text if it may hold several lines.
std::size_t behind_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const bool escapes = quote == '"';
  const std::string_view triple = quote == '"' ? "\"\"\"" : "'''";
  const bool many_lines = text.substr(at).starts_with(triple);
  at += many_lines ? triple.size() : 1;
  while (at < text.size()) {
    if (escapes && text[at] == '\\') {
      at += 2;
    } else if (many_lines && text.substr(at).starts_with(triple)) {
      at += triple.size();
      // One or two more quotes belong to the string: """say "hi"""".
      for (int more = 0; more < 2 && at < text.size() && text[at] == quote; ++more) ++at;
      return at;
    } else if (!many_lines && (text[at] == quote || text[at] == '\n')) {
      return at + 1;
    } else {
      ++at;
    }
  }
  return text.size();
}

}  // namespace

std::optional<std::size_t> first_overlong_key(std::string_view text) {
  std::size_t dots = 0;
  for (std::size_t at = 0; at < text.size();) {
    switch (text[at]) {
      case '#':
        at = text.find('\n', at);
        if (at == std::string_view::npos) return std::nullopt;
        break;
      case '"':
      case '\'':
        at = behind_string(text, at);
        break;
      case '.':
        if (++dots >= kMaxKeyParts) return at;
        ++at;
        break;
      case '\n':
      case '=':
      case ',':
      case '{':
      case '[':
        dots = 0;
        ++at;
        break;
      default:
        ++at;
    }
  }
  return std::nullopt;
}

}  // namespace plugboard::manifest
