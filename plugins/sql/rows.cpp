#include "sql/rows.hpp"

#include <algorithm>

namespace plugboard::sql {
namespace {

char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return small(x) == small(y); });
}

}  // namespace

std::optional<std::size_t> Rows::column(std::string_view name) const {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (same_name(columns[i], name)) return i;
  }
  return std::nullopt;
}

Value Rows::only() const {
  if (rows.size() != 1 || rows.front().size() != 1) return std::nullopt;
  return rows.front().front();
}

}  // namespace plugboard::sql
