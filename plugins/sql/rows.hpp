// What a query has found: every value as the text that the database gives for it. One thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plugboard::sql {

/// One value; nothing for NULL.
using Value = std::optional<std::string>;

struct Rows {
  std::vector<std::string> columns{};  ///< their names
  std::vector<std::vector<Value>> rows{};
  long long affected = 0;  ///< rows that an INSERT, UPDATE or DELETE concerned

  /// The place of a column, whatever the letter case of its name.
  [[nodiscard]] std::optional<std::size_t> column(std::string_view name) const;

  /// The value of the only column of the only row, for queries that have such.
  [[nodiscard]] Value only() const;
};

}  // namespace plugboard::sql
