#include "key-store-sql/settings.hpp"

#include <algorithm>
#include <vector>

#include "sql/names.hpp"

namespace plugboard::key_store_sql {
namespace {

sql::DatabaseUrl url_in(const Config& config) {
  try {
    return sql::DatabaseUrl::parse(config.string("connection"), config.string("folder"));
  } catch (const sql::BadUrl& bad) {
    config.fail("connection", bad.what());
  }
}

KeyQuestion question_in(const Config& config) {
  KeyQuestion question{.table = config.string("table", ""),
                       .key_column = config.string("key_column", ""),
                       .query = config.string("query", ""),
                       .hashed = config.boolean("hashed")};
  if (question.query.empty()) {
    if (question.table.empty()) {
      config.fail("needs table and key_column, or a query that holds :key");
    }
    if (question.key_column.empty()) config.fail("key_column", "is missing beside table");
    return question;
  }
  if (!question.table.empty() || !question.key_column.empty()) {
    config.fail("query", "stands in place of table and key_column: give either");
  }
  // A semicolon at the end is a habit, and an error for some databases.
  while (!question.query.empty() &&
         std::string_view("; \t\r\n").find(question.query.back()) != std::string_view::npos) {
    question.query.pop_back();
  }
  const std::vector<std::string> names = sql::parameter_names(question.query);
  if (std::find(names.begin(), names.end(), "key") == names.end()) {
    config.fail("query", "does not hold :key, in whose place the access key is put");
  }
  for (const std::string& name : names) {
    if (name != "key") {
      config.fail("query", "holds :" + name + ", but :key is all that can be put into it");
    }
  }
  return question;
}

}  // namespace

Settings::Settings(const Config& config)
    : connection(config.string("connection")),
      url(url_in(config)),
      question(question_in(config)),
      connections(config.size("pool")),
      timeout(config.duration("timeout")),
      cache{.ttl = config.duration("cache_ttl"),
            .negative_ttl = config.duration("negative_cache_ttl")},
      poll(config.duration("poll")) {}

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
        "pattern": "^[A-Za-z_][A-Za-z0-9_$]*([.][A-Za-z_][A-Za-z0-9_$]*)?$",
        "description": "that holds the keys, in key_column"
      },
      "key_column": {
        "type": "string",
        "pattern": "^[A-Za-z_][A-Za-z0-9_$]*$"
      },
      "query": {
        "type": "string",
        "minLength": 1,
        "description": "in place of table and key_column: finds the row of :key"
      },
      "hashed": {
        "type": "boolean",
        "default": false,
        "description": "keys are held, and :key is, as SHA-256 in hex, small letters"
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
      },
      "cache_ttl": {
        "format": "duration",
        "default": "60s",
        "description": "how long a key that was found is not asked for again"
      },
      "negative_cache_ttl": {
        "format": "duration",
        "default": "5s",
        "description": "how long a key that was not found is not asked for again"
      },
      "poll": {
        "format": "duration",
        "default": "30s",
        "description": "how often the keys of connected peers are looked up again; 0: never"
      }
    },
    "required": ["connection"]
  })";
}

sql::PoolSettings Settings::pool() const {
  return {.url = url,
          .options = {.time = timeout, .read_only = true},
          .connections = connections,
          .timeout = timeout};
}

bool Settings::has_source_of(const Settings& other) const {
  return connection == other.connection && url.file == other.url.file &&
         question == other.question && connections == other.connections && timeout == other.timeout;
}

std::string_view Settings::member_for(sql::Cause cause) const {
  const bool has_query = !question.query.empty();
  switch (cause) {
    case sql::Cause::kNoTable:
    case sql::Cause::kPermission:
      return has_query ? "query" : "table";
    case sql::Cause::kNoColumn:
      return has_query ? "query" : "key_column";
    case sql::Cause::kOther:
      return has_query ? "query" : "connection";
    default:
      return "connection";
  }
}

}  // namespace plugboard::key_store_sql
