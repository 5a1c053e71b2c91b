#include "load/url.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace plugboard::load {
namespace {

TEST(LoadUrl, ReadsHostPortAndPrefix) {
  const Url url = Url::parse("ws://127.0.0.1:9000/relay/");
  EXPECT_EQ(url.host, "127.0.0.1");
  EXPECT_EQ(url.port, "9000");
  EXPECT_EQ(url.prefix, "/relay");
  EXPECT_EQ(url.authority(), "127.0.0.1:9000");
}

TEST(LoadUrl, ThePortIsEightyUnlessSaid) {
  EXPECT_EQ(Url::parse("ws://localhost").port, "80");
  EXPECT_EQ(Url::parse("ws://localhost/").prefix, "");
}

TEST(LoadUrl, WssIsTlsOnItsOwnPort) {
  const Url url = Url::parse("wss://localhost");
  EXPECT_TRUE(url.secure);
  EXPECT_EQ(url.port, "443");
  EXPECT_EQ(Url::parse("wss://localhost:9000").port, "9000");
  EXPECT_FALSE(Url::parse("ws://localhost").secure);
}

TEST(LoadUrl, ReadsIpv6InBrackets) {
  const Url url = Url::parse("ws://[::1]:9000");
  EXPECT_EQ(url.host, "::1");
  EXPECT_EQ(url.port, "9000");
  EXPECT_EQ(url.authority(), "[::1]:9000");
  EXPECT_EQ(Url::parse("ws://[::1]").port, "80");
}

TEST(LoadUrl, RefusesWhatItCannotUse) {
  for (const char* text : {"", "http://x", "wss://", "ws://", "ws://x:", "ws://x:y", "ws://[::1"}) {
    EXPECT_THROW(Url::parse(text), std::invalid_argument) << text;
  }
}

}  // namespace
}  // namespace plugboard::load
