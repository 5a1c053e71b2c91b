#include "admission/origin.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace plugboard::admission {
namespace {

const std::vector<std::string> kAllowed = {"https://app.example", "http://localhost:3000"};

TEST(Origin, AnyMayConnectUnlessSomeAreNamed) { EXPECT_TRUE(origin_allowed({}, "https://evil")); }

TEST(Origin, ThoseNamedMayConnect) {
  EXPECT_TRUE(origin_allowed(kAllowed, "https://app.example"));
  EXPECT_TRUE(origin_allowed(kAllowed, "http://localhost:3000"));
}

TEST(Origin, OthersMayNot) {
  for (const std::string_view origin :
       {"https://evil.example", "http://app.example", "https://app.example:8443",
        "https://app.example.evil", "https://sub.app.example", "http://localhost", "null", "",
        "https://app.example/", "https://app.example https://evil.example"}) {
    EXPECT_FALSE(origin_allowed(kAllowed, origin)) << origin;
  }
}

TEST(Origin, ClientsThatAreNoBrowsersMayConnect) {
  EXPECT_TRUE(origin_allowed(kAllowed, std::nullopt));
}

TEST(Origin, IsTheSameInOtherSpellings) {
  EXPECT_TRUE(origin_allowed(kAllowed, "HTTPS://App.Example:443"));
}

TEST(Origin, NullMayBeNamed) {
  EXPECT_TRUE(origin_allowed(std::vector<std::string>{"null"}, "null"));
}

}  // namespace
}  // namespace plugboard::admission
