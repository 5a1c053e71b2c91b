#include "sql/support/test_database.hpp"

#include <stdexcept>

namespace plugboard::test {
namespace {

std::string fresh_name() {
  static int number = 0;
  return "test" + std::to_string(++number);
}

}  // namespace

std::string name_of(sql::Kind kind) {
  switch (kind) {
    case sql::Kind::kPostgresql:
      return "PostgreSQL";
    case sql::Kind::kMysql:
      return "MariaDB";
    case sql::Kind::kSqlite:
      break;
  }
  return "SQLite";
}

TestDatabase::TestDatabase(sql::Kind kind) : kind_(kind) {
  if (kind == sql::Kind::kSqlite) {
    url_ = "sqlite3://" + file().string();
    return;
  }
  name_ = fresh_name();
  const std::string first = kind == sql::Kind::kMysql ? "mysql" : "postgres";
  sql::Connection(sql::DatabaseUrl::parse(server().url(first), "/"), {})
      .run("CREATE DATABASE " + name_ +
           (kind == sql::Kind::kMysql ? " CHARACTER SET utf8mb4" : " STRATEGY file_copy"));
  url_ = server().url(name_);
}

DatabaseServer& TestDatabase::server() const {
  switch (kind_) {
    case sql::Kind::kPostgresql:
      return DatabaseServer::postgresql();
    case sql::Kind::kMysql:
      return DatabaseServer::mariadb();
    case sql::Kind::kSqlite:
      break;
  }
  throw std::logic_error("SQLite has no server");
}

sql::Rows TestDatabase::run(const std::string& statement,
                            const std::vector<sql::Parameter>& parameters) {
  if (connection_ == nullptr) {
    sql::ConnectionOptions options;
    options.time = std::chrono::seconds(20);
    connection_ = std::make_unique<sql::Connection>(sql::DatabaseUrl::parse(url_, "/"), options);
  }
  return connection_->run(statement, parameters);
}

}  // namespace plugboard::test
