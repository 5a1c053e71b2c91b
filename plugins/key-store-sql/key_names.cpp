#include "key-store-sql/key_names.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <stdexcept>

#include "access_keys/access_key.hpp"

namespace plugboard::key_store_sql {

KeyNames::KeyNames() {
  if (RAND_bytes(secret_.data(), static_cast<int>(secret_.size())) != 1) {
    throw std::runtime_error("the system gives no random bytes");
  }
}

KeyDigest KeyNames::digest_of(std::string_view key) const {
  KeyDigest digest{};
  if (HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()),
           reinterpret_cast<const unsigned char*>(key.data()), key.size(), digest.data(),
           nullptr) == nullptr) {
    throw std::runtime_error("HMAC-SHA-256 failed");
  }
  return digest;
}

std::uint64_t credential_of(const KeyDigest& digest) {
  std::uint64_t credential = 0;
  std::memcpy(&credential, digest.data() + sizeof credential, sizeof credential);
  return credential == 0 ? 1 : credential;
}

std::string hex_digest(std::string_view key) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const unsigned char byte : access_keys::digest_of(key)) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

}  // namespace plugboard::key_store_sql
