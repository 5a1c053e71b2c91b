// Blobs by their keys, bounded in number and size, forgotten when they are old. Any thread; each of
// 16 shards has a lock, held only while pointers are moved.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "blob_settings/blob_settings.hpp"
#include "keyed_hash/keyed_hash.hpp"

namespace plugboard::blob_store_memory {

class BlobTable {
 public:
  using Time = std::chrono::nanoseconds;  // of the relay's monotonic clock

  explicit BlobTable(const BlobBounds& bounds) { set_bounds(bounds); }

  /// Holds for what is stored from now on. Blobs that are there stay, though a shorter `ttl` counts
  /// for them too.
  void set_bounds(const BlobBounds& bounds);

  /// Stores a blob in place of the one that may be there; it lives for `ttl` from now. False if it
  /// would pass a bound: then nothing has changed.
  [[nodiscard]] bool put(std::string_view key, std::string_view data, Time now);

  /// Null if there is none.
  [[nodiscard]] std::shared_ptr<const std::string> get(std::string_view key, Time now);

  /// False if there was none.
  bool remove(std::string_view key, Time now);

  /// Forgets what is too old.
  void sweep(Time now);

  [[nodiscard]] std::uint64_t entries() const { return entries_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t kShards = 16;

  struct Key {
    std::string text;
    std::uint64_t hash;
    friend bool operator==(const Key& a, const Key& b) { return a.text == b.text; }
  };
  struct HashOfKey {
    // The lower bits have chosen the shard.
    std::size_t operator()(const Key& key) const noexcept { return key.hash / kShards; }
  };
  struct Blob {
    std::shared_ptr<const std::string> data;
    Time stored{};
    std::list<const Key*>::iterator place{};
  };
  struct Shard {
    std::mutex mutex;
    std::unordered_map<Key, Blob, HashOfKey> blobs;
    std::list<const Key*> by_age;  // oldest first
  };

  Key key_of(std::string_view key) const { return {std::string(key), hash_(key)}; }
  Shard& shard_of(const Key& key) { return shards_[key.hash % kShards]; }
  bool is_old(const Blob& blob, Time now) const;
  void forget(Shard& shard, decltype(Shard::blobs)::iterator blob);
  void forget_old(Shard& shard, Time now);
  bool reserve(bool another, std::uint64_t before, std::uint64_t after);
  bool put_now(const Key& key, const std::shared_ptr<const std::string>& data, Time now);

  const KeyedHash hash_;
  std::array<Shard, kShards> shards_;
  std::atomic<std::uint64_t> entries_ = 0;
  std::atomic<std::uint64_t> total_ = 0;
  std::atomic<std::uint64_t> max_entries_ = 0;
  std::atomic<std::uint64_t> max_total_ = 0;
  std::atomic<std::int64_t> ttl_ns_ = 0;
};

}  // namespace plugboard::blob_store_memory
