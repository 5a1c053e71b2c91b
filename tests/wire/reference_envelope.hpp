// A second, plain way to judge a message's envelope: every top-level member is written out in code
// points, then looked at by rules stated once more.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plugboard::wire::test {

/// One member of a message's top level.
struct ReferenceMember {
  std::u32string name;
  /// The value as it is written.
  std::string_view value;
  /// The value's code points, lone surrogates included, if it is a string.
  std::optional<std::u32string> text;
};

/// Takes apart a message that is known to be one valid JSON object in valid UTF-8.
class ReferenceEnvelope {
 public:
  static std::vector<ReferenceMember> members(std::string_view message) {
    std::vector<ReferenceMember> out;
    std::size_t at = message.find('{') + 1;
    const auto spaces = [&] {
      at = std::min(message.find_first_not_of(" \t\r\n,:", at), message.size());
    };
    for (spaces(); message[at] != '}'; spaces()) {
      ReferenceMember member;
      member.name = code_points(value_at(message, at));
      at += value_at(message, at).size();
      spaces();
      member.value = value_at(message, at);
      at += member.value.size();
      if (member.value[0] == '"') member.text = code_points(member.value);
      out.push_back(std::move(member));
    }
    return out;
  }

  /// Generalised UTF-8: surrogates are encoded like any code point.
  static std::string encode(const std::u32string& text) {
    std::string out;
    for (const char32_t point : text) {
      const auto tail = [&](int shift) {
        out += static_cast<char>(0x80 | (point >> shift & 0x3F));
      };
      if (point < 0x80) {
        out += static_cast<char>(point);
      } else if (point < 0x800) {
        out += static_cast<char>(0xC0 | point >> 6);
        tail(0);
      } else if (point < 0x10000) {
        out += static_cast<char>(0xE0 | point >> 12);
        tail(6);
        tail(0);
      } else {
        out += static_cast<char>(0xF0 | point >> 18);
        tail(12);
        tail(6);
        tail(0);
      }
    }
    return out;
  }

  /// What the most careless reader makes of a name: cut at a zero, folded to lower case.
  static std::string folded(const std::u32string& text) {
    std::u32string out;
    for (const char32_t point : text) {
      if (point == 0) break;
      out += fold(point);
    }
    return encode(out);
  }

 private:
  static std::u32string fold(char32_t point) {
    constexpr std::array<std::pair<char32_t, std::u32string_view>, 12> kSpecial = {
        {{0x00DF, U"ss"},
         {0x0131, U"i"},
         {0x017F, U"s"},
         {0x1E9E, U"ss"},
         {0x212A, U"k"},
         {0xFB00, U"ff"},
         {0xFB01, U"fi"},
         {0xFB02, U"fl"},
         {0xFB03, U"ffi"},
         {0xFB04, U"ffl"},
         {0xFB05, U"st"},
         {0xFB06, U"st"}}};
    for (const auto& [special, folds_to] : kSpecial) {
      if (point == special) return std::u32string(folds_to);
    }
    if (point >= U'A' && point <= U'Z') point += 32;
    return std::u32string(1, point);
  }

  /// The value that begins at `at`, whole.
  static std::string_view value_at(std::string_view message, std::size_t at) {
    std::size_t end = at;
    int depth = 0;
    do {
      const char c = message[end];
      if (c == '"') {
        for (++end; message[end] != '"'; ++end) {
          if (message[end] == '\\') ++end;
        }
        ++end;
      } else if (c == '{' || c == '[') {
        ++depth;
        ++end;
      } else if (c == '}' || c == ']') {
        --depth;
        ++end;
      } else if (depth > 0) {
        ++end;
      } else {
        end = message.find_first_of(" \t\r\n,}]", end);
      }
    } while (depth > 0);
    return message.substr(at, end - at);
  }

  static std::u32string code_points(std::string_view literal) {
    std::u32string out;
    for (std::size_t at = 1; at + 1 < literal.size();) {
      const auto byte = [&](std::size_t i) {
        return static_cast<char32_t>(static_cast<unsigned char>(literal[at + i]));
      };
      if (byte(0) != '\\') {
        const std::size_t size = byte(0) < 0x80 ? 1 : byte(0) < 0xE0 ? 2 : byte(0) < 0xF0 ? 3 : 4;
        char32_t point = size == 1 ? byte(0) : byte(0) & (0xFFU >> (size + 1));
        for (std::size_t i = 1; i < size; ++i) point = point * 64 + (byte(i) - 0x80);
        out += point;
        at += size;
        continue;
      }
      if (byte(1) != 'u') {
        const std::string_view letters = "bfnrt";
        const auto letter = letters.find(literal[at + 1]);
        out += letter == std::string_view::npos ? byte(1)
                                                : static_cast<char32_t>("\b\f\n\r\t"[letter]);
        at += 2;
        continue;
      }
      out += static_cast<char32_t>(std::stoul(std::string(literal.substr(at + 2, 4)), nullptr, 16));
      at += 6;
    }
    return joined(out);
  }

  /// Puts surrogates that make a pair together. Only escapes can have given any.
  static std::u32string joined(const std::u32string& units) {
    std::u32string out;
    for (std::size_t i = 0; i < units.size(); ++i) {
      const bool high = units[i] >= 0xD800 && units[i] < 0xDC00;
      const bool low_next = i + 1 < units.size() && units[i + 1] >= 0xDC00 && units[i + 1] < 0xE000;
      if (high && low_next) {
        out += 0x10000 + (units[i] - 0xD800) * 0x400 + (units[i + 1] - 0xDC00);
        ++i;
      } else {
        out += units[i];
      }
    }
    return out;
  }
};

}  // namespace plugboard::wire::test
