// Blobs in a table, and how many there are. Every change is one transaction, in which the blob's
// row is locked first and the totals' last, and for as short as can be: relays that share the table
// wait for each other only there. Immutable; any thread, each with its connection.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "blob-store-sql/blob_schema.hpp"
#include "blob_settings/blob_settings.hpp"
#include "sql/connection.hpp"

namespace plugboard::blob_store_sql {

class BlobTable {
 public:
  using Time = std::chrono::milliseconds;  // Unix time, by the relay's clock

  BlobTable(sql::Kind kind, const BlobSchema& schema);

  enum class Put : std::uint8_t { kFull, kReplaced, kNew };
  /// Stores a blob in place of the one that may be there, unless it would pass a bound: then
  /// nothing has changed. Once it returns, the blob survives whatever happens to the relay and to
  /// the server. All throw sql::Failure.
  [[nodiscard]] Put put(sql::Connection& connection, const std::string& key,
                        const std::string& data, const BlobBounds& bounds, Time now) const;

  /// Nothing if there is none, or only one that is too old.
  [[nodiscard]] std::optional<std::string> get(sql::Connection& connection, const std::string& key,
                                               const BlobBounds& bounds, Time now) const;

  enum class Removed : std::uint8_t { kNothing, kOld, kBlob };
  /// `found` becomes true before the removal counts: should the connection break then, it is known
  /// that there was something to remove.
  Removed remove(sql::Connection& connection, const std::string& key, const BlobBounds& bounds,
                 Time now, bool& found) const;

  /// Removes some that are too old; how many.
  std::size_t sweep(sql::Connection& connection, const BlobBounds& bounds, Time now) const;

  [[nodiscard]] std::int64_t entries(sql::Connection& connection) const;

  /// How many `sweep` removes at most.
  static constexpr std::size_t kSweep = 100;

 private:
  [[nodiscard]] Put put_once(sql::Connection& connection, const std::string& key,
                             const std::string& data, const BlobBounds& bounds, Time now) const;
  [[nodiscard]] std::string stored(const std::string& data) const;
  [[nodiscard]] bool add_to_totals(sql::Connection& connection, long long entries, long long bytes,
                                   const BlobBounds& bounds) const;

  const sql::Kind kind_;
  const std::string table_;  // quoted
  const std::string meta_;   // quoted
  const std::string lock_;   // what ends a SELECT of a row that is about to change
  const std::string written_data_;
  const std::string read_data_;
};

}  // namespace plugboard::blob_store_sql
