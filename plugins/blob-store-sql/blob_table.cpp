#include "blob-store-sql/blob_table.hpp"

#include <charconv>
#include <string_view>
#include <vector>

namespace plugboard::blob_store_sql {
namespace {

// How often a transaction that met another is done again.
constexpr int kAttempts = 10;

// Bytes travel as hex where a text is all that can be bound: no character is special then, and none
// is lost.
std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string result;
  result.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    result += kDigits[byte >> 4];
    result += kDigits[byte & 15];
  }
  return result;
}

int digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

std::string from_hex(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes += static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1]));
  }
  return bytes;
}

long long number(const sql::Value& value) {
  long long result = 0;
  if (value) std::from_chars(value->data(), value->data() + value->size(), result);
  return result;
}

bool is_old(long long stored_at, const BlobBounds& bounds, BlobTable::Time now) {
  return bounds.ttl.count() > 0 && now.count() - stored_at >= bounds.ttl.count();
}

}  // namespace

BlobTable::BlobTable(sql::Kind kind, const BlobSchema& schema)
    : kind_(kind),
      table_(schema.table()),
      meta_(schema.meta()),
      lock_(kind == sql::Kind::kSqlite ? "" : " FOR UPDATE"),
      written_data_(kind == sql::Kind::kPostgresql ? "decode(:data, 'hex')"
                    : kind == sql::Kind::kMysql    ? "UNHEX(:data)"
                                                   : "CAST(:data AS BLOB)"),
      read_data_(kind == sql::Kind::kPostgresql ? "encode(data, 'hex')" : "data") {}

BlobTable::Put BlobTable::put(sql::Connection& connection, const std::string& key,
                              const std::string& data, const BlobBounds& bounds, Time now) const {
  const auto put_among_others = [&] {
    for (int attempt = 1;; ++attempt) {
      try {
        return put_once(connection, key, data, bounds, now);
      } catch (const sql::Failure& failure) {
        // Another relay has put the same key, or the database took us for each other's obstacle.
        const bool again =
            failure.cause() == sql::Cause::kDuplicate || failure.cause() == sql::Cause::kConflict;
        if (!again || attempt == kAttempts) throw;
      }
    }
  };
  const Put done = put_among_others();
  if (done != Put::kFull) return done;
  // What is too old must not keep others out.
  return sweep(connection, bounds, now) == 0 ? Put::kFull : put_among_others();
}

BlobTable::Put BlobTable::put_once(sql::Connection& connection, const std::string& key,
                                   const std::string& data, const BlobBounds& bounds,
                                   Time now) const {
  const auto size = static_cast<long long>(data.size());
  const std::vector<sql::Parameter> values = {
      {"key", key}, {"data", stored(data)}, {"size", size}, {"now", now.count()}};
  sql::Transaction transaction(connection);
  const sql::Rows present = connection.run(
      "SELECT size FROM " + table_ + " WHERE blob_key = :key" + lock_, {{"key", key}});
  long long entries = 0;
  long long bytes = size;
  if (present.rows.empty()) {
    entries = 1;
    connection.run("INSERT INTO " + table_ + " (blob_key, data, size, stored_at) VALUES (:key, " +
                       written_data_ + ", :size, :now)",
                   values);
  } else {
    bytes -= number(present.only());
    connection.run("UPDATE " + table_ + " SET data = " + written_data_ +
                       ", size = :size, stored_at = :now WHERE blob_key = :key",
                   values);
  }
  if (!add_to_totals(connection, entries, bytes, bounds)) return Put::kFull;
  transaction.commit();
  return entries == 0 ? Put::kReplaced : Put::kNew;
}

std::optional<std::string> BlobTable::get(sql::Connection& connection, const std::string& key,
                                          const BlobBounds& bounds, Time now) const {
  sql::Rows found = connection.run(
      "SELECT " + read_data_ + ", stored_at FROM " + table_ + " WHERE blob_key = :key",
      {{"key", key}});
  if (found.rows.empty() || is_old(number(found.rows[0][1]), bounds, now)) return std::nullopt;
  sql::Value& data = found.rows[0][0];
  if (!data) return std::nullopt;
  return kind_ == sql::Kind::kPostgresql ? from_hex(*data) : std::move(*data);
}

BlobTable::Removed BlobTable::remove(sql::Connection& connection, const std::string& key,
                                     const BlobBounds& bounds, Time now, bool& found) const {
  sql::Transaction transaction(connection);
  const sql::Rows present = connection.run(
      "SELECT size, stored_at FROM " + table_ + " WHERE blob_key = :key" + lock_, {{"key", key}});
  if (present.rows.empty()) return Removed::kNothing;
  const bool old = is_old(number(present.rows[0][1]), bounds, now);
  found = !old;
  connection.run("DELETE FROM " + table_ + " WHERE blob_key = :key", {{"key", key}});
  (void)add_to_totals(connection, -1, -number(present.rows[0][0]), bounds);
  transaction.commit();
  return old ? Removed::kOld : Removed::kBlob;
}

std::size_t BlobTable::sweep(sql::Connection& connection, const BlobBounds& bounds,
                             Time now) const {
  if (bounds.ttl.count() == 0) return 0;
  sql::Transaction transaction(connection);
  // PostgreSQL leaves those that another relay is sweeping to it.
  const sql::Rows old = connection.run("SELECT blob_key, size FROM " + table_ +
                                           " WHERE stored_at <= :latest ORDER BY stored_at LIMIT " +
                                           std::to_string(kSweep) + lock_ +
                                           (kind_ == sql::Kind::kPostgresql ? " SKIP LOCKED" : ""),
                                       {{"latest", now.count() - bounds.ttl.count()}});
  if (old.rows.empty()) return 0;
  std::string list;
  std::vector<sql::Parameter> keys;
  long long bytes = 0;
  for (const auto& row : old.rows) {
    const std::string name = "k" + std::to_string(keys.size());
    list += (keys.empty() ? ":" : ", :") + name;
    keys.push_back({name, row[0].value_or("")});
    bytes += number(row[1]);
  }
  connection.run("DELETE FROM " + table_ + " WHERE blob_key IN (" + list + ")", keys);
  (void)add_to_totals(connection, -static_cast<long long>(keys.size()), -bytes, bounds);
  transaction.commit();
  return keys.size();
}

std::int64_t BlobTable::entries(sql::Connection& connection) const {
  return number(connection.run("SELECT entries FROM " + meta_ + " WHERE id = 1").only());
}

std::string BlobTable::stored(const std::string& data) const {
  return kind_ == sql::Kind::kSqlite ? data : hex(data);
}

// False if that would pass a bound. What frees room is never refused, also where bounds have been
// lowered meanwhile.
bool BlobTable::add_to_totals(sql::Connection& connection, long long entries, long long bytes,
                              const BlobBounds& bounds) const {
  if (entries == 0 && bytes == 0) return true;
  std::vector<sql::Parameter> values = {{"entries", entries}, {"bytes", bytes}};
  std::string statement =
      "UPDATE " + meta_ + " SET entries = entries + :entries, total = total + :bytes WHERE id = 1";
  // Compared from this side, since a bound may be as large as the number's type.
  if (entries > 0) {
    statement += " AND entries < :max_entries";
    values.push_back({"max_entries", static_cast<long long>(bounds.max_entries)});
  }
  if (bytes > 0) {
    if (static_cast<unsigned long long>(bytes) > bounds.max_total) return false;
    statement += " AND total <= :max_total";
    values.push_back({"max_total", static_cast<long long>(bounds.max_total) - bytes});
  }
  return connection.run(statement, values).affected != 0;
}

}  // namespace plugboard::blob_store_sql
