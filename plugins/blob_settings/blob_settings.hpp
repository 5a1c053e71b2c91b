// What the configs of blob stores have in common: how much they hold and for how long, and where
// their blobs are reached.
#pragma once

#include <chrono>
#include <cstdint>
#include <plugboard/plugin.hpp>
#include <string_view>

namespace plugboard {

/// How much a blob store holds.
struct BlobBounds {
  std::uint64_t max_entries = 0;
  std::uint64_t max_total = 0;      ///< bytes of all blobs together
  std::chrono::milliseconds ttl{};  ///< 0: blobs are kept until they are removed
};

struct BlobSettings {
  /// Throws ConfigError.
  explicit BlobSettings(const Config& config);

  /// The members of a config's schema that are read here, with a comma between them and none at
  /// the end.
  static std::string_view schema_members();

  BlobLimits limits;
  BlobBounds bounds;
};

}  // namespace plugboard
