#include "relay_url.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace plugboard::client {
namespace {

std::string target_of(RelayClientOptions options) {
  return connect_target(parse_relay_url(options.url), options);
}

TEST(RelayUrl, HasTheDefaultPortOfWs) {
  const RelayUrl url = parse_relay_url("ws://relay.example");
  EXPECT_EQ(url.port, "80");
  EXPECT_FALSE(url.tls);
}

TEST(RelayUrl, HasTheDefaultPortOfWss) {
  const RelayUrl url = parse_relay_url("wss://relay.example");
  EXPECT_EQ(url.port, "443");
  EXPECT_TRUE(url.tls);
}

TEST(RelayUrl, TakesHttpForWs) { EXPECT_FALSE(parse_relay_url("http://relay.example").tls); }
TEST(RelayUrl, TakesHttpsForWss) { EXPECT_TRUE(parse_relay_url("https://relay.example").tls); }
TEST(RelayUrl, TakesSchemesInAnyCase) { EXPECT_TRUE(parse_relay_url("WSS://relay.example").tls); }

TEST(RelayUrl, HasAnIpv6HostWithoutBrackets) {
  const RelayUrl url = parse_relay_url("ws://[::1]:8080");
  EXPECT_EQ(url.host, "::1");
  EXPECT_EQ(url.authority(), "[::1]:8080");
}

TEST(RelayUrl, LeavesTheDefaultPortOutOfTheAuthority) {
  EXPECT_EQ(parse_relay_url("wss://relay.example:443").authority(), "relay.example");
}

TEST(RelayUrl, KeepsAPathWithoutTheSlashBehindIt) {
  EXPECT_EQ(parse_relay_url("ws://relay.example/base/path/").prefix, "/base/path");
}

TEST(RelayUrl, HasNoPathForASlashAlone) {
  EXPECT_EQ(parse_relay_url("ws://relay.example/").prefix, "");
}

class WrongUrl : public testing::TestWithParam<const char*> {};
TEST_P(WrongUrl, Throws) { EXPECT_THROW(parse_relay_url(GetParam()), std::invalid_argument); }
INSTANTIATE_TEST_SUITE_P(All, WrongUrl,
                         testing::Values("", "relay.example", "ftp://relay.example", "ws://",
                                         "ws://host:99999", "ws://host:0", "ws://host?a=b",
                                         "ws://host#a", "ws://user@host", "ws://ho st"));

TEST(EncodeUriComponent, LeavesWhatJavaScriptLeaves) {
  EXPECT_EQ(encode_uri_component("AZaz09-_.!~*'()"), "AZaz09-_.!~*'()");
}

TEST(EncodeUriComponent, EncodesTheRestByBytes) {
  EXPECT_EQ(encode_uri_component("a b/ü:%+"), "a%20b%2F%C3%BC%3A%25%2B");
}

TEST(ConnectTarget, IsChannelAndId) {
  EXPECT_EQ(target_of({.url = "ws://h", .channel = "pwa/key", .id = "alice 01"}),
            "/pwa/key/alice%2001");
}

TEST(ConnectTarget, StandsBehindThePathOfTheUrl) {
  EXPECT_EQ(target_of({.url = "ws://h/base/", .channel = "demo", .id = "alice001"}),
            "/base/demo/alice001");
}

TEST(ConnectTarget, HoldsTheKeyAsAQuery) {
  EXPECT_EQ(target_of({.url = "ws://h", .channel = "demo", .id = "a", .key = "x.y+z="}),
            "/demo/a?key=x.y%2Bz%3D");
}

TEST(ConnectTarget, HoldsNoKeyThatTravelsElsewhere) {
  EXPECT_EQ(target_of({.url = "ws://h",
                       .channel = "demo",
                       .id = "a",
                       .key = "secret-key",
                       .key_transport = KeyTransport::kHeader}),
            "/demo/a");
}

TEST(AccessKey, IsEightTo64CharactersOfTheAlphabet) {
  EXPECT_TRUE(is_well_formed_key("Az09-_xx", KeyForm::kAccessKey, KeyTransport::kQuery));
  EXPECT_TRUE(is_well_formed_key(std::string(64, 'a'), KeyForm::kAccessKey, KeyTransport::kQuery));
}

TEST(AccessKey, IsIllFormedIfTooShort) {
  EXPECT_FALSE(is_well_formed_key("1234567", KeyForm::kAccessKey, KeyTransport::kQuery));
}

TEST(AccessKey, IsIllFormedIfTooLong) {
  EXPECT_FALSE(is_well_formed_key(std::string(65, 'a'), KeyForm::kAccessKey, KeyTransport::kQuery));
}

TEST(AccessKey, IsIllFormedWithOtherCharacters) {
  EXPECT_FALSE(is_well_formed_key("with.dots", KeyForm::kAccessKey, KeyTransport::kQuery));
}

TEST(Token, MayHoldAnyPrintableAscii) {
  EXPECT_TRUE(is_well_formed_key("ey.J/+=", KeyForm::kToken, KeyTransport::kQuery));
}

TEST(Token, IsIllFormedWithBlanks) {
  EXPECT_FALSE(is_well_formed_key("a b", KeyForm::kToken, KeyTransport::kQuery));
}

TEST(Token, IsIllFormedBeyond8KiB) {
  EXPECT_FALSE(is_well_formed_key(std::string(8193, 'a'), KeyForm::kToken, KeyTransport::kQuery));
}

TEST(Token, MayHoldNoSeparatorsAsASubprotocol) {
  EXPECT_FALSE(is_well_formed_key("a/b", KeyForm::kToken, KeyTransport::kSubprotocol));
  EXPECT_TRUE(is_well_formed_key("a.b", KeyForm::kToken, KeyTransport::kSubprotocol));
}

}  // namespace
}  // namespace plugboard::client
