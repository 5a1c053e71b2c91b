// `plugboard key new | hash`: access keys, and their lines for a key file.
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <iostream>
#include <string>

#include "admission/access_key.hpp"
#include "commands.hpp"

namespace plugboard::program {

int new_key() {
  // 43 characters of six random bits each: 258 bits.
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::array<unsigned char, 43> random{};
  std::string key;
  do {
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
      std::cerr << "plugboard: the system gives no random bytes\n";
      return kRuntimeFailure;
    }
    key.clear();
    for (const unsigned char byte : random) key += kAlphabet[byte % kAlphabet.size()];
    // One that began with "-" would pass for an option on command lines.
  } while (key.front() == '-');
  std::cout << key << "\n";
  return kFine;
}

int hash_key() {
  std::string key;
  std::string more;
  std::getline(std::cin, key);
  if (!key.empty() && key.back() == '\r') key.pop_back();
  if (std::getline(std::cin, more) || !admission::has_default_key_form(key)) {
    std::cerr << "plugboard: what was read from stdin is no access key; allowed: one line of 8 to "
                 "64 characters of A-Z a-z 0-9 _ -\n";
    return kBadUsage;
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(key.data(), key.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    std::cerr << "plugboard: OpenSSL cannot compute SHA-256\n";
    return kRuntimeFailure;
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string line = "sha256:";
  for (unsigned int i = 0; i < size; ++i) {
    line += kDigits[digest[i] >> 4U];
    line += kDigits[digest[i] & 0xFU];
  }
  std::cout << line << "\n";
  return kFine;
}

}  // namespace plugboard::program
