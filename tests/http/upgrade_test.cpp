#include "http/upgrade.hpp"

#include <gtest/gtest.h>

#include <map>
#include <ostream>
#include <string>
#include <string_view>

#include "http/request.hpp"

namespace plugboard::http {
namespace {

/// A handshake that is right but for what is said otherwise: header lines by name, "" for none.
std::string handshake(const std::map<std::string, std::string>& changes = {},
                      std::string_view request_line = "GET /pwa/alice001 HTTP/1.1") {
  std::map<std::string, std::string> lines = {
      {"Host", "Host: relay.example\r\n"},
      {"Upgrade", "Upgrade: websocket\r\n"},
      {"Connection", "Connection: Upgrade\r\n"},
      {"Key", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"},
      {"Version", "Sec-WebSocket-Version: 13\r\n"},
  };
  for (const auto& [name, line] : changes) lines[name] = line;
  std::string bytes = std::string(request_line) + "\r\n";
  for (const auto& [name, line] : lines) bytes += line;
  return bytes + "\r\n";
}

/// What the request is refused with; 0: it is not.
unsigned judged(const std::string& bytes) {
  const Request request = Request::raw(bytes);
  const auto verdict = judge_upgrade(request.head());
  const auto* refusal = std::get_if<UpgradeRefusal>(&verdict);
  return refusal == nullptr ? 0 : refusal->status;
}

struct Case {
  const char* name;
  std::string bytes;
  unsigned status = 400;

  friend std::ostream& operator<<(std::ostream& out, const Case& one) { return out << one.name; }
};

class Handshake : public testing::TestWithParam<Case> {};

TEST_P(Handshake, IsJudged) { EXPECT_EQ(judged(GetParam().bytes), GetParam().status); }

constexpr const char* kGoodKey = "dGhlIHNhbXBsZSBub25jZQ==";

std::string key(std::string_view value) {
  return handshake({{"Key", "Sec-WebSocket-Key: " + std::string(value) + "\r\n"}});
}

std::string protocols(std::string_view value) {
  return handshake({{"Protocol", "Sec-WebSocket-Protocol: " + std::string(value) + "\r\n"}});
}

INSTANTIATE_TEST_SUITE_P(
    Good, Handshake,
    testing::Values(
        Case{"Plain", handshake(), 0},
        Case{"KeepAliveToo", handshake({{"Connection", "Connection: keep-alive, Upgrade\r\n"}}), 0},
        Case{"OtherLetterCase",
             handshake({{"Connection", "connection: UPGRADE\r\n"},
                        {"Upgrade", "UPGRADE: WebSocket\r\n"}}),
             0},
        Case{"SeveralProtocols", handshake({{"Upgrade", "Upgrade: h2c, websocket\r\n"}}), 0},
        Case{"ConnectionInTwoLines",
             handshake({{"Connection", "Connection: keep-alive\r\nConnection: Upgrade\r\n"}}), 0},
        Case{"AbsoluteTarget", handshake({}, "GET ws://relay.example/pwa/alice001 HTTP/1.1"), 0},
        Case{"LengthOfNothing", handshake({{"Length", "Content-Length: 0\r\n"}}), 0},
        Case{"KeyOfAllDigits", key("+/AZaz09+/AZaz09+/AZaw=="), 0},
        Case{"Subprotocols", protocols("chat, superchat"), 0},
        Case{"Origin", handshake({{"Origin", "Origin: https://a.example\r\n"}}), 0}),
    [](const auto& one) { return std::string(one.param.name); });

INSTANTIATE_TEST_SUITE_P(
    OtherVersions, Handshake,
    testing::Values(
        Case{"Eight", handshake({{"Version", "Sec-WebSocket-Version: 8\r\n"}}), 426},
        Case{"Fourteen", handshake({{"Version", "Sec-WebSocket-Version: 14\r\n"}}), 426},
        Case{"List", handshake({{"Version", "Sec-WebSocket-Version: 13, 8\r\n"}}), 426},
        Case{"LeadingZero", handshake({{"Version", "Sec-WebSocket-Version: 013\r\n"}}), 426},
        Case{"Word", handshake({{"Version", "Sec-WebSocket-Version: thirteen\r\n"}}), 426},
        Case{"WithoutItsKey", handshake({{"Version", "Sec-WebSocket-Version: 7\r\n"}, {"Key", ""}}),
             426}),
    [](const auto& one) { return std::string(one.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Wrong, Handshake,
    testing::Values(
        Case{"Post", handshake({}, "POST /pwa/alice001 HTTP/1.1")},
        Case{"Head", handshake({}, "HEAD /pwa/alice001 HTTP/1.1")},
        Case{"LowerCaseGet", handshake({}, "get /pwa/alice001 HTTP/1.1")},
        Case{"Http10", handshake({}, "GET /pwa/alice001 HTTP/1.0")},
        Case{"NoUpgrade", handshake({{"Upgrade", ""}})},
        Case{"EmptyUpgrade", handshake({{"Upgrade", "Upgrade:\r\n"}})},
        Case{"OtherUpgrade", handshake({{"Upgrade", "Upgrade: websockets\r\n"}})},
        Case{"NoConnection", handshake({{"Connection", ""}})},
        Case{"OtherConnection", handshake({{"Connection", "Connection: keep-alive\r\n"}})},
        Case{"LongerConnection", handshake({{"Connection", "Connection: Upgrades\r\n"}})},
        Case{"NoVersion", handshake({{"Version", ""}})},
        Case{"TwoVersions", handshake({{"Version",
                                        "Sec-WebSocket-Version: 13\r\n"
                                        "Sec-WebSocket-Version: 13\r\n"}})},
        Case{"NoKey", handshake({{"Key", ""}})}, Case{"EmptyKey", key("")},
        Case{"ShortKey", key("dGhlIHNhbXBsZSBub25j")},
        Case{"LongKey", key("dGhlIHNhbXBsZSBub25jZQ==AAAA")},
        Case{"KeyOf15Bytes", key("dGhlIHNhbXBsZSBub25j")},
        Case{"KeyOf17Bytes", key("dGhlIHNhbXBsZSBub25jZQE=")},
        Case{"KeyWithoutPadding", key("dGhlIHNhbXBsZSBub25jZQ")},
        Case{"KeyOfUrlDigits", key("dGhlIHNhbXBsZSBub25j-_==")},
        Case{"KeyWithSpace", key("dGhlIHNhbXBsZSBub25j Q==")},
        Case{"KeyPaddedInside", key("dGhlIHNhbXBsZSBub25jZ===")},
        Case{"TwoKeys", handshake({{"Key",
                                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"}})},
        Case{"ListOfKeys", key(std::string(kGoodKey) + ", " + kGoodKey)},
        Case{"Body", handshake({{"Length", "Content-Length: 1\r\n"}})},
        Case{"BodyInChunks", handshake({{"Length", "Transfer-Encoding: chunked\r\n"}})},
        Case{"TwoOrigins", handshake({{"Origin", "Origin: https://a\r\nOrigin: https://b\r\n"}})},
        Case{"TwoAuthorizations",
             handshake({{"Authorization",
                         "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n"}})},
        Case{"EmptySubprotocols", protocols("")}, Case{"SubprotocolsOfCommas", protocols(",,")},
        Case{"SubprotocolWithSpace", protocols("a b")},
        Case{"SubprotocolWithSlash", protocols("a/b")},
        Case{"QuotedSubprotocol", protocols("\"a\"")},
        Case{"SubprotocolTwice", protocols("a, b, a")},
        Case{"SubprotocolTwiceInTwoLines",
             handshake({{"Protocol",
                         "Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: a\r\n"}})}),
    [](const auto& one) { return std::string(one.param.name); });

std::string subprotocol_key(const std::string& bytes) {
  const Request request = Request::raw(bytes);
  return std::string(std::get<Upgrade>(judge_upgrade(request.head())).subprotocol_key);
}

TEST(Upgrade, BringsTheKeyOfItsSubprotocolPair) {
  EXPECT_EQ(subprotocol_key(protocols("plugboard.key, secret-key-1")), "secret-key-1");
}

TEST(Upgrade, BringsTheKeyOfAPairAmongOthers) {
  EXPECT_EQ(subprotocol_key(protocols("chat, plugboard.key,secret-key-1, more")), "secret-key-1");
}

TEST(Upgrade, BringsTheKeyOfAPairInTwoLines) {
  EXPECT_EQ(subprotocol_key(handshake({{"Protocol",
                                        "Sec-WebSocket-Protocol: plugboard.key\r\n"
                                        "Sec-WebSocket-Protocol: secret-key-1\r\n"}})),
            "secret-key-1");
}

TEST(Upgrade, BringsNoKeyWithoutAPair) {
  EXPECT_EQ(subprotocol_key(handshake()), "");
  EXPECT_EQ(subprotocol_key(protocols("secret-key-1")), "");
  EXPECT_EQ(subprotocol_key(protocols("secret-key-1, plugboard.key")), "");
  EXPECT_EQ(subprotocol_key(protocols("Plugboard.Key, secret-key-1")), "");
}

TEST(Upgrade, BringsTheExtensionsOfAllLines) {
  const Request request = Request::raw(handshake(
      {{"Extensions", "Sec-WebSocket-Extensions: a; b=1\r\nSec-WebSocket-Extensions: c\r\n"}}));
  EXPECT_EQ(std::get<Upgrade>(judge_upgrade(request.head())).extensions, "a; b=1, c");
}

TEST(Upgrade, AcceptsAsTheRfcsExampleDoes) {
  EXPECT_EQ(accept_value(kGoodKey), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

std::string answer(const std::string& bytes, std::string_view extensions = {}) {
  const Request request = Request::raw(bytes);
  return upgrade_response(std::get<Upgrade>(judge_upgrade(request.head())), extensions);
}

TEST(Upgrade, IsAnsweredWith101) {
  EXPECT_EQ(answer(handshake()),
            "HTTP/1.1 101 Switching Protocols\r\n"
            "Upgrade: websocket\r\n"
            "Connection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
            "\r\n");
}

TEST(Upgrade, IsAnsweredWithTheNameOfTheKeyPairAndNotTheKey) {
  const std::string bytes = answer(protocols("plugboard.key, secret-key-1"));
  EXPECT_NE(bytes.find("\r\nSec-WebSocket-Protocol: plugboard.key\r\n"), std::string::npos);
  EXPECT_EQ(bytes.find("secret-key-1"), std::string::npos);
}

TEST(Upgrade, IsAnsweredWithoutSubprotocolToOthers) {
  EXPECT_EQ(answer(protocols("chat, superchat")).find("Sec-WebSocket-Protocol"), std::string::npos);
}

TEST(Upgrade, IsAnsweredWithTheExtensionsAgreed) {
  EXPECT_NE(answer(handshake(), "permessage-deflate")
                .find("\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"),
            std::string::npos);
}

}  // namespace
}  // namespace plugboard::http
