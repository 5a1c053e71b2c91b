// What the database has said about keys lately: those it holds and those it does not, each in a
// table of its own, so that a flood of wrong keys pushes out no right one. Bounded; the longest
// unused goes first. Any thread; the lock is held for a look-up only.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <plugboard/plugin.hpp>
#include <unordered_map>

#include "key-store-sql/key_names.hpp"

namespace plugboard::key_store_sql {

/// A key's grant; nothing if the database does not hold the key.
using KeyAnswer = std::optional<Grant>;

class AnswerCache {
 public:
  using Time = std::chrono::nanoseconds;  // of the relay's monotonic clock

  struct Bounds {
    Time ttl{};           ///< of keys that the database holds; 0: none is kept
    Time negative_ttl{};  ///< of keys that it does not hold
  };

  static constexpr std::size_t kMaxEntries = 65'536;          // of each table
  static constexpr std::size_t kMaxBytes = 64 * 1024 * 1024;  // of all grants together

  explicit AnswerCache(const Bounds& bounds) : bounds_(bounds) {}

  void set_bounds(const Bounds& bounds);

  /// Null if nothing is known, or nothing recent.
  [[nodiscard]] std::shared_ptr<const KeyAnswer> find(const KeyDigest& key, Time now);

  /// A number that grows: taken before the database is asked.
  [[nodiscard]] std::uint64_t next_question();

  /// Keeps an answer to a question of that number, unless a later one has been answered already.
  void store(const KeyDigest& key, std::shared_ptr<const KeyAnswer> answer, std::uint64_t question,
             Time now);

  [[nodiscard]] std::size_t size() const;

 private:
  struct Entry {
    KeyDigest key{};
    std::shared_ptr<const KeyAnswer> answer;
    std::uint64_t question = 0;
    Time stored{};
  };
  using Entries = std::list<Entry>;  // the longest unused last
  struct Table {
    Entries entries;
    std::size_t bytes = 0;
  };

  Table& table_of(const KeyAnswer& answer) { return answer ? known_ : unknown_; }
  void forget(Entries::iterator entry);
  void bound(Table& table);

  mutable std::mutex mutex_;
  // All below: guarded by mutex_.
  Bounds bounds_;
  std::uint64_t last_question_ = 0;
  Table known_;
  Table unknown_;
  std::unordered_map<KeyDigest, Entries::iterator, HashOfDigest> by_key_;
};

}  // namespace plugboard::key_store_sql
