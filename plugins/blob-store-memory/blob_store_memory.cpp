// Blobs in memory: gone when the relay stops or the plugin's library is replaced.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <plugboard/plugin.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "blob-store-memory/blob_table.hpp"

namespace plugboard {
namespace {

using blob_store_memory::BlobTable;
using blob_store_memory::Bounds;

constexpr std::chrono::seconds kSweepEvery{1};

struct Settings {
  explicit Settings(const Config& config)
      : limits{.max_size = config.size("max_size"),
               .route_prefix = config.string("route_prefix"),
               .require_key = config.boolean("require_key")},
        bounds{.max_entries = config.size("max_entries"),
               .max_total = config.size("max_total"),
               .ttl = config.duration("ttl")} {}

  BlobLimits limits;
  Bounds bounds;
};

class BlobStoreMemory : public Plugin {
 public:
  static std::string_view summary() { return "Keeps blobs in memory."; }

  static std::string_view config_schema() {
    return R"({
      "type": "object",
      "properties": {
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
        }
      }
    })";
  }

  explicit BlobStoreMemory(const Config& config)
      : settings_(config),
        blobs_(settings_.bounds),
        max_size_(settings_.limits.max_size),
        sweeper_(host().every(kSweepEvery, [this] { blobs_.sweep(host().monotonic()); })) {}

  auto reconfigure(const Config& config) {
    return [this, next = Settings(config)]() mutable {
      settings_ = std::move(next);
      max_size_ = settings_.limits.max_size;
      blobs_.set_bounds(settings_.bounds);
    };
  }

  BlobLimits limits() const { return settings_.limits; }

  BlobVerdict put(const BlobRequest& request) {
    if (request.data.size() > max_size_) return too_large();
    return blobs_.put(request.key, request.data, host().monotonic()) ? stored() : full();
  }

  BlobVerdict get(const BlobRequest& request) {
    const auto data = blobs_.get(request.key, host().monotonic());
    if (data == nullptr) return not_found();
    return found(*data);
  }

  BlobVerdict remove(const BlobRequest& request) {
    return blobs_.remove(request.key, host().monotonic()) ? removed() : not_found();
  }

  std::uint64_t entries() const { return blobs_.entries(); }

 private:
  Settings settings_;  // [control] only
  BlobTable blobs_;
  std::atomic<std::uint64_t> max_size_;
  Timer sweeper_;
};

}  // namespace
}  // namespace plugboard

PLUGBOARD_EXPORT_PLUGIN(plugboard::BlobStoreMemory, "blob-store-memory", "1.0.0")
