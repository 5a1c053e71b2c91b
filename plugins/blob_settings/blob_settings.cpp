#include "blob_settings/blob_settings.hpp"

namespace plugboard {

BlobSettings::BlobSettings(const Config& config)
    : limits{.max_size = config.size("max_size"),
             .route_prefix = config.string("route_prefix"),
             .require_key = config.boolean("require_key")},
      bounds{.max_entries = config.size("max_entries"),
             .max_total = config.size("max_total"),
             .ttl = config.duration("ttl")} {}

std::string_view BlobSettings::schema_members() {
  return R"(
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
        "description": "how many blobs there may be"
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
      })";
}

}  // namespace plugboard
