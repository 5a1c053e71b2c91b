// The keys that a store holds, as a set of digests. Immutable; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "access_keys/access_key.hpp"

namespace plugboard::access_keys {

class KeyTable {
 public:
  KeyTable() = default;
  /// Digests in any order; those that stand twice count once.
  explicit KeyTable(std::vector<Digest> digests);

  /// The number of keys.
  [[nodiscard]] std::size_t size() const { return digests_.size(); }

  /// The credential of a key that the table holds, for plugboard_grant; 0 if it does not hold it.
  [[nodiscard]] std::uint64_t find(std::string_view key) const;

  /// The credentials of the keys that are here and not in `other`.
  [[nodiscard]] std::vector<std::uint64_t> credentials_missing_from(const KeyTable& other) const;

 private:
  std::vector<Digest> digests_;  // sorted, each once
};

}  // namespace plugboard::access_keys
