// What stands for a key within the store, so that the keys themselves need not be kept. Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace plugboard::key_store_sql {

/// HMAC-SHA-256 of a key under a secret of this process.
using KeyDigest = std::array<unsigned char, 32>;

struct HashOfDigest {
  std::size_t operator()(const KeyDigest& digest) const noexcept {
    std::size_t hash = 0;  // nobody outside can choose the digest's bytes
    std::memcpy(&hash, digest.data(), sizeof hash);
    return hash;
  }
};

class KeyNames {
 public:
  /// Draws the secret.
  KeyNames();

  [[nodiscard]] KeyDigest digest_of(std::string_view key) const;

 private:
  std::array<unsigned char, 32> secret_{};
};

/// The credential that goes with a key's grant; never 0.
[[nodiscard]] std::uint64_t credential_of(const KeyDigest& digest);

/// SHA-256 in hex, small letters: what a table with `hashed = true` holds.
[[nodiscard]] std::string hex_digest(std::string_view key);

}  // namespace plugboard::key_store_sql
