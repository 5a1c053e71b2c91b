#include "extension/log_text.hpp"

#include <algorithm>
#include <cstddef>

#include "wire/utf8.hpp"

namespace plugboard::extension {
namespace {

constexpr std::size_t kMaxBytes = 4096;
constexpr std::string_view kCut = "...";

void append_escaped(std::string& out, char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  switch (c) {
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      out += "\\x";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
  }
}

bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character.front());
  if (character.size() == 1) return first < 0x20 || first == 0x7F;
  // U+0080 to U+009F, which some terminals obey; U+2028 and U+2029, which end lines.
  return (first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0) ||
         character == "\xE2\x80\xA8" || character == "\xE2\x80\xA9";
}

/// Bytes of the UTF-8 character that begins with `first`, a valid first byte.
std::size_t character_size(char first) {
  const auto byte = static_cast<unsigned char>(first);
  if (byte < 0x80) return 1;
  if (byte < 0xE0) return 2;
  return byte < 0xF0 ? 3 : 4;
}

}  // namespace

std::string log_text(std::string_view text) {
  std::string out;
  out.reserve(std::min(text.size() + 16, kMaxBytes));
  while (!text.empty()) {
    std::size_t valid = wire::valid_utf8_prefix(text.substr(0, kMaxBytes));
    if (valid == 0) {
      append_escaped(out, text.front());
      text.remove_prefix(1);
    }
    for (; valid > 0 && out.size() <= kMaxBytes;) {
      const std::size_t size = character_size(text.front());
      const std::string_view character = text.substr(0, size);
      if (is_control(character)) {
        for (const char c : character) append_escaped(out, c);
      } else {
        out += character;
      }
      text.remove_prefix(size);
      valid -= size;
    }
    if (out.size() > kMaxBytes) {
      out.resize(wire::utf8_cut(out, kMaxBytes - kCut.size()));
      out += kCut;
      break;
    }
  }
  return out;
}

}  // namespace plugboard::extension
