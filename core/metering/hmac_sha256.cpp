#include "metering/hmac_sha256.hpp"

#include <algorithm>

namespace plugboard::metering {
namespace {

using Block = std::array<unsigned char, SHA256_CBLOCK>;

SHA256_CTX begun_with(Block block, unsigned char pad) {
  for (unsigned char& byte : block) byte ^= pad;
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, block.data(), block.size());
  return context;
}

}  // namespace

HmacSha256::HmacSha256(std::string_view secret) {
  Block block{};
  if (secret.size() > block.size()) {
    SHA256(reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), block.data());
  } else {
    std::ranges::copy(secret, block.begin());
  }
  inner_ = begun_with(block, 0x36);
  outer_ = begun_with(block, 0x5c);
}

std::array<unsigned char, SHA256_DIGEST_LENGTH> HmacSha256::of(std::string_view text) const {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256_CTX context = inner_;
  SHA256_Update(&context, text.data(), text.size());
  SHA256_Final(digest.data(), &context);
  context = outer_;
  SHA256_Update(&context, digest.data(), digest.size());
  SHA256_Final(digest.data(), &context);
  return digest;
}

}  // namespace plugboard::metering
