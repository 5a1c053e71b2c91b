// Asks a database for keys. Immutable; any thread, each with its connection.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "key-store-sql/answer_cache.hpp"
#include "key-store-sql/settings.hpp"
#include "sql/connection.hpp"

namespace plugboard::key_store_sql {

class KeyQuery {
 public:
  KeyQuery(sql::Kind kind, KeyQuestion question);

  /// What stands for a key in the database: itself, or its hash.
  [[nodiscard]] std::string stored_form(std::string_view key) const;

  /// What the database says about one key. Throws sql::Failure.
  [[nodiscard]] KeyAnswer find(sql::Connection& connection, const std::string& stored) const;

  /// Those of several that the database still holds, and that have not expired. Throws
  /// sql::Failure.
  [[nodiscard]] std::set<std::string> still_good(sql::Connection& connection,
                                                 const std::vector<std::string>& stored,
                                                 std::int64_t now_ms) const;

  /// How many keys to ask `still_good` for at a time.
  [[nodiscard]] std::size_t batch() const;

  /// Asks as `find` does, with a key that nobody has. Throws sql::Failure if the database is not
  /// what the config says.
  void try_out(sql::Connection& connection) const;

 private:
  [[nodiscard]] const std::vector<sql::Value>* row_of(const sql::Rows& rows,
                                                      const std::string& stored) const;
  [[nodiscard]] std::string statement_for(std::size_t count) const;

  const KeyQuestion question_;
  const std::string table_;       // quoted
  const std::string key_column_;  // quoted
  const std::string find_one_;
};

}  // namespace plugboard::key_store_sql
