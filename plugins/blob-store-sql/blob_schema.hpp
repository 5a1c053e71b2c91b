// The tables that blobs are kept in: made when they are missing, brought up to date when an earlier
// release made them. Immutable; any thread, each with its connection.
//
//   TABLE        blob_key, data, size, stored_at (Unix milliseconds)
//   TABLE_meta   one row: version of this schema; entries and total (bytes) of all blobs, kept in
//                step with TABLE by every transaction, so that limits need no counting
//
// Versions: 1 had no index by age.
#pragma once

#include <string>
#include <vector>

#include "sql/connection.hpp"
#include "sql/pool.hpp"

namespace plugboard::blob_store_sql {

class BlobSchema {
 public:
  static constexpr int kVersion = 2;

  BlobSchema(sql::Kind kind, const std::string& table);

  /// As quoted names, for statements.
  [[nodiscard]] const std::string& table() const { return table_; }
  [[nodiscard]] const std::string& meta() const { return meta_; }

  /// Makes the tables what this release needs; does nothing if they are. Of several relays that
  /// start at the same time, one does it. What fails is undone, on MariaDB and MySQL to the last
  /// step that succeeded. Throws sql::Failure. Asks for `patience` before it changes anything.
  void make_current(sql::Connection& connection, const sql::Pool::Patience& patience) const;

  /// Throws sql::Failure if the tables cannot be used, or could not be made; changes nothing.
  void try_out(sql::Connection& connection) const;

 private:
  /// 0: there are no tables.
  [[nodiscard]] int version(sql::Connection& connection) const;
  [[nodiscard]] bool has_table(sql::Connection& connection, const std::string& name) const;
  void look_at_columns(sql::Connection& connection) const;
  void try_to_write(sql::Connection& connection) const;
  void refuse_newer(int version) const;
  void migrate(sql::Connection& connection) const;
  void migrate_in_steps(sql::Connection& connection) const;
  [[nodiscard]] std::vector<std::string> steps_to(int version) const;

  const sql::Kind kind_;
  const std::string name_;
  const std::string table_;  // quoted
  const std::string meta_;   // quoted
  const std::string index_;  // quoted
};

}  // namespace plugboard::blob_store_sql
