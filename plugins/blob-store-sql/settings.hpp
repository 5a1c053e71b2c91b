// The config of a blob-store-sql, understood. Immutable.
#pragma once

#include <plugboard/plugin.hpp>
#include <string>
#include <string_view>

#include "blob_settings/blob_settings.hpp"
#include "sql/connection_failure.hpp"
#include "sql/database_settings.hpp"
#include "sql/pool.hpp"

namespace plugboard::blob_store_sql {

struct Settings {
  /// Throws ConfigError.
  explicit Settings(const Config& config);

  static std::string_view schema();

  [[nodiscard]] sql::PoolSettings pool() const { return database.pool({.durable = true}); }

  /// Whether both keep their blobs in the same table in the same way.
  [[nodiscard]] bool has_table_of(const Settings& other) const;

  /// The member of the config that a failure is about.
  [[nodiscard]] static std::string_view member_for(sql::Cause cause);

  sql::DatabaseSettings database;
  std::string table;
  BlobSettings blobs;
};

}  // namespace plugboard::blob_store_sql
