#include "admission/client_address.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "admission/addresses.hpp"

namespace plugboard::admission {
namespace {

using enum manifest::ForwardedHeader;

/// Behind the proxy 10.0.0.1, with 10.0.0.0/8 and 2001:db8:ffff::/48 trusted: header lines, and who
/// the client is.
struct Case {
  const char* name;
  std::vector<std::string_view> lines;
  const char* client;

  friend std::ostream& operator<<(std::ostream& out, const Case& one) { return out << one.name; }
};

constexpr const char* kProxy = "10.0.0.1";

std::string judged(const Case& one, manifest::ForwardedHeader header) {
  return client_address(ip(kProxy), one.lines, header,
                        proxies({"10.0.0.0/8", "2001:db8:ffff::/48"}))
      .text();
}

class XForwardedFor : public testing::TestWithParam<Case> {};
class Forwarded : public testing::TestWithParam<Case> {};

TEST_P(XForwardedFor, NamesTheClient) {
  EXPECT_EQ(judged(GetParam(), kXForwardedFor), GetParam().client);
}

TEST_P(Forwarded, NamesTheClient) { EXPECT_EQ(judged(GetParam(), kForwarded), GetParam().client); }

std::string name_of(const testing::TestParamInfo<Case>& one) { return one.param.name; }

INSTANTIATE_TEST_SUITE_P(
    Entries, XForwardedFor,
    testing::Values(
        Case{"NoHeader", {}, kProxy}, Case{"EmptyHeader", {""}, kProxy},
        Case{"One", {"192.0.2.7"}, "192.0.2.7"},
        Case{"RightMost", {"198.51.100.1, 192.0.2.7"}, "192.0.2.7"},
        Case{"RightMostThatIsNotTrusted", {"198.51.100.1, 192.0.2.7, 10.0.0.2"}, "192.0.2.7"},
        Case{"WithoutSpaces", {"198.51.100.1,192.0.2.7,10.0.0.2"}, "192.0.2.7"},
        Case{"WithTabs", {"198.51.100.1,\t192.0.2.7\t,10.0.0.2"}, "192.0.2.7"},
        Case{"LeftMostIfAllAreTrusted", {"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
        Case{"TwoLines", {"198.51.100.1, 192.0.2.7", "10.0.0.2"}, "192.0.2.7"},
        Case{"TwoLinesAndTheLastCounts", {"198.51.100.1", "192.0.2.7"}, "192.0.2.7"},
        Case{"EmptyLineAmongThem", {"192.0.2.7", ""}, "192.0.2.7"},
        Case{"EmptyElements", {",192.0.2.7, ,"}, "192.0.2.7"},
        Case{"Port", {"192.0.2.7:5678"}, "192.0.2.7"}, Case{"Ipv6", {"2001:db8::7"}, "2001:db8::7"},
        Case{"Ipv6InBrackets", {"[2001:db8::7]"}, "2001:db8::7"},
        Case{"Ipv6AndPort", {"[2001:db8::7]:5678"}, "2001:db8::7"},
        Case{"Ipv6InQuotes", {"\"[2001:db8::7]:5678\""}, "2001:db8::7"},
        Case{"Ipv4InQuotes", {"\"192.0.2.7\""}, "192.0.2.7"},
        Case{"MappedIpv4", {"::ffff:192.0.2.7"}, "192.0.2.7"},
        Case{"MappedIpv4InBrackets", {"[::ffff:192.0.2.7]:1"}, "192.0.2.7"},
        Case{"TrustedIpv6", {"192.0.2.7, [2001:db8:ffff::1]:80"}, "192.0.2.7"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    UnreadableEntries, XForwardedFor,
    testing::Values(Case{"Word", {"unknown"}, kProxy}, Case{"Name", {"client.example"}, kProxy},
                    Case{"Unix", {"unix:"}, kProxy}, Case{"PlainUnix", {"unix"}, kProxy},
                    Case{"BehindAReadableOne", {"192.0.2.7, unknown"}, kProxy},
                    Case{"BehindATrustedOne", {"192.0.2.7, unknown, 10.0.0.2"}, kProxy},
                    Case{"BeforeTheClient", {"unknown, 192.0.2.7"}, "192.0.2.7"},
                    Case{"BeforeTrustedOnesOnly", {"unknown, 10.0.0.2"}, kProxy},
                    Case{"InTheLineBefore", {"unknown", "192.0.2.7"}, "192.0.2.7"},
                    Case{"PortThatIsNone", {"192.0.2.7:x"}, kProxy},
                    Case{"EmptyPort", {"192.0.2.7:"}, kProxy},
                    Case{"LongPort", {"192.0.2.7:123456"}, kProxy},
                    Case{"OpenBracket", {"[2001:db8::7"}, kProxy},
                    Case{"TextBehindTheBracket", {"[2001:db8::7]x"}, kProxy},
                    Case{"Ipv4InBrackets", {"[192.0.2.7]"}, kProxy},
                    Case{"EmptyBrackets", {"[]"}, kProxy}, Case{"Zone", {"fe80::1%eth0"}, kProxy},
                    Case{"Network", {"192.0.2.0/24"}, kProxy},
                    Case{"OpenQuote", {"\"192.0.2.7"}, kProxy}, Case{"OneQuote", {"\""}, kProxy},
                    Case{"Spaces", {"192.0.2.7 198.51.100.1"}, kProxy},
                    Case{"Semicolons", {"192.0.2.7; 198.51.100.1"}, kProxy}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Elements, Forwarded,
    testing::Values(
        Case{"NoHeader", {}, kProxy}, Case{"One", {"for=192.0.2.7"}, "192.0.2.7"},
        Case{"LetterCase", {"FOR=192.0.2.7"}, "192.0.2.7"},
        Case{"AmongOthers",
             {"proto=https; for=192.0.2.7 ;by=203.0.113.43;host=\"a,b;c\""},
             "192.0.2.7"},
        Case{"RightMost", {"for=198.51.100.1, for=192.0.2.7"}, "192.0.2.7"},
        Case{"RightMostThatIsNotTrusted",
             {"for=198.51.100.1, for=192.0.2.7;proto=http, for=10.0.0.2"},
             "192.0.2.7"},
        Case{"LeftMostIfAllAreTrusted", {"for=10.0.0.3, for=10.0.0.2"}, "10.0.0.3"},
        Case{"TwoLines", {"for=192.0.2.7", "for=10.0.0.2"}, "192.0.2.7"},
        Case{"QuotedIpv4", {"for=\"192.0.2.7\""}, "192.0.2.7"},
        Case{"Port", {"for=\"192.0.2.7:5678\""}, "192.0.2.7"},
        Case{"PortWithoutQuotes", {"for=192.0.2.7:5678"}, "192.0.2.7"},
        Case{"ObfuscatedPort", {"for=\"192.0.2.7:_a.b-c\""}, "192.0.2.7"},
        Case{"Ipv6", {"for=\"[2001:db8::7]\""}, "2001:db8::7"},
        Case{"Ipv6AndPort", {"For=\"[2001:db8::7]:5678\""}, "2001:db8::7"},
        Case{"EscapesInTheQuotes", {"for=\"\\[2001:db8::\\7]\""}, "2001:db8::7"},
        Case{"EmptyParameters", {"for=192.0.2.7;;proto=http;"}, "192.0.2.7"},
        Case{"EmptyElements", {",for=192.0.2.7,"}, "192.0.2.7"},
        Case{
            "CommaInQuotes", {"for=198.51.100.1, for=192.0.2.7;x=\"a, for=1.2.3.4\""}, "192.0.2.7"},
        Case{"EscapedQuoteInQuotes", {"for=192.0.2.7;x=\"a\\\", for=1.2.3.4\""}, "192.0.2.7"},
        Case{"EscapedBackslashInQuotes", {"for=1.2.3.4;x=\"a\\\\\", for=192.0.2.7"}, "192.0.2.7"},
        Case{"OpenQuoteOfTheClient", {"for=\"1.2.3.4, for=192.0.2.7"}, "192.0.2.7"},
        Case{"OpenQuoteOfTheClientBeforeQuotes",
             {"for=\"1.2.3.4, for=\"[2001:db8::7]\""},
             "2001:db8::7"},
        Case{"BackslashOfTheClient", {"for=1.2.3.4\\, for=\"192.0.2.7\""}, "192.0.2.7"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    UnreadableElements, Forwarded,
    testing::Values(Case{"Unknown", {"for=unknown"}, kProxy},
                    Case{"Obfuscated", {"for=_hidden"}, kProxy},
                    Case{"ObfuscatedInQuotes", {"for=\"_hidden:80\""}, kProxy},
                    Case{"WithoutFor", {"proto=https;by=10.0.0.9"}, kProxy},
                    Case{"WithoutForBehindAReadableOne", {"for=192.0.2.7, proto=https"}, kProxy},
                    Case{"TwoFors", {"for=192.0.2.7;for=198.51.100.1"}, kProxy},
                    Case{"EmptyFor", {"for="}, kProxy}, Case{"EmptyQuotes", {"for=\"\""}, kProxy},
                    Case{"NoEqualsSign", {"for"}, kProxy}, Case{"Address", {"192.0.2.7"}, kProxy},
                    Case{"SpacesAroundTheEqualsSign", {"for = 192.0.2.7"}, kProxy},
                    Case{"TextBehindTheQuotes", {"for=\"192.0.2.7\"x"}, kProxy},
                    Case{"OpenQuote", {"for=\"192.0.2.7"}, kProxy},
                    Case{"Ipv6WithoutBrackets", {"for=\"2001:db8::7\""}, kProxy},
                    Case{"Ipv6WithoutQuotes", {"for=[2001:db8::7]"}, kProxy},
                    Case{"BrokenParameterBehindIt", {"for=192.0.2.7;a b"}, kProxy},
                    Case{"TwoWords", {"for=192.0.2.7 198.51.100.1"}, kProxy},
                    Case{"BeforeTheClient", {"for=unknown, for=192.0.2.7"}, "192.0.2.7"}),
    name_of);

TEST(ClientAddress, IsTheTcpPeerUnlessThatIsTrusted) {
  const std::vector<std::string_view> lines = {"192.0.2.7"};
  EXPECT_EQ(client_address(ip("11.0.0.1"), lines, kXForwardedFor, proxies({"10.0.0.0/8"})),
            ip("11.0.0.1"));
}

TEST(ClientAddress, IsTheTcpPeerIfNobodyIsTrusted) {
  const std::vector<std::string_view> lines = {"192.0.2.7"};
  EXPECT_EQ(client_address(ip("127.0.0.1"), lines, kXForwardedFor, {}), ip("127.0.0.1"));
}

TEST(ClientAddress, ComesThroughATrustedUnixSocket) {
  const std::vector<std::string_view> lines = {"192.0.2.7"};
  EXPECT_EQ(client_address({}, lines, kXForwardedFor, proxies({"unix"})), ip("192.0.2.7"));
}

TEST(ClientAddress, IsUnixThroughASocketThatIsNotTrusted) {
  const std::vector<std::string_view> lines = {"192.0.2.7"};
  EXPECT_EQ(client_address({}, lines, kXForwardedFor, proxies({"0.0.0.0/0", "::/0"})).text(),
            "unix");
}

TEST(ClientAddress, IsUnixThroughATrustedSocketWithoutHeader) {
  EXPECT_EQ(client_address({}, {}, kXForwardedFor, proxies({"unix"})).text(), "unix");
}

TEST(ClientAddress, TrustsADualStackProxyByItsIpv4Address) {
  const std::vector<std::string_view> lines = {"192.0.2.7"};
  EXPECT_EQ(client_address(ip("::ffff:10.0.0.1"), lines, kXForwardedFor, proxies({"10.0.0.1"})),
            ip("192.0.2.7"));
}

TEST(ClientAddress, IsReadFromTheHeaderNamed) {
  EXPECT_EQ(header_name(kXForwardedFor), "X-Forwarded-For");
  EXPECT_EQ(header_name(kForwarded), "Forwarded");
}

}  // namespace
}  // namespace plugboard::admission
