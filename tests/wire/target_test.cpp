#include "wire/target.hpp"

#include <gtest/gtest.h>

#include <string>

namespace plugboard::wire {
namespace {

TEST(Target, OriginFormIsPathAndQuery) {
  const auto target = parse_target("/pwa/alice001?key=abc&x=?y");
  ASSERT_TRUE(target.has_value());
  EXPECT_EQ(target->path, "/pwa/alice001");
  EXPECT_EQ(target->query, "key=abc&x=?y");
  EXPECT_TRUE(target->authority.empty());
  EXPECT_FALSE(target->is_asterisk());
}

TEST(Target, AQueryMayBeMissingOrEmpty) {
  EXPECT_EQ(parse_target("/a")->query, "");
  EXPECT_EQ(parse_target("/a?")->query, "");
  EXPECT_EQ(parse_target("/a?")->path, "/a");
}

TEST(Target, AbsoluteFormIsTakenApart) {
  for (const std::string scheme : {"http", "https", "ws", "wss", "WS", "Https"}) {
    const std::string whole = scheme + "://relay.example:8080/pwa/alice001?key=abc";
    const auto target = parse_target(whole);
    ASSERT_TRUE(target.has_value()) << whole;
    EXPECT_EQ(target->authority, "relay.example:8080");
    EXPECT_EQ(target->path, "/pwa/alice001");
    EXPECT_EQ(target->query, "key=abc");
  }
}

TEST(Target, AbsoluteFormMayLackAPath) {
  EXPECT_EQ(parse_target("http://h")->path, "/");
  EXPECT_EQ(parse_target("http://h?q")->path, "/");
  EXPECT_EQ(parse_target("http://h?q")->query, "q");
  EXPECT_EQ(parse_target("http://[::1]:80/x")->authority, "[::1]:80");
}

TEST(Target, AsteriskFormIsItself) {
  ASSERT_TRUE(parse_target("*").has_value());
  EXPECT_TRUE(parse_target("*")->is_asterisk());
  EXPECT_FALSE(parse_target("/*")->is_asterisk());
}

TEST(Target, WhatIsNoneOfThemIsRefused) {
  for (const std::string_view target : {"",
                                        "a",
                                        "pwa/alice001",
                                        "host:80",
                                        "?q",
                                        "**",
                                        "*?q",
                                        "ftp://h/x",
                                        "file:///x",
                                        "http:/x",
                                        "http://",
                                        "http:///x",
                                        "http://?q",
                                        "http://user@h/",
                                        "http://user:pass@h/x",
                                        "http://h:port/",
                                        "http://h h/",
                                        "http://[::1/",
                                        "http://[]/",
                                        "http://:80/",
                                        "ws//h/x",
                                        "httpx://h/",
                                        "xhttp://h/"}) {
    EXPECT_FALSE(parse_target(target).has_value()) << target;
  }
}

TEST(Target, TwoSlashesAreAPath) { EXPECT_EQ(parse_target("//h/x")->path, "//h/x"); }

TEST(Target, FragmentsSpacesAndControlsAreRefused) {
  for (const std::string_view target :
       {"/a#b", "/a?b#", "#", "/a b", "/a\tb", "/a\r\nb", "/a\x7F", "/a?b c", "http://h/#"}) {
    EXPECT_FALSE(parse_target(target).has_value()) << target;
  }
  EXPECT_FALSE(parse_target(std::string_view("/a\0b", 4)).has_value());
}

TEST(Target, WhatBrowsersLeaveUnescapedPasses) {
  EXPECT_EQ(parse_target("/a|b^[c]{d}\"<>\\`")->path, "/a|b^[c]{d}\"<>\\`");
  EXPECT_EQ(parse_target("/\xC3\xA9")->path, "/\xC3\xA9");
  EXPECT_EQ(parse_target("/%zz")->path, "/%zz");
}

TEST(Authority, HostsWithAndWithoutPortsPass) {
  for (const std::string_view authority :
       {"h", "relay.example", "relay.example:80", "127.0.0.1:8080", "[::1]", "h:", "a_b~c", "%41bc",
        "[v1.x:y]"}) {
    EXPECT_TRUE(valid_authority(authority)) << authority;
  }
}

TEST(Authority, BracketsHoldAnAddressOfIPv6OrLater) {
  for (const std::string_view authority :
       {"[::]", "[2001:db8::7]:80", "[1:2:3:4:5:6:7:8]", "[::ffff:192.0.2.7]", "[vF0.a:b]"}) {
    EXPECT_TRUE(valid_authority(authority)) << authority;
  }
  for (const std::string_view authority :
       {"[::g]", "[fe80::1::2]", "[1:2:3:4:5:6:7:8:9]", "[192.0.2.7]", "[relay]", "[v]", "[v1]",
        "[v1.]", "[v.x]", "[vg.x]", "[::1%25eth0]"}) {
    EXPECT_FALSE(valid_authority(authority)) << authority;
  }
}

TEST(Authority, WhatIsNoHostIsRefused) {
  for (const std::string_view authority :
       {"", ":", ":80", "h:8a", "h:80:80", "u@h", "[::1", "::1", "[]", "[::1]x", "[::1]:x", "h/x",
        "a b", "%4", "%zz", "h,h2:x", "\xC3\xA9"}) {
    EXPECT_FALSE(valid_authority(authority)) << authority;
  }
}

TEST(PercentDecode, EscapesAreReadInEitherCase) {
  EXPECT_EQ(percent_decode("alice%30%30%31"), "alice001");
  EXPECT_EQ(percent_decode("%e2%82%AC"), "\xE2\x82\xAC");
  EXPECT_EQ(percent_decode("a+b"), "a+b");
  EXPECT_EQ(percent_decode("%00"), std::string(1, '\0'));
  EXPECT_EQ(percent_decode("%2525"), "%25");
  EXPECT_EQ(percent_decode(""), "");
}

TEST(PercentDecode, AMalformedEscapeIsRefused) {
  for (const std::string_view text : {"%", "%4", "a%", "%g0", "%0g", "%%41", "%-1", "% 1", "%0x"}) {
    EXPECT_FALSE(percent_decode(text).has_value()) << text;
  }
}

TEST(QueryParameter, TheFirstOfSeveralCounts) {
  EXPECT_EQ(query_parameter("a=1&key=first&key=second", "key"), "first");
}

TEST(QueryParameter, AnEmptyOneIsNotPresent) {
  EXPECT_EQ(query_parameter("key=&key=second", "key"), "second");
  EXPECT_EQ(query_parameter("key&key=second", "key"), "second");
  EXPECT_FALSE(query_parameter("key=", "key").has_value());
  EXPECT_FALSE(query_parameter("key", "key").has_value());
  EXPECT_FALSE(query_parameter("", "key").has_value());
}

TEST(QueryParameter, NamesAreComparedWholeAndInTheirLetterCase) {
  EXPECT_FALSE(query_parameter("xkey=1&keyx=2&Key=3", "key").has_value());
}

TEST(QueryParameter, NamesAndValuesAreDecoded) {
  EXPECT_EQ(query_parameter("k%65y=a%2Db", "key"), "a-b");
  EXPECT_EQ(query_parameter("key=a%26b%3Dc", "key"), "a&b=c");
}

TEST(QueryParameter, AnEqualsSignMayStandInAValue) {
  EXPECT_EQ(query_parameter("key=ab==", "key"), "ab==");
}

TEST(QueryParameter, APlusIsNoSpace) { EXPECT_EQ(query_parameter("key=a+b", "key"), "a+b"); }

TEST(QueryParameter, AMalformedEscapeStandsForItself) {
  EXPECT_EQ(query_parameter("key=a%zz%4", "key"), "a%zz%4");
}

TEST(QueryParameter, EmptyParametersAreSkipped) {
  EXPECT_EQ(query_parameter("&&key=x&", "key"), "x");
}

}  // namespace
}  // namespace plugboard::wire
