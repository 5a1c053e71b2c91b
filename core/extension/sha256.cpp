#include "extension/sha256.hpp"

// Not by way of EVP, whose first use reads configuration and sets up providers: 1.5 MB of memory
// for a relay that has no other use for them at its start.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <array>
#include <stdexcept>

namespace plugboard::extension {

std::string sha256_hex(std::string_view content) {
  std::array<unsigned char, 32> digest = {};
  SHA256_CTX context;
  if (SHA256_Init(&context) != 1 || SHA256_Update(&context, content.data(), content.size()) != 1 ||
      SHA256_Final(digest.data(), &context) != 1) {
    throw std::runtime_error("the cryptographic library has no SHA-256");
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(64);
  for (const unsigned char byte : digest) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

}  // namespace plugboard::extension
