#include "key-store-sql/key_query.hpp"

#include <algorithm>
#include <utility>

#include "key-store-sql/grant_row.hpp"
#include "sql/names.hpp"

namespace plugboard::key_store_sql {
namespace {

// Ill-formed as a key, so that nobody has it, and as a hash.
constexpr std::string_view kNobodysKey = "check";

/// Some databases find `Key` where `key` was asked for, and pad columns with spaces. Access keys
/// are exact, and hold no spaces.
bool is_exactly(std::string_view found, std::string_view asked, bool hashed) {
  found = found.substr(0, found.find_last_not_of(' ') + 1);
  if (!hashed) return found == asked;
  return std::equal(found.begin(), found.end(), asked.begin(), asked.end(), [](char x, char y) {
    return (x >= 'A' && x <= 'F' ? static_cast<char>(x - 'A' + 'a') : x) == y;
  });
}

std::string parameter(std::size_t index) { return "k" + std::to_string(index); }

}  // namespace

KeyQuery::KeyQuery(sql::Kind kind, KeyQuestion question)
    : question_(std::move(question)),
      table_(sql::quoted_name(kind, question_.table)),
      key_column_(sql::quoted_name(kind, question_.key_column)),
      find_one_(question_.query.empty()
                    ? "SELECT * FROM " + table_ + " WHERE " + key_column_ + " = :key"
                    : question_.query) {}

std::string KeyQuery::stored_form(std::string_view key) const {
  return question_.hashed ? hex_digest(key) : std::string(key);
}

KeyAnswer KeyQuery::find(sql::Connection& connection, const std::string& stored) const {
  sql::Rows rows;
  try {
    rows = connection.run(find_one_, {{"key", stored}});
  } catch (const sql::Failure& failure) {
    // A column of uuids does not hold a key that is none.
    if (failure.cause() == sql::Cause::kValue) return std::nullopt;
    throw;
  }
  const std::vector<sql::Value>* const row = row_of(rows, stored);
  if (row == nullptr) return std::nullopt;
  return grant_of(rows, *row);
}

std::set<std::string> KeyQuery::still_good(sql::Connection& connection,
                                           const std::vector<std::string>& stored,
                                           std::int64_t now_ms) const {
  std::set<std::string> good;
  const auto judge = [&](const sql::Rows& rows, const std::string& key) {
    const std::vector<sql::Value>* const row = row_of(rows, key);
    if (row == nullptr) return;
    const std::int64_t expires_at_ms = grant_of(rows, *row).expires_at_ms;
    if (expires_at_ms == 0 || expires_at_ms > now_ms) good.insert(key);
  };
  if (!question_.query.empty()) {
    for (const std::string& key : stored) judge(connection.run(find_one_, {{"key", key}}), key);
    return good;
  }
  std::vector<sql::Parameter> parameters;
  for (std::size_t i = 0; i < stored.size(); ++i) parameters.push_back({parameter(i), stored[i]});
  const sql::Rows rows = connection.run(statement_for(stored.size()), parameters);
  for (const std::string& key : stored) judge(rows, key);
  return good;
}

std::size_t KeyQuery::batch() const { return question_.query.empty() ? 100 : 20; }

void KeyQuery::try_out(sql::Connection& connection) const {
  (void)find(connection, std::string(kNobodysKey));
}

const std::vector<sql::Value>* KeyQuery::row_of(const sql::Rows& rows,
                                                const std::string& stored) const {
  if (!question_.query.empty()) {
    // What a query of the operator's own finds is what it means.
    return rows.rows.empty() ? nullptr : &rows.rows.front();
  }
  const auto column = rows.column(question_.key_column);
  if (!column) throw sql::Failure(sql::Cause::kNoColumn, "the key column is not in the result");
  for (const auto& row : rows.rows) {
    const sql::Value& found = row[*column];
    if (found && is_exactly(*found, stored, question_.hashed)) return &row;
  }
  return nullptr;
}

std::string KeyQuery::statement_for(std::size_t count) const {
  std::string statement = "SELECT * FROM " + table_ + " WHERE " + key_column_ + " IN (";
  for (std::size_t i = 0; i < count; ++i) statement += (i == 0 ? ":" : ", :") + parameter(i);
  return statement + ")";
}

}  // namespace plugboard::key_store_sql
