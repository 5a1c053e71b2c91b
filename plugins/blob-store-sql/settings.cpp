#include "blob-store-sql/settings.hpp"

namespace plugboard::blob_store_sql {
namespace {

sql::DatabaseUrl url_in(const Config& config) {
  try {
    return sql::DatabaseUrl::parse(config.string("connection"), config.string("folder"));
  } catch (const sql::BadUrl& bad) {
    config.fail("connection", bad.what());
  }
}

}  // namespace

Settings::Settings(const Config& config)
    : connection(config.string("connection")),
      url(url_in(config)),
      table(config.string("table")),
      connections(config.size("pool")),
      timeout(config.duration("timeout")),
      limits{.max_size = config.size("max_size"),
             .route_prefix = config.string("route_prefix"),
             .require_key = config.boolean("require_key")},
      bounds{.max_entries = config.size("max_entries"),
             .max_total = config.size("max_total"),
             .ttl = config.duration("ttl")} {}

std::string_view Settings::schema() {
  return R"({
    "type": "object",
    "properties": {
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
      "table": {
        "type": "string",
        "pattern": "^[a-z_][a-z0-9_]{0,39}$",
        "default": "plugboard_blobs",
        "description": "made if it is not there, with another of this name and _meta"
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
        "description": "for each request; keep it below the plugin's own"
      },
      "max_size": {
        "format": "size",
        "minimum": 1,
        "maximum": 16777216,
        "default": 8192,
        "description": "of one blob"
      },
      "max_entries": {
        "type": "integer",
        "minimum": 1,
        "default": 10000,
        "description": "how many blobs there may be, of all relays that share the table"
      },
      "max_total": {
        "format": "size",
        "minimum": 1,
        "default": "64 MiB",
        "description": "of all blobs together"
      },
      "ttl": {
        "format": "duration",
        "default": "0s",
        "description": "how long a blob is kept after it was put; 0: until it is deleted"
      },
      "route_prefix": {
        "type": "string",
        "pattern": "^(/[A-Za-z0-9._~-]+)+$",
        "default": "/blob",
        "description": "blobs are at {route_prefix}/{key}"
      },
      "require_key": {
        "type": "boolean",
        "default": false,
        "description": "requests need an access key: 401 without one, 403 with a wrong one"
      }
    },
    "required": ["connection"]
  })";
}

sql::PoolSettings Settings::pool() const {
  return {.url = url,
          .options = {.time = timeout, .durable = true},
          .connections = connections,
          .timeout = timeout};
}

bool Settings::has_table_of(const Settings& other) const {
  return connection == other.connection && url.file == other.url.file && table == other.table &&
         connections == other.connections && timeout == other.timeout;
}

std::string_view Settings::member_for(sql::Cause cause) {
  switch (cause) {
    case sql::Cause::kNoTable:
    case sql::Cause::kNoColumn:
    case sql::Cause::kPermission:
    case sql::Cause::kOther:
      return "table";
    default:
      return "connection";
  }
}

}  // namespace plugboard::blob_store_sql
