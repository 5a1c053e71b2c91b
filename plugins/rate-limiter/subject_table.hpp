// What is counted for each subject (a client address, an access key), by its name.
//
// Entries in use (by connections) stay; the table is as large as there are such. Entries that are
// only remembered, for what was counted in their window, go once that window is over, and the
// oldest of them go before that when there are too many: a flood from ever new addresses cannot
// fill the memory. What it can do is make the table forget early what it counted for others.
//
// Any thread; the entries of one of 64 shards share a lock, which is held for the few instructions
// that `use` takes.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "keyed_hash/keyed_hash.hpp"
#include "rate-limiter/fixed_window.hpp"

namespace plugboard::rate_limiter {

/// Entry: has worth_until(), the time from which on what it counted does not matter any more.
template <class Entry>
class SubjectTable {
  static constexpr std::size_t kShards = 64;

  struct Name {
    std::string text;
    std::uint64_t hash;
    friend bool operator==(const Name& a, const Name& b) { return a.text == b.text; }
  };
  struct HashOfName {
    // The lower bits have chosen the shard.
    std::size_t operator()(const Name& name) const noexcept { return name.hash / kShards; }
  };
  struct Shard;
  struct Slot {
    Shard* shard = nullptr;
    Entry entry{};
    std::uint64_t uses = 0;
    typename std::list<const Name*>::iterator
        place{};  // among the remembered, while it is not in use
  };
  using Entries = std::unordered_map<Name, Slot, HashOfName>;
  using Node = typename Entries::value_type;
  struct Shard {
    SubjectTable* table = nullptr;
    mutable std::mutex mutex;
    Entries entries;
    std::list<const Name*> remembered;  // the one that has been out of use longest comes first
  };

 public:
  /// Keeps an entry in use. Must not outlive the table.
  class Use {
   public:
    Use() = default;
    Use(Use&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
    Use& operator=(Use&& other) noexcept {
      Use taken(std::move(other));
      std::swap(node_, taken.node_);
      return *this;
    }
    ~Use() {
      if (node_ == nullptr) return;
      Shard& shard = *node_->second.shard;
      shard.table->release(shard, *node_);
    }

    explicit operator bool() const noexcept { return node_ != nullptr; }

    /// Calls change(Entry&) with the entry locked.
    template <class F>
    auto with(F&& change) const {
      const std::lock_guard lock(node_->second.shard->mutex);
      return change(node_->second.entry);
    }

   private:
    friend class SubjectTable;
    explicit Use(Node* node) : node_(node) {}

    Node* node_ = nullptr;
  };

  /// `max_remembered`: entries not in use, in all.
  explicit SubjectTable(std::size_t max_remembered)
      : max_remembered_in_shard_(max_remembered / kShards) {
    for (Shard& shard : shards_) shard.table = this;
  }
  SubjectTable(const SubjectTable&) = delete;
  SubjectTable& operator=(const SubjectTable&) = delete;

  /// Takes the entry of this name into use; makes it if there is none.
  [[nodiscard]] Use use(std::string_view name, Nanoseconds now) {
    const std::uint64_t hash = hash_(name);
    Shard& shard = shards_[hash % kShards];
    const std::lock_guard lock(shard.mutex);
    forget_what_is_over(shard, now);
    const auto [found, made] = shard.entries.try_emplace(Name{std::string(name), hash});
    Slot& slot = found->second;
    if (!made && slot.uses == 0) shard.remembered.erase(slot.place);
    if (made) slot.shard = &shard;  // once: others that use it read it without the lock
    ++slot.uses;
    return Use(&*found);
  }

  /// How many entries there are, in use and remembered.
  [[nodiscard]] std::size_t size() const {
    std::size_t size = 0;
    for (const Shard& shard : shards_) {
      const std::lock_guard lock(shard.mutex);
      size += shard.entries.size();
    }
    return size;
  }

 private:
  // A few at a time, so that no call takes long.
  void forget_what_is_over(Shard& shard, Nanoseconds now) {
    for (int i = 0; i < 4 && !shard.remembered.empty(); ++i) {
      const auto oldest = shard.entries.find(*shard.remembered.front());
      if (oldest->second.entry.worth_until() > now) return;
      shard.remembered.pop_front();
      shard.entries.erase(oldest);
    }
  }

  void release(Shard& shard, Node& node) {
    const std::lock_guard lock(shard.mutex);
    Slot& slot = node.second;
    if (--slot.uses > 0) return;
    slot.place = shard.remembered.insert(shard.remembered.end(), &node.first);
    if (shard.remembered.size() <= max_remembered_in_shard_) return;
    const auto oldest = shard.entries.find(*shard.remembered.front());
    shard.remembered.pop_front();
    shard.entries.erase(oldest);
  }

  const KeyedHash hash_;
  const std::size_t max_remembered_in_shard_;
  std::array<Shard, kShards> shards_;
};

}  // namespace plugboard::rate_limiter
