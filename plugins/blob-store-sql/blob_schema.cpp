#include "blob-store-sql/blob_schema.hpp"

#include <charconv>
#include <chrono>
#include <optional>
#include <utility>

#include "sql/names.hpp"

namespace plugboard::blob_store_sql {
namespace {

constexpr std::chrono::minutes kPatience{10};

int number(const std::string& text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// Held by the relay that migrates a MariaDB or MySQL database, whose statements about tables
/// belong to no transaction.
class NamedLock {
 public:
  NamedLock(sql::Connection& connection, std::string name)
      : connection_(connection), name_(std::move(name)) {
    // Shorter than the relay's timeouts: who waits in vain tries again.
    const auto got = connection_.run("SELECT GET_LOCK(:name, 1)", {{"name", name_}}).only();
    if (got != "1") {
      throw sql::Failure(sql::Cause::kTooSlow, "another relay is bringing the tables up to date");
    }
  }
  NamedLock(const NamedLock&) = delete;
  NamedLock& operator=(const NamedLock&) = delete;
  ~NamedLock() {
    try {
      connection_.run("SELECT RELEASE_LOCK(:name)", {{"name", name_}});
    } catch (const sql::Failure&) {
      // It goes with the connection.
    }
  }

 private:
  sql::Connection& connection_;
  const std::string name_;
};

}  // namespace

BlobSchema::BlobSchema(sql::Kind kind, const std::string& table)
    : kind_(kind),
      name_(table),
      table_(sql::quoted_name(kind, table)),
      meta_(sql::quoted_name(kind, table + "_meta")),
      index_(sql::quoted_name(kind, table + "_by_age")) {}

void BlobSchema::make_current(sql::Connection& connection,
                              const sql::Pool::Patience& patience) const {
  const int before = version(connection);
  refuse_newer(before);
  if (before < kVersion) {
    patience(kPatience);
    connection.limit_statements(std::chrono::milliseconds(0));
    if (kind_ == sql::Kind::kMysql) {
      migrate_in_steps(connection);
    } else {
      migrate(connection);
    }
    connection.limit_statements(connection.time());
  }
  look_at_columns(connection);
}

void BlobSchema::try_out(sql::Connection& connection) const {
  const int present = version(connection);
  refuse_newer(present);
  if (present != 0) {
    look_at_columns(connection);
    if (kind_ != sql::Kind::kSqlite) try_to_write(connection);
  } else if (kind_ == sql::Kind::kPostgresql &&
             connection.run("SELECT has_schema_privilege(current_schema(), 'CREATE')").only() !=
                 "t") {
    throw sql::Failure(sql::Cause::kPermission,
                       "there is no table " + name_ + ", and the user may not make one");
  }
}

int BlobSchema::version(sql::Connection& connection) const {
  if (!has_table(connection, name_ + "_meta")) return 0;
  const auto found = connection.run("SELECT version FROM " + meta_ + " WHERE id = 1").only();
  return found ? number(*found) : 0;
}

bool BlobSchema::has_table(sql::Connection& connection, const std::string& name) const {
  switch (kind_) {
    case sql::Kind::kPostgresql:
      // Not to_regclass(), which remembers within a transaction that there was no such table.
      return connection
                 .run(
                     "SELECT count(*) FROM pg_catalog.pg_class WHERE relname = :name "
                     "AND relkind IN ('r', 'p') AND pg_catalog.pg_table_is_visible(oid)",
                     {{"name", name}})
                 .only() != "0";
    case sql::Kind::kMysql:
      return connection
                 .run(
                     "SELECT count(*) FROM information_schema.tables "
                     "WHERE table_schema = DATABASE() AND table_name = :name",
                     {{"name", name}})
                 .only() != "0";
    case sql::Kind::kSqlite:
      break;
  }
  return connection
             .run("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = :name",
                  {{"name", name}})
             .only() != "0";
}

void BlobSchema::look_at_columns(sql::Connection& connection) const {
  connection.run("SELECT blob_key, data, size, stored_at FROM " + table_ + " WHERE 1 = 0");
  connection.run("SELECT entries, total FROM " + meta_ + " WHERE 1 = 0");
}

// Changes nothing, and fails where changing something would not be allowed.
void BlobSchema::try_to_write(sql::Connection& connection) const {
  const sql::Transaction transaction(connection);
  connection.run("INSERT INTO " + table_ +
                 " (blob_key, data, size, stored_at) SELECT blob_key, data, size, stored_at FROM " +
                 table_ + " WHERE 1 = 0");
  connection.run("UPDATE " + table_ + " SET size = 0 WHERE 1 = 0");
  connection.run("DELETE FROM " + table_ + " WHERE 1 = 0");
  connection.run("UPDATE " + meta_ + " SET entries = 0 WHERE 1 = 0");
}

void BlobSchema::refuse_newer(int version) const {
  if (version <= kVersion) return;
  throw sql::Failure(sql::Cause::kOther, "the table " + name_ + " is of version " +
                                             std::to_string(version) +
                                             ", which a newer release has made; this one knows " +
                                             std::to_string(kVersion));
}

void BlobSchema::migrate(sql::Connection& connection) const {
  sql::Transaction transaction(connection);
  if (kind_ == sql::Kind::kPostgresql) {
    // Until the transaction ends. SQLite has one writer anyway.
    connection.run("SELECT pg_advisory_xact_lock(hashtext(:name))",
                   {{"name", "plugboard " + name_}});
  }
  const int before = version(connection);  // somebody else may have been first
  for (int next = before + 1; next <= kVersion; ++next) {
    for (const std::string& step : steps_to(next)) connection.run(step);
  }
  transaction.commit();
}

void BlobSchema::migrate_in_steps(sql::Connection& connection) const {
  const NamedLock lock(connection, "plugboard " + name_);
  for (int next = version(connection) + 1; next <= kVersion; ++next) {
    for (const std::string& step : steps_to(next)) {
      try {
        connection.run(step);
      } catch (const sql::Failure& failure) {
        // Done before, by a migration that did not come further.
        if (failure.cause() != sql::Cause::kDuplicate) throw;
      }
    }
  }
}

// Each can be done again, where it may have been done before.
std::vector<std::string> BlobSchema::steps_to(int version) const {
  const bool is_mysql = kind_ == sql::Kind::kMysql;
  const std::string key = is_mysql ? "VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin" : "TEXT";
  const std::string bytes = is_mysql                          ? "LONGBLOB"
                            : kind_ == sql::Kind::kPostgresql ? "BYTEA"
                                                              : "BLOB";
  const std::string engine = is_mysql ? " ENGINE = InnoDB" : "";
  if (version == 1) {
    return {
        "CREATE TABLE IF NOT EXISTS " + table_ + " (blob_key " + key + " PRIMARY KEY, data " +
            bytes + " NOT NULL, size BIGINT NOT NULL, stored_at BIGINT NOT NULL)" + engine,
        "CREATE TABLE IF NOT EXISTS " + meta_ +
            " (id INTEGER PRIMARY KEY, version INTEGER NOT NULL, entries BIGINT NOT NULL, "
            "total BIGINT NOT NULL)" +
            engine,
        "INSERT INTO " + meta_ +
            " (id, version, entries, total) SELECT 1, 1, count(*), coalesce(sum(size), 0) FROM " +
            table_};
  }
  return {"CREATE INDEX " + index_ + " ON " + table_ + " (stored_at)",
          "UPDATE " + meta_ + " SET version = 2 WHERE id = 1"};
}

}  // namespace plugboard::blob_store_sql
