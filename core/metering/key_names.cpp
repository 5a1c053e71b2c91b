#include "metering/key_names.hpp"

#include <sys/random.h>

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

KeyNames::KeyNames(manifest::StatsKeys mode, std::string secret)
    : mode_(mode), secret_(std::move(secret)), hmac_(secret_) {}

std::string KeyNames::listed_name(std::string_view key) const {
  return mode_ == manifest::StatsKeys::kPlain ? std::string(key) : masked_name(key);
}

std::string KeyNames::masked_name(std::string_view key) const {
  constexpr char kHex[] = "0123456789abcdef";
  constexpr std::size_t kNamedBytes = 6;
  const auto digest = hmac_.of(key);
  std::string name = "key-";
  for (std::size_t at = 0; at < kNamedBytes; ++at) {
    name += kHex[digest[at] >> 4];
    name += kHex[digest[at] & 0xF];
  }
  return name;
}

}  // namespace plugboard::metering
