#include "blob-store-memory/blob_table.hpp"

#include <utility>

namespace plugboard::blob_store_memory {
namespace {

// Adds to `count` unless that would pass `max`.
bool add_within(std::atomic<std::uint64_t>& count, std::uint64_t more, std::uint64_t max) {
  std::uint64_t present = count.load(std::memory_order_relaxed);
  do {
    if (more > max || present > max - more) return false;
  } while (!count.compare_exchange_weak(present, present + more, std::memory_order_relaxed));
  return true;
}

}  // namespace

void BlobTable::set_bounds(const BlobBounds& bounds) {
  max_entries_ = bounds.max_entries;
  max_total_ = bounds.max_total;
  ttl_ns_ = std::chrono::nanoseconds(bounds.ttl).count();
}

bool BlobTable::put(std::string_view key, std::string_view data, Time now) {
  const Key stored_as = key_of(key);
  const auto copy = std::make_shared<const std::string>(data);
  if (put_now(stored_as, copy, now)) return true;
  sweep(now);  // what is too old must not keep others out
  return put_now(stored_as, copy, now);
}

std::shared_ptr<const std::string> BlobTable::get(std::string_view key, Time now) {
  const Key asked = key_of(key);
  Shard& shard = shard_of(asked);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.blobs.find(asked);
  if (found == shard.blobs.end() || is_old(found->second, now)) return nullptr;
  return found->second.data;
}

bool BlobTable::remove(std::string_view key, Time now) {
  const Key asked = key_of(key);
  Shard& shard = shard_of(asked);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.blobs.find(asked);
  if (found == shard.blobs.end()) return false;
  const bool was_there = !is_old(found->second, now);
  forget(shard, found);
  return was_there;
}

void BlobTable::sweep(Time now) {
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    forget_old(shard, now);
  }
}

bool BlobTable::put_now(const Key& key, const std::shared_ptr<const std::string>& data, Time now) {
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  forget_old(shard, now);
  const auto [found, made] = shard.blobs.try_emplace(key);
  Blob& blob = found->second;
  const std::uint64_t before = made ? 0 : blob.data->size();
  if (!reserve(made, before, data->size())) {
    if (made) shard.blobs.erase(found);
    return false;
  }
  if (!made) shard.by_age.erase(blob.place);
  blob.data = data;
  blob.stored = now;
  blob.place = shard.by_age.insert(shard.by_age.end(), &found->first);
  return true;
}

bool BlobTable::reserve(bool another, std::uint64_t before, std::uint64_t after) {
  if (another && !add_within(entries_, 1, max_entries_)) return false;
  if (after > before) {
    if (add_within(total_, after - before, max_total_)) return true;
    if (another) --entries_;
    return false;
  }
  total_ -= before - after;
  return true;
}

bool BlobTable::is_old(const Blob& blob, Time now) const {
  const Time ttl(ttl_ns_.load(std::memory_order_relaxed));
  return ttl > Time::zero() && now - blob.stored >= ttl;
}

void BlobTable::forget(Shard& shard, decltype(Shard::blobs)::iterator blob) {
  --entries_;
  total_ -= blob->second.data->size();
  shard.by_age.erase(blob->second.place);
  shard.blobs.erase(blob);
}

void BlobTable::forget_old(Shard& shard, Time now) {
  while (!shard.by_age.empty()) {
    const auto oldest = shard.blobs.find(*shard.by_age.front());
    if (!is_old(oldest->second, now)) return;
    forget(shard, oldest);
  }
}

}  // namespace plugboard::blob_store_memory
