// The blob store of the manifest's chain.blob_store. Immutable; any thread.
#pragma once

#include <plugboard/blob_store.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "extension/question.hpp"

namespace plugboard::extension {

struct BlobLink;

struct BlobLimits {
  static constexpr std::uint64_t kMaxSize = 16 * 1024 * 1024;  ///< that `max_size` may be
  static constexpr std::size_t kMaxRouteBytes = 256;

  std::uint64_t max_size = 8192;       ///< bytes of one blob
  std::string route_prefix = "/blob";  ///< begins with "/", ends with none, and is checked
  bool require_key = false;            ///< the key chain must allow each request
};

/// What is wrong with limits, as a clause, or nothing. The route must be a plain path that none of
/// the relay's own routes answers: segments of letters, digits and "-._~", none of them dots alone.
[[nodiscard]] std::string blob_limits_problem(const BlobLimits& limits);

/// What became of a put, get or remove.
struct BlobVerdict {
  enum class Kind {
    kOk,
    kNotFound,
    kFull,
    kTooLarge,
    kFailed,  ///< the store could not answer
  };

  Kind kind = Kind::kFailed;
  std::string data;  ///< of a get, with kOk: UTF-8
};

class BlobStore {
 public:
  explicit BlobStore(std::shared_ptr<const BlobLink> link);
  BlobStore(BlobStore&&) noexcept;
  BlobStore& operator=(BlobStore&&) noexcept;
  ~BlobStore();

  [[nodiscard]] const BlobLimits& limits() const;

  // The caller has checked the key's form, that data is UTF-8 and its size. See `Question` for when
  // and where `done` is called. A cancelled put may or may not have taken effect.
  using Done = std::function<void(BlobVerdict)>;
  [[nodiscard]] Question put(std::string_view key, std::string_view data,
                             std::string_view client_address, Done done) const;
  [[nodiscard]] Question get(std::string_view key, std::string_view client_address,
                             Done done) const;
  [[nodiscard]] Question remove(std::string_view key, std::string_view client_address,
                                Done done) const;

  /// How many blobs there are; 0 if the store does not say.
  [[nodiscard]] std::uint64_t entries() const;

 private:
  std::shared_ptr<const BlobLink> link_;
};

}  // namespace plugboard::extension
