// Which URLs lead to which address.
#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

class ConnectingUrl : public SharedRelay<ConnectingUrl> {
 public:
  static Manifest manifest() {
    return {.channels =
                "[[channel]]\nname = \"pwa\"\n"
                "[[channel]]\nname = \"pwa/key\"\n"
                "[[channel]]\nname = \"three\"\nid_pattern = \"[a-z]{3}\"\n"
                "[[channel]]\nname = \"any\"\nid_pattern = \"(?s).+\"\n"};
  }

 protected:
  /// Connects to `target` and says whether the relay then takes it for `address`.
  static void expect_address(std::string_view target, const std::string& address) {
    WsClient client(endpoint(), target);
    ASSERT_EQ(client.handshake().status, 101);
    client.send_text(watch(address));
    EXPECT_EQ(nlohmann::json::parse(client.receive().data), peer_status(address, true));
  }
};

TEST_F(ConnectingUrl, ChannelAndIdMakeTheAddress) {
  expect_address("/pwa/alice001", "pwa:alice001");
}

TEST_F(ConnectingUrl, IdsHaveEightToSixtyFourCharactersOfTheirAlphabet) {
  for (const std::string& id :
       {std::string("abcdefgh"), std::string("AZaz09_-"), std::string(64, 'x')}) {
    expect_address("/pwa/" + id, "pwa:" + id);
  }
}

TEST_F(ConnectingUrl, IdsOfOtherSizesAndAlphabetsAreRefused) {
  for (const std::string& id :
       {std::string("seven77"), std::string(65, 'x'), std::string("dot.dot1"),
        std::string("tilde~12"), std::string("space%20x"), std::string("%c3%a9%c3%a9%c3%a9%c3%a9"),
        std::string("semi;col")}) {
    EXPECT_EQ(refusal_of(endpoint(), "/pwa/" + id), invalid_url()) << id;
  }
}

TEST_F(ConnectingUrl, PathsThatNameNoChannelAndIdAreRefused) {
  for (const char* path :
       {"/", "/pwa", "/pwa/", "/nowhere/alice001", "/PWA/alice001", "//alice001", "/pwa//alice001",
        "/pwa/alice001/", "/pwa/alice001/more", "/pwa:alice001", "/alice001"}) {
    EXPECT_EQ(refusal_of(endpoint(), path), invalid_url()) << path;
  }
}

TEST_F(ConnectingUrl, TheLongestChannelNameWins) {
  expect_address("/pwa/key/longest1", "pwa/key:longest1");
}

TEST_F(ConnectingUrl, EscapesAreDecodedBeforeTheIdIsChecked) {
  expect_address("/pwa/%61%6cice%30%30%32", "pwa:alice002");
  expect_address("/pwa/%2D%2d%5F%5f%2D%2d%5F%5f", "pwa:--__--__");
}

TEST_F(ConnectingUrl, MalformedEscapesAreRefused) {
  for (const char* id : {"alice00%", "alice00%3", "alice00%zz", "alice0%%30", "%g0alice001"}) {
    EXPECT_EQ(refusal_of(endpoint(), std::string("/any/") + id), invalid_url()) << id;
  }
}

TEST_F(ConnectingUrl, DecodedBytesMustBeUtf8) {
  expect_address("/any/caf%c3%a9", "any:caf\xc3\xa9");
  for (const char* id : {"%ff", "%c3", "%c0%af", "%ed%a0%80", "%f4%90%80%80", "a%80"}) {
    EXPECT_EQ(refusal_of(endpoint(), std::string("/any/") + id), invalid_url()) << id;
  }
}

TEST_F(ConnectingUrl, AnEscapedSlashIsPartOfTheId) { expect_address("/any/a%2Fb", "any:a/b"); }

TEST_F(ConnectingUrl, IdsOfCustomRulesMayHoldColons) {
  Peer colons(endpoint(), "room:7:seat", {.channel = "any"});
  Peer friend_(endpoint(), fresh_id());
  const std::string message = friend_.send("any:room:7:seat", "hello");
  EXPECT_EQ(colons.receive(), message);
}

TEST_F(ConnectingUrl, APatternMustMatchTheWholeId) {
  expect_address("/three/abc", "three:abc");
  for (const char* id : {"ab", "abcd", "xabc", "ABC"}) {
    EXPECT_EQ(refusal_of(endpoint(), std::string("/three/") + id), invalid_url()) << id;
  }
}

TEST_F(ConnectingUrl, AStarAloneIsNeverAnId) {
  expect_address("/any/**", "any:**");
  EXPECT_EQ(refusal_of(endpoint(), "/any/*"), invalid_url());
  EXPECT_EQ(refusal_of(endpoint(), "/any/%2a"), invalid_url());
}

TEST_F(ConnectingUrl, AnIdHasAtMostTwoHundredAndFiftySixDecodedBytes) {
  expect_address("/any/" + std::string(256, 'x'), "any:" + std::string(256, 'x'));
  EXPECT_EQ(refusal_of(endpoint(), "/any/" + std::string(257, 'x')), invalid_url());
  std::string escaped = "/any/";
  for (int i = 0; i < 256; ++i) escaped += "%78";
  expect_address(escaped + "", "any:" + std::string(256, 'x'));
  EXPECT_EQ(refusal_of(endpoint(), escaped + "%78"), invalid_url());
}

TEST_F(ConnectingUrl, ParametersThatTheRelayDoesNotKnowAreNoneOfItsBusiness) {
  expect_address("/pwa/params01?x=1&y&=&&key2=abc", "pwa:params01");
}

TEST_F(ConnectingUrl, TheSameIdOnTwoChannelsIsTwoPeers) {
  const std::string id = fresh_id();
  Peer one(endpoint(), id);
  Peer other(endpoint(), id, {.channel = "pwa/key"});
  const std::string message = one.send(other.address(), 1);
  EXPECT_EQ(other.receive(), message);
  one.fence();
}

}  // namespace
}  // namespace plugboard::test
