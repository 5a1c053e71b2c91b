#include "key-store-sql/grant_row.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "key-store-sql/expiry.hpp"
#include "sql/connection_failure.hpp"

namespace plugboard::key_store_sql {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::vector<std::string> split_list(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    const std::string_view name = trimmed(list.substr(0, comma));
    if (!name.empty()) names.emplace_back(name);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return names;
}

// In a grant an empty pattern is none. As a pattern it would match no id that there can be.
constexpr const char* kOnlyTheEmptyId = "(?:)";

}  // namespace

Grant grant_of(const sql::Rows& rows, const std::vector<sql::Value>& row) {
  const auto value = [&](std::string_view name) -> sql::Value {
    const auto column = rows.column(name);
    return column ? row[*column] : std::nullopt;
  };
  Grant grant;
  if (const auto channels = value("channels")) grant.channels = split_list(*channels);
  if (const auto reach = value("reach")) grant.reach = split_list(*reach);
  if (const auto ids = value("ids")) grant.ids = ids->empty() ? kOnlyTheEmptyId : *ids;
  grant.attributes = value("attributes").value_or("");
  if (const auto expires_at = value("expires_at")) {
    const auto time = parse_expiry(*expires_at);
    if (!time) {
      throw sql::Failure(sql::Cause::kOther,
                         "a key's expires_at is neither Unix seconds nor a date and time");
    }
    grant.expires_at_ms = *time;
  }
  return grant;
}

}  // namespace plugboard::key_store_sql
