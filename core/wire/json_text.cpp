#include "wire/json_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "wire/utf8.hpp"

namespace plugboard::wire {
namespace {

constexpr std::uint32_t hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0');
  return static_cast<std::uint32_t>((c | 0x20) - 'a' + 10);
}

/// The four digits behind `\u`, which were found valid.
std::uint32_t hex4(const char* digits) {
  return hex_digit(digits[0]) << 12 | hex_digit(digits[1]) << 8 | hex_digit(digits[2]) << 4 |
         hex_digit(digits[3]);
}

constexpr bool is_high_surrogate(std::uint32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
constexpr bool is_low_surrogate(std::uint32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

/// Writes one code point, surrogates included, as 1 to 4 bytes.
std::size_t encode(std::uint32_t point, char* out) {
  const auto put = [out](std::size_t at, std::uint32_t byte) { out[at] = static_cast<char>(byte); };
  if (point < 0x80) {
    put(0, point);
    return 1;
  }
  if (point < 0x800) {
    put(0, 0xC0 | point >> 6);
    put(1, 0x80 | (point & 0x3F));
    return 2;
  }
  if (point < 0x10000) {
    put(0, 0xE0 | point >> 12);
    put(1, 0x80 | (point >> 6 & 0x3F));
    put(2, 0x80 | (point & 0x3F));
    return 3;
  }
  put(0, 0xF0 | point >> 18);
  put(1, 0x80 | (point >> 12 & 0x3F));
  put(2, 0x80 | (point >> 6 & 0x3F));
  put(3, 0x80 | (point & 0x3F));
  return 4;
}

/// Reads the escape that `raw` begins with into `point`; returns its length in bytes: 2, 6, or 12
/// for a pair of surrogates.
std::size_t decode_escape(std::string_view raw, std::uint32_t& point) {
  switch (raw[1]) {
    case 'b':
      point = '\b';
      return 2;
    case 'f':
      point = '\f';
      return 2;
    case 'n':
      point = '\n';
      return 2;
    case 'r':
      point = '\r';
      return 2;
    case 't':
      point = '\t';
      return 2;
    case 'u':
      break;
    default:
      point = static_cast<std::uint8_t>(raw[1]);
      return 2;
  }
  point = hex4(raw.data() + 2);
  if (is_high_surrogate(point) && raw.size() >= 12 && raw[6] == '\\' && raw[7] == 'u') {
    const std::uint32_t low = hex4(raw.data() + 8);
    if (is_low_surrogate(low)) {
      point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
      return 12;
    }
  }
  return 6;
}

/// Reads the character that `raw` begins with; returns its length in bytes. What is not valid UTF-8
/// gives some other character, and never more bytes than there are.
std::size_t decode_character(std::string_view raw, std::uint32_t& point) {
  const auto byte = [raw](std::size_t at) { return static_cast<std::uint8_t>(raw[at]); };
  point = byte(0);
  if (point < 0x80) return 1;
  const std::size_t size = point < 0xE0 ? 2 : point < 0xF0 ? 3 : 4;
  point &= 0x7FU >> size;
  const std::size_t present = std::min(size, raw.size());
  for (std::size_t at = 1; at < present; ++at) point = point << 6 | (byte(at) & 0x3FU);
  return present;
}

std::string_view fold(std::uint32_t point, char& ascii) {
  switch (point) {
    case 0x00DF:
    case 0x1E9E:
      return "ss";
    case 0x0131:
      return "i";
    case 0x017F:
      return "s";
    case 0x212A:
      return "k";
    case 0xFB00:
      return "ff";
    case 0xFB01:
      return "fi";
    case 0xFB02:
      return "fl";
    case 0xFB03:
      return "ffi";
    case 0xFB04:
      return "ffl";
    case 0xFB05:
    case 0xFB06:
      return "st";
    default:
      break;
  }
  if (point >= 0x80) return {};
  ascii = static_cast<char>(point >= 'A' && point <= 'Z' ? point | 0x20 : point);
  return {&ascii, 1};
}

constexpr bool stands_for_itself(char c) {
  const auto byte = static_cast<std::uint8_t>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\' && byte != 0x7F;
}

void put_code_unit(std::string& out, std::uint32_t unit) {
  constexpr char kHex[] = "0123456789abcdef";
  const std::array<char, 6> text = {'\\',
                                    'u',
                                    kHex[unit >> 12 & 0xF],
                                    kHex[unit >> 8 & 0xF],
                                    kHex[unit >> 4 & 0xF],
                                    kHex[unit & 0xF]};
  out.append(text.data(), text.size());
}

/// An ASCII character that must be escaped.
void put_escape(std::string& out, char c) {
  constexpr std::string_view kCharacters = "\"\\\b\f\n\r\t";
  constexpr std::string_view kLetters = "\"\\bfnrt";
  const auto known = kCharacters.find(c);
  if (known == std::string_view::npos) {
    put_code_unit(out, static_cast<std::uint8_t>(c));
  } else {
    out += {'\\', kLetters[known]};
  }
}

/// One character that cannot simply be copied; takes it off `value`.
void put_special(std::string& out, std::string_view& value) {
  const auto byte = static_cast<std::uint8_t>(value[0]);
  if (byte < 0x80) {
    put_escape(out, value[0]);
    value.remove_prefix(1);
    return;
  }
  const auto continues = [value](std::size_t at) {
    return at < value.size() && (static_cast<std::uint8_t>(value[at]) & 0xC0) == 0x80;
  };
  if (byte == 0xED && continues(1) && static_cast<std::uint8_t>(value[1]) >= 0xA0 && continues(2)) {
    std::uint32_t unit = 0;
    decode_character(value, unit);
    value.remove_prefix(3);
    put_code_unit(out, unit);
    return;
  }
  std::size_t size = 1;
  while (size < 4 && continues(size)) ++size;
  const std::size_t whole = valid_utf8_prefix(value.substr(0, size));
  if (whole != 0) {
    out += value.substr(0, whole);
    value.remove_prefix(whole);
  } else {
    out += "\xEF\xBF\xBD";
    value.remove_prefix(1);
  }
}

}  // namespace

bool equals(JsonText text, std::string_view value) {
  if (!text.present()) return false;
  if (!text.escaped) return text.raw == value;
  std::string_view raw = text.raw;
  while (!raw.empty()) {
    if (raw[0] != '\\') {
      if (value.empty() || raw[0] != value[0]) return false;
      raw.remove_prefix(1);
      value.remove_prefix(1);
      continue;
    }
    std::uint32_t point = 0;
    raw.remove_prefix(decode_escape(raw, point));
    char bytes[4];
    const std::size_t size = encode(point, bytes);
    if (value.substr(0, size) != std::string_view(bytes, size)) return false;
    value.remove_prefix(size);
  }
  return value.empty();
}

std::size_t unescape(JsonText text, char* out) {
  std::string_view raw = text.raw;
  char* const start = out;
  while (!raw.empty()) {
    const auto backslash = text.escaped ? raw.find('\\') : std::string_view::npos;
    const std::size_t plain = backslash == std::string_view::npos ? raw.size() : backslash;
    // memmove: `out` may be where the raw text lies.
    std::memmove(out, raw.data(), plain);
    out += plain;
    raw.remove_prefix(plain);
    if (raw.empty()) break;
    std::uint32_t point = 0;
    raw.remove_prefix(decode_escape(raw, point));
    out += encode(point, out);
  }
  return static_cast<std::size_t>(out - start);
}

std::string unescape(JsonText text) {
  std::string value(text.raw.size(), '\0');
  value.resize(unescape(text, value.data()));
  return value;
}

bool reads_as(JsonText text, std::string_view word) {
  std::string_view raw = text.raw;
  while (!raw.empty()) {
    std::uint32_t point = 0;
    raw.remove_prefix(raw[0] == '\\' ? decode_escape(raw, point) : decode_character(raw, point));
    if (point == 0) break;
    char ascii = 0;
    const std::string_view folded = fold(point, ascii);
    if (folded.empty() || !word.starts_with(folded)) return false;
    word.remove_prefix(folded.size());
  }
  return text.present() && word.empty();
}

void append_json_string(std::string& out, std::string_view value) {
  out += '"';
  while (!value.empty()) {
    std::size_t plain = 0;
    while (plain < value.size() && stands_for_itself(value[plain])) ++plain;
    if (plain != 0) {
      out.append(value.substr(0, plain));
      value.remove_prefix(plain);
    } else {
      put_special(out, value);
    }
  }
  out += '"';
}

}  // namespace plugboard::wire
