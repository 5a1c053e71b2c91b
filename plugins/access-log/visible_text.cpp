#include "access-log/visible_text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>

namespace plugboard::access_log {
namespace {

struct CodePoint {
  std::uint32_t value;
  std::size_t size;  // bytes; 0 if they are not UTF-8
};

// RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF.
CodePoint first_code_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return {0, 0};
  std::uint32_t value = lead & (0xFFu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {0, 0};
    value = (value << 6) | (byte(i) & 0x3Fu);
  }
  const bool overlong = (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
  if (overlong || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {0, 0};
  return {value, size};
}

bool is_invisible(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) ||  // control characters
         c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069) ||  // direction of writing
         c == 0x2028 || c == 0x2029;      // separators that some readers take for line ends
}

// Appends the text escaped; says whether anything in it calls for quotation marks.
bool append_escaped(std::string& line, std::string_view text) {
  bool special = text.empty();
  const std::size_t begin = line.size();
  while (!text.empty()) {
    if (line.size() - begin >= kMaxValueSize) {
      line += "...";
      return special;
    }
    const auto [value, size] = first_code_point(text);
    if (size == 0) {
      line += "\xEF\xBF\xBD";
      special = true;
    } else if (value == '"' || value == '\\') {
      line += '\\';
      line += static_cast<char>(value);
      special = true;
    } else if (is_invisible(value)) {
      char escape[16];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(value));
      line += escape;
      special = true;
    } else {
      line += text.substr(0, size);
      special = special || value == ' ' || value == '=';
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return special;
}

}  // namespace

void append_quoted(std::string& line, std::string_view text) {
  line += '"';
  append_escaped(line, text);
  line += '"';
}

void append_plain(std::string& line, std::string_view text) {
  const std::size_t begin = line.size();
  if (!append_escaped(line, text)) return;
  line.insert(begin, 1, '"');
  line += '"';
}

}  // namespace plugboard::access_log
