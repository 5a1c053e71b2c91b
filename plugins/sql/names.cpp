#include "sql/names.hpp"

#include <algorithm>
#include <cstddef>

namespace plugboard::sql {
namespace {

bool is_name_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

std::string quoted_name(Kind kind, std::string_view name) {
  // SQLite would take a name in double quotes that does not exist for a string; one in backticks it
  // reports.
  const char quote = kind == Kind::kPostgresql ? '"' : '`';
  std::string result(1, quote);
  for (const char c : name) {
    if (c == '.') {
      result += quote;
      result += '.';
      result += quote;
    } else if (c == quote) {
      result += c;
      result += c;
    } else {
      result += c;
    }
  }
  return result + quote;
}

std::vector<std::string> parameter_names(std::string_view query) {
  std::vector<std::string> names;
  std::size_t at = 0;
  while (at < query.size()) {
    const char c = query[at];
    if (c == '\'' || c == '"' || c == '`') {
      const auto end = query.find(c, at + 1);
      at = end == std::string_view::npos ? query.size() : end + 1;
    } else if (c != ':') {
      ++at;
    } else if (at + 1 < query.size() && (query[at + 1] == ':' || query[at + 1] == '=')) {
      at += 2;
    } else {
      const auto* const begin = query.begin() + static_cast<std::ptrdiff_t>(at) + 1;
      const auto* const end = std::find_if_not(begin, query.end(), is_name_character);
      if (end != begin) names.emplace_back(begin, end);
      at = static_cast<std::size_t>(end - query.begin());
    }
  }
  return names;
}

}  // namespace plugboard::sql
