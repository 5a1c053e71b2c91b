#include "manifest/text_lines.hpp"

#include <simdjson.h>

#include <algorithm>

namespace plugboard::manifest {
namespace {

constexpr std::size_t kLongestShown = 60;
constexpr std::size_t kMarkEvery = 256;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80; }

bool is_utf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

}  // namespace

TextLines::TextLines(std::string_view text) : text_(text) {
  // A byte order mark is no character of the first line.
  lines_.push_back(text.starts_with(kByteOrderMark) ? Line{kByteOrderMark.size(), 1} : Line{0, 0});
  std::size_t characters = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (continues_character(text[at])) continue;
    if (characters % kMarkEvery == 0) marks_.push_back(at);
    ++characters;
    if (text[at] == '\n') lines_.push_back({at + 1, characters});
  }
}

std::size_t TextLines::offset(Position position) const {
  if (position.line == 0) return 0;
  if (position.line > lines_.size()) return text_.size();
  const std::size_t character =
      lines_[position.line - 1].characters_before + std::max(position.column, 1U) - 1;
  if (character / kMarkEvery >= marks_.size()) return text_.size();
  std::size_t at = marks_[character / kMarkEvery];
  for (std::size_t more = character % kMarkEvery; more > 0 && at < text_.size(); --more) {
    do {
      ++at;
    } while (at < text_.size() && continues_character(text_[at]));
  }
  return at;
}

Position TextLines::position(std::size_t offset) const {
  const auto next =
      std::upper_bound(lines_.begin(), lines_.end(), offset,
                       [](std::size_t place, const Line& line) { return place < line.start; });
  if (next == lines_.begin()) return {1, 1};
  const std::size_t start = std::prev(next)->start;
  std::uint32_t column = 1;
  for (std::size_t at = start + 1; at <= offset && at < text_.size(); ++at) {
    if (!continues_character(text_[at])) ++column;
  }
  return {static_cast<std::uint32_t>(next - lines_.begin()), column};
}

std::optional<std::size_t> first_invalid_utf8(std::string_view text) {
  if (is_utf8(text)) return std::nullopt;
  // Only the first bad line is walked character by character.
  std::size_t at = 0;
  for (;;) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    if (!is_utf8(text.substr(at, end - at))) break;
    at = end;
  }
  for (;;) {
    std::size_t length = 1;
    while (length <= 4 && !is_utf8(text.substr(at, length))) ++length;
    if (length > 4) return at;
    at += length;
  }
}

std::string shortened(std::string_view text) {
  const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
  std::size_t end = 0;
  std::size_t characters = 0;
  while (end < line.size() && characters < kLongestShown) {
    do {
      ++end;
    } while (end < line.size() && continues_character(line[end]));
    ++characters;
  }
  const bool whole = end == text.size();
  return std::string(line.substr(0, end)) + (whole ? "" : "...");
}

}  // namespace plugboard::manifest
