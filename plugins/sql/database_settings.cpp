#include "sql/database_settings.hpp"

namespace plugboard::sql {
namespace {

DatabaseUrl url_in(const Config& config) {
  try {
    return DatabaseUrl::parse(config.string("connection"), config.string("folder"));
  } catch (const BadUrl& bad) {
    config.fail("connection", bad.what());
  }
}

}  // namespace

DatabaseSettings::DatabaseSettings(const Config& config)
    : connection(config.string("connection")),
      url(url_in(config)),
      connections(config.size("pool")),
      timeout(config.duration("timeout")) {}

std::string_view DatabaseSettings::schema_members() {
  return R"(
      "connection": {
        "type": "string",
        "format": "secret",
        "minLength": 1,
        "description": "sqlite3://path, postgresql://user:password@host/database or mysql://..."
      },
      "folder": {
        "type": "string",
        "format": "path",
        "default": ".",
        "description": "where relative paths of sqlite3:// begin; the manifest's folder"
      },
      "pool": {
        "type": "integer",
        "minimum": 1,
        "maximum": 64,
        "default": 4,
        "description": "connections to the database"
      },
      "timeout": {
        "format": "duration",
        "minimum": 100,
        "maximum": 15000,
        "default": "3s",
        "description": "for each question; keep it below the plugin's own"
      })";
}

PoolSettings DatabaseSettings::pool(ConnectionOptions options) const {
  options.time = timeout;
  return {.url = url, .options = options, .connections = connections, .timeout = timeout};
}

bool DatabaseSettings::same_as(const DatabaseSettings& other) const {
  return connection == other.connection && url.file == other.url.file &&
         connections == other.connections && timeout == other.timeout;
}

}  // namespace plugboard::sql
