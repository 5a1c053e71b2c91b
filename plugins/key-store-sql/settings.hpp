// The config of a key-store-sql, understood. Immutable.
#pragma once

#include <chrono>
#include <plugboard/plugin.hpp>
#include <string>
#include <string_view>

#include "key-store-sql/answer_cache.hpp"
#include "sql/connection_failure.hpp"
#include "sql/database_settings.hpp"
#include "sql/pool.hpp"

namespace plugboard::key_store_sql {

/// How keys are asked for.
struct KeyQuestion {
  std::string table{};  ///< with key_column, or empty
  std::string key_column{};
  std::string query{};  ///< with :key, or empty
  bool hashed = false;
  friend bool operator==(const KeyQuestion&, const KeyQuestion&) = default;
};

struct Settings {
  /// Throws ConfigError.
  explicit Settings(const Config& config);

  static std::string_view schema();

  [[nodiscard]] sql::PoolSettings pool() const { return database.pool({.read_only = true}); }

  /// Whether both ask the same database in the same way.
  [[nodiscard]] bool has_source_of(const Settings& other) const;

  /// The member of the config that a failure is about.
  [[nodiscard]] std::string_view member_for(sql::Cause cause) const;

  sql::DatabaseSettings database;
  KeyQuestion question;
  AnswerCache::Bounds cache;
  std::chrono::milliseconds poll;  ///< 0: never
};

}  // namespace plugboard::key_store_sql
