// The hash of tables whose keys come from clients.
#include <gtest/gtest.h>

#include <string>

#include "keyed_hash/keyed_hash.hpp"

namespace plugboard::test {
namespace {

// From the reference implementation of SipHash-1-3: key 00 01 .. 0f, input 00 01 .. (n - 1).
TEST(KeyedHash, IsSipHash13) {
  const KeyedHash hash(0x0706050403020100, 0x0f0e0d0c0b0a0908);
  std::string input;
  EXPECT_EQ(hash(input), 0xabac0158050fc4dcu);
  for (char c = 0; c < 15; ++c) input += c;
  EXPECT_EQ(hash(input), 0xd320d86d2a519956u);
}

TEST(KeyedHash, DrawsAKeyOfItsOwn) {
  EXPECT_NE(KeyedHash()("192.0.2.1"), KeyedHash()("192.0.2.1"));
}

}  // namespace
}  // namespace plugboard::test
