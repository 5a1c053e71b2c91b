#include "key-store-sql/answer_cache.hpp"

#include <utility>

namespace plugboard::key_store_sql {
namespace {

std::size_t bytes_of(const KeyAnswer& answer) {
  if (!answer) return 0;
  std::size_t bytes = sizeof(Grant) + answer->ids.size() + answer->attributes.size();
  for (const auto* names : {&answer->channels, &answer->reach}) {
    if (!*names) continue;
    for (const std::string& name : **names) bytes += sizeof(std::string) + name.size();
  }
  return bytes;
}

}  // namespace

void AnswerCache::set_bounds(const Bounds& bounds) {
  const std::lock_guard lock(mutex_);
  bounds_ = bounds;
}

std::shared_ptr<const KeyAnswer> AnswerCache::find(const KeyDigest& key, Time now) {
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  const Entries::iterator entry = found->second;
  const bool known = entry->answer->has_value();
  if (now - entry->stored >= (known ? bounds_.ttl : bounds_.negative_ttl)) {
    // Kept for its number: an answer that is still under way may be older.
    return nullptr;
  }
  Entries& entries = table_of(*entry->answer).entries;
  entries.splice(entries.begin(), entries, entry);
  return entry->answer;
}

std::uint64_t AnswerCache::next_question() {
  const std::lock_guard lock(mutex_);
  return ++last_question_;
}

void AnswerCache::store(const KeyDigest& key, std::shared_ptr<const KeyAnswer> answer,
                        std::uint64_t question, Time now) {
  const std::lock_guard lock(mutex_);
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    if (found->second->question > question) return;
    forget(found->second);
  }
  Table& table = table_of(*answer);
  table.bytes += bytes_of(*answer);
  table.entries.push_front({key, std::move(answer), question, now});
  by_key_[key] = table.entries.begin();
  bound(table);
}

std::size_t AnswerCache::size() const {
  const std::lock_guard lock(mutex_);
  return by_key_.size();
}

void AnswerCache::forget(Entries::iterator entry) {
  Table& table = table_of(*entry->answer);
  table.bytes -= bytes_of(*entry->answer);
  by_key_.erase(entry->key);
  table.entries.erase(entry);
}

void AnswerCache::bound(Table& table) {
  while (table.entries.size() > kMaxEntries || table.bytes > kMaxBytes) {
    forget(std::prev(table.entries.end()));
  }
}

}  // namespace plugboard::key_store_sql
