// What the configs of plugins that use a database have in common: which it is, and how it is
// reached. Immutable.
#pragma once

#include <chrono>
#include <cstddef>
#include <plugboard/plugin.hpp>
#include <string>
#include <string_view>

#include "sql/connection.hpp"
#include "sql/database_url.hpp"
#include "sql/pool.hpp"

namespace plugboard::sql {

struct DatabaseSettings {
  /// Throws ConfigError.
  explicit DatabaseSettings(const Config& config);

  /// The members of a config's schema that are read here, with a comma between them and none at
  /// the end. Of them, `connection` is to be required.
  static std::string_view schema_members();

  /// Connections, each made with `options` but for the time-out.
  [[nodiscard]] PoolSettings pool(ConnectionOptions options) const;

  /// Whether both reach the same database in the same way.
  [[nodiscard]] bool same_as(const DatabaseSettings& other) const;

  std::string connection;  ///< as it was written: holds a password
  DatabaseUrl url;
  std::size_t connections;
  std::chrono::milliseconds timeout;
};

}  // namespace plugboard::sql
