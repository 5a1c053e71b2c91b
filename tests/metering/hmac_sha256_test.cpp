#include "metering/hmac_sha256.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <string>

namespace plugboard::metering {
namespace {

std::array<unsigned char, 32> by_openssl(std::string_view secret, std::string_view text) {
  std::array<unsigned char, 32> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  return digest;
}

TEST(HmacSha256, IsTheSameAsOpensslsForSecretsAndTextsAroundABlock) {
  for (const std::size_t secret_size : {0U, 1U, 32U, 63U, 64U, 65U, 1000U}) {
    const std::string secret(secret_size, 's');
    const HmacSha256 hmac(secret);
    for (const std::size_t text_size : {0U, 1U, 55U, 56U, 63U, 64U, 65U, 8192U}) {
      const std::string text(text_size, 't');
      EXPECT_EQ(hmac.of(text), by_openssl(secret, text)) << secret_size << ", " << text_size;
    }
  }
}

TEST(HmacSha256, CanBeAskedAgain) {
  const HmacSha256 hmac("Jefe");
  const auto first = hmac.of("what do ya want for nothing?");
  EXPECT_NE(hmac.of("something else"), first);
  EXPECT_EQ(hmac.of("what do ya want for nothing?"), first);
}

}  // namespace
}  // namespace plugboard::metering
