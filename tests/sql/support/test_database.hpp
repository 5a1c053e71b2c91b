// A database of a test's own, of each kind in turn. One thread.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>

#include "sql/connection.hpp"
#include "sql/support/database_server.hpp"
#include "support/temp_dir.hpp"

namespace plugboard::test {

class TestDatabase {
 public:
  explicit TestDatabase(sql::Kind kind);

  [[nodiscard]] sql::Kind kind() const { return kind_; }
  /// As a config's `connection`.
  [[nodiscard]] const std::string& url() const { return url_; }
  /// For servers.
  [[nodiscard]] const std::string& name() const { return name_; }
  /// Throws for SQLite.
  [[nodiscard]] DatabaseServer& server() const;
  /// For SQLite.
  [[nodiscard]] std::filesystem::path file() const { return folder_.path() / "test.db"; }
  [[nodiscard]] const TempDir& folder() const { return folder_; }

  /// Runs a statement on a connection of the test's own. Throws sql::Failure.
  sql::Rows run(const std::string& statement, const std::vector<sql::Parameter>& parameters = {});

  /// Lets the connection of `run` go, for tests in which the server does.
  void disconnect() { connection_.reset(); }

  /// `text` bytes, a 64-bit number: the types' names.
  [[nodiscard]] std::string text_type() const {
    return kind_ == sql::Kind::kMysql ? "VARCHAR(255)" : "TEXT";
  }

 private:
  const sql::Kind kind_;
  const TempDir folder_;
  std::string name_;
  std::string url_;
  std::unique_ptr<sql::Connection> connection_;
};

/// The names of parameterised tests.
std::string name_of(sql::Kind kind);

inline const auto kEveryDatabase =
    ::testing::Values(sql::Kind::kSqlite, sql::Kind::kPostgresql, sql::Kind::kMysql);
inline const auto kEveryServer = ::testing::Values(sql::Kind::kPostgresql, sql::Kind::kMysql);
inline std::string kind_name(const ::testing::TestParamInfo<sql::Kind>& info) {
  return name_of(info.param);
}

}  // namespace plugboard::test
