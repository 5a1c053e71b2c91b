// HMAC-SHA-256 (RFC 2104) with one secret for many texts. Immutable; any thread.
#pragma once

// Not by way of EVP, whose first use reads configuration and sets up providers (1.5 MB of memory)
// and whose HMAC works the secret in anew for each text: five times the instructions.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <array>
#include <string_view>

namespace plugboard::metering {

class HmacSha256 {
 public:
  explicit HmacSha256(std::string_view secret);

  [[nodiscard]] std::array<unsigned char, SHA256_DIGEST_LENGTH> of(std::string_view text) const;

 private:
  // After the block that holds the secret.
  SHA256_CTX inner_;
  SHA256_CTX outer_;
};

}  // namespace plugboard::metering
