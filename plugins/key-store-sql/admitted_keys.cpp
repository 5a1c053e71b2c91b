#include "key-store-sql/admitted_keys.hpp"

#include <utility>

namespace plugboard::key_store_sql {

void AdmittedKeys::add(const KeyDigest& digest, const std::string& stored) {
  const std::lock_guard lock(mutex_);
  const auto [found, made] = keys_.try_emplace(digest);
  if (made) found->second.stored = stored;
  found->second.is_new = true;
}

std::vector<AdmittedKey> AdmittedKeys::begin_poll(
    const std::unordered_set<std::uint64_t>& credentials_in_use) {
  std::vector<AdmittedKey> in_use;
  const std::lock_guard lock(mutex_);
  for (auto key = keys_.begin(); key != keys_.end();) {
    if (credentials_in_use.contains(credential_of(key->first))) {
      in_use.push_back({key->first, key->second.stored});
    } else if (!key->second.is_new) {
      key = keys_.erase(key);
      continue;
    }
    key->second.is_new = false;
    ++key;
  }
  return in_use;
}

void AdmittedKeys::remove(const KeyDigest& digest) {
  const std::lock_guard lock(mutex_);
  keys_.erase(digest);
}

void AdmittedKeys::take_from(AdmittedKeys& other) {
  const std::scoped_lock lock(mutex_, other.mutex_);
  for (auto& [digest, key] : other.keys_) keys_.try_emplace(digest, std::move(key));
  other.keys_.clear();
}

}  // namespace plugboard::key_store_sql
