// The keys with which peers are connected, in the form that the database holds them, so that they
// can be looked up again. Any thread.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "key-store-sql/key_names.hpp"

namespace plugboard::key_store_sql {

struct AdmittedKey {
  KeyDigest digest{};
  std::string stored{};  ///< as KeyQuery::stored_form has it
};

class AdmittedKeys {
 public:
  /// A peer is about to be let in with this key.
  void add(const KeyDigest& digest, const std::string& stored);

  /// A poll begins: returns the keys that are in use, and forgets those that are not. Those that
  /// were added since the poll before stay, since their peers may not count as connected yet.
  [[nodiscard]] std::vector<AdmittedKey> begin_poll(
      const std::unordered_set<std::uint64_t>& credentials_in_use);

  void remove(const KeyDigest& digest);

  /// Takes over all keys of another.
  void take_from(AdmittedKeys& other);

 private:
  struct Key {
    std::string stored;
    bool is_new = true;
  };

  std::mutex mutex_;
  std::unordered_map<KeyDigest, Key, HashOfDigest> keys_;  // guarded by mutex_
};

}  // namespace plugboard::key_store_sql
