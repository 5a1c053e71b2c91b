#include "blob-store-sql/settings.hpp"

namespace plugboard::blob_store_sql {

Settings::Settings(const Config& config)
    : database(config), table(config.string("table")), blobs(config) {}

std::string_view Settings::schema() {
  static const std::string schema = R"({
    "type": "object",
    "properties": {)" + std::string(sql::DatabaseSettings::schema_members()) +
                                    R"(,
      "table": {
        "type": "string",
        "pattern": "^[a-z_][a-z0-9_]{0,39}$",
        "default": "plugboard_blobs",
        "description": "made if it is not there, with another of this name and _meta"
      },)" + std::string(BlobSettings::schema_members()) +
                                    R"(
    },
    "required": ["connection"]
  })";
  return schema;
}

bool Settings::has_table_of(const Settings& other) const {
  return database.same_as(other.database) && table == other.table;
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
