#include "key-store-sql/settings.hpp"

#include <algorithm>
#include <vector>

#include "sql/names.hpp"

namespace plugboard::key_store_sql {
namespace {

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
    : database(config),
      question(question_in(config)),
      cache{.ttl = config.duration("cache_ttl"),
            .negative_ttl = config.duration("negative_cache_ttl")},
      poll(config.duration("poll")) {}

std::string_view Settings::schema() {
  static const std::string schema = R"({
    "type": "object",
    "properties": {)" + std::string(sql::DatabaseSettings::schema_members()) +
                                    R"(,
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
  return schema;
}

bool Settings::has_source_of(const Settings& other) const {
  return database.same_as(other.database) && question == other.question;
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
