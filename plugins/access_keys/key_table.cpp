#include "access_keys/key_table.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace plugboard::access_keys {
namespace {

// The first 8 bytes of the digest: the same for a key in every version of a file. Two keys share
// one once in 2^64 pairs, and would then be revoked together.
std::uint64_t credential_of(const Digest& digest) {
  std::uint64_t credential = 0;
  std::memcpy(&credential, digest.data(), sizeof credential);
  return credential == 0 ? 1 : credential;
}

}  // namespace

KeyTable::KeyTable(std::vector<Digest> digests) : digests_(std::move(digests)) {
  std::sort(digests_.begin(), digests_.end());
  digests_.erase(std::unique(digests_.begin(), digests_.end()), digests_.end());
  digests_.shrink_to_fit();
}

std::uint64_t KeyTable::find(std::string_view key) const {
  const Digest digest = digest_of(key);
  return std::binary_search(digests_.begin(), digests_.end(), digest) ? credential_of(digest) : 0;
}

std::vector<std::uint64_t> KeyTable::credentials_missing_from(const KeyTable& other) const {
  std::vector<Digest> missing;
  std::set_difference(digests_.begin(), digests_.end(), other.digests_.begin(),
                      other.digests_.end(), std::back_inserter(missing));
  std::vector<std::uint64_t> credentials;
  credentials.reserve(missing.size());
  std::transform(missing.begin(), missing.end(), std::back_inserter(credentials), credential_of);
  return credentials;
}

}  // namespace plugboard::access_keys
