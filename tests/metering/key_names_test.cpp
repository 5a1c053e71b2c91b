#include "metering/key_names.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

namespace plugboard::metering {
namespace {

std::string masked(std::string secret, std::string_view key) {
  return KeyNames(manifest::StatsKeys::kMasked, std::move(secret)).masked_name(key);
}

// HMAC-SHA-256 by RFC 4231, test case 2: key "Jefe", "what do ya want for nothing?".
TEST(KeyNames, AreTheFirstDigitsOfAnHmac) {
  EXPECT_EQ(masked("Jefe", "what do ya want for nothing?"), "key-5bdcc146bf60");
}

TEST(KeyNames, DependOnTheSecret) { EXPECT_NE(masked("a", "key"), masked("b", "key")); }

TEST(KeyNames, AreTheSameForTheSameSecretAndKey) {
  EXPECT_EQ(masked("a", "key"), masked("a", "key"));
}

TEST(KeyNames, TakeAnySecretAndKey) {
  EXPECT_EQ(masked("", "").size(), 16u);
  EXPECT_EQ(masked(std::string(1000, 's'), std::string(8192, 'k')).size(), 16u);
}

TEST(KeyNames, AreKeysWhereThePlainOnesAreAskedFor) {
  const KeyNames names(manifest::StatsKeys::kPlain, "s");
  EXPECT_EQ(names.listed_name("secret-key-1"), "secret-key-1");
  EXPECT_TRUE(names.listed());
}

TEST(KeyNames, AreMaskedOtherwise) {
  const KeyNames names(manifest::StatsKeys::kMasked, "s");
  EXPECT_EQ(names.listed_name("secret-key-1"), masked("s", "secret-key-1"));
  EXPECT_TRUE(names.listed());
}

TEST(KeyNames, AreMaskedForHooksWhateverIsListed) {
  const KeyNames names(manifest::StatsKeys::kPlain, "s");
  EXPECT_EQ(names.masked_name("secret-key-1"), masked("s", "secret-key-1"));
}

TEST(KeyNames, MayBeLeftOut) { EXPECT_FALSE(KeyNames(manifest::StatsKeys::kOff, "s").listed()); }

TEST(KeyNames, DrawDifferentSecrets) {
  EXPECT_EQ(draw_key_secret().size(), 32u);
  EXPECT_NE(draw_key_secret(), draw_key_secret());
}

}  // namespace
}  // namespace plugboard::metering
