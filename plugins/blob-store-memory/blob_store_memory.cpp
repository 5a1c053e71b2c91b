// Blobs in memory: gone when the relay stops or the plugin's library is replaced.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <plugboard/plugin.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "blob-store-memory/blob_table.hpp"
#include "blob_settings/blob_settings.hpp"

namespace plugboard {
namespace {

using blob_store_memory::BlobTable;

constexpr std::chrono::seconds kSweepEvery{1};

class BlobStoreMemory : public Plugin {
 public:
  static std::string_view summary() { return "Keeps blobs in memory."; }

  static std::string_view config_schema() {
    static const std::string schema = R"({"type": "object", "properties": {)" +
                                      std::string(BlobSettings::schema_members()) + "}}";
    return schema;
  }

  explicit BlobStoreMemory(const Config& config)
      : settings_(config),
        blobs_(settings_.bounds),
        max_size_(settings_.limits.max_size),
        sweeper_(host().every(kSweepEvery, [this] { blobs_.sweep(host().monotonic()); })) {}

  auto reconfigure(const Config& config) {
    return [this, next = BlobSettings(config)]() mutable {
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
  BlobSettings settings_;  // [control] only
  BlobTable blobs_;
  std::atomic<std::uint64_t> max_size_;
  Timer sweeper_;
};

}  // namespace
}  // namespace plugboard

PLUGBOARD_EXPORT_PLUGIN(plugboard::BlobStoreMemory, "blob-store-memory", "1.0.0")
