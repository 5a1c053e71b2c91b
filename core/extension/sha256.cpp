#include "extension/sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace plugboard::extension {

std::string sha256_hex(std::string_view content) {
  std::array<unsigned char, 32> digest = {};
  unsigned size = 0;
  if (EVP_Digest(content.data(), content.size(), digest.data(), &size, EVP_sha256(), nullptr) !=
          1 ||
      size != digest.size()) {
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
