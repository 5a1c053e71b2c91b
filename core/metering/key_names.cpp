#include "metering/key_names.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/random.h>

#include <array>
#include <cstddef>
#include <stdexcept>
#include <utility>

namespace plugboard::metering {

std::string draw_key_secret() {
  std::string secret(32, '\0');
  // From the system itself: OpenSSL's generator would be set up for these bytes alone.
  if (::getrandom(secret.data(), secret.size(), 0) != static_cast<ssize_t>(secret.size())) {
    throw std::runtime_error("the system has no random bytes to give");
  }
  return secret;
}

std::string masked_key_name(std::string_view secret, std::string_view key) {
  constexpr char kHex[] = "0123456789abcdef";
  constexpr std::size_t kNamedBytes = 6;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(key.data()), key.size(), digest.data(), &size);
  std::string name = "key-";
  for (std::size_t at = 0; at < kNamedBytes; ++at) {
    name += kHex[digest[at] >> 4];
    name += kHex[digest[at] & 0xF];
  }
  return name;
}

KeyNames::KeyNames(manifest::StatsKeys mode, std::string secret)
    : mode_(mode), secret_(std::move(secret)) {}

std::string KeyNames::listed_name(std::string_view key) const {
  return mode_ == manifest::StatsKeys::kPlain ? std::string(key) : masked_name(key);
}

std::string KeyNames::masked_name(std::string_view key) const {
  return masked_key_name(secret_, key);
}

}  // namespace plugboard::metering
