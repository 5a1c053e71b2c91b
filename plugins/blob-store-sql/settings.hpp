// The config of a blob-store-sql, understood. Immutable.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <plugboard/plugin.hpp>
#include <string>
#include <string_view>

#include "sql/connection_failure.hpp"
#include "sql/database_url.hpp"
#include "sql/pool.hpp"

namespace plugboard::blob_store_sql {

struct Bounds {
  std::uint64_t max_entries = 0;
  std::uint64_t max_total = 0;      ///< bytes of all blobs together
  std::chrono::milliseconds ttl{};  ///< 0: blobs are kept until they are removed
};

struct Settings {
  /// Throws ConfigError.
  explicit Settings(const Config& config);

  static std::string_view schema();

  [[nodiscard]] sql::PoolSettings pool() const;

  /// Whether both keep their blobs in the same table in the same way.
  [[nodiscard]] bool has_table_of(const Settings& other) const;

  /// The member of the config that a failure is about.
  [[nodiscard]] static std::string_view member_for(sql::Cause cause);

  std::string connection;  ///< as it was written: holds a password
  sql::DatabaseUrl url;
  std::string table;
  std::size_t connections;
  std::chrono::milliseconds timeout;
  BlobLimits limits;
  Bounds bounds;
};

}  // namespace plugboard::blob_store_sql
