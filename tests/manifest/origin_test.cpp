#include "manifest/origin.hpp"

#include <gtest/gtest.h>

namespace plugboard::manifest {
namespace {

TEST(Origin, SchemeAndHost) {
  EXPECT_EQ(canonical_origin("https://example.com"), "https://example.com");
}

TEST(Origin, PortStays) {
  EXPECT_EQ(canonical_origin("http://localhost:3000"), "http://localhost:3000");
}

TEST(Origin, PortOfTheSchemeIsLeftOut) {
  EXPECT_EQ(canonical_origin("https://example.com:443"), "https://example.com");
  EXPECT_EQ(canonical_origin("http://example.com:80"), "http://example.com");
}

TEST(Origin, PortOfAnotherSchemeStays) {
  EXPECT_EQ(canonical_origin("http://example.com:443"), "http://example.com:443");
}

TEST(Origin, LetterCaseIsThatOfBrowsers) {
  EXPECT_EQ(canonical_origin("HTTPS://Example.COM"), "https://example.com");
}

TEST(Origin, Ipv6Host) { EXPECT_EQ(canonical_origin("http://[::1]:8080"), "http://[::1]:8080"); }

TEST(Origin, Ipv6HostWithoutAPort) {
  EXPECT_EQ(canonical_origin("http://[2001:DB8::1]"), "http://[2001:db8::1]");
}

TEST(Origin, SchemesOfApplications) {
  EXPECT_EQ(canonical_origin("capacitor://localhost"), "capacitor://localhost");
  EXPECT_EQ(canonical_origin("chrome-extension://abcdef"), "chrome-extension://abcdef");
}

TEST(Origin, OfNoOriginIsNull) { EXPECT_EQ(canonical_origin("null"), "null"); }

TEST(Origin, WhatIsNone) {
  for (const char* text :
       {"", "example.com", "https://", "https:/example.com", "https://example.com/",
        "https://example.com/app", "https://*.example.com", "https://ada@example.com", "*",
        "https://example.com:0", "https://example.com:65536", "https://example.com:", "://a",
        "1http://a",
        "https://b\xC3\xBC"
        "cher.example",
        "https://a b", "http://[]", "http://[::1", "http://:80"}) {
    EXPECT_EQ(canonical_origin(text), std::nullopt) << text;
  }
}

TEST(Origin, OfAUrlIsWhatItBeginsWith) {
  EXPECT_EQ(likely_origin("https://Example.com/"), "https://example.com");
  EXPECT_EQ(likely_origin("https://example.com:443/a?b"), "https://example.com");
}

TEST(Origin, OfWhatIsNoUrlIsNotGuessed) {
  EXPECT_EQ(likely_origin("example.com/"), std::nullopt);
  EXPECT_EQ(likely_origin("https://example.com"), std::nullopt);
  EXPECT_EQ(likely_origin("https:///path"), std::nullopt);
}

}  // namespace
}  // namespace plugboard::manifest
