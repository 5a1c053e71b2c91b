// How messages find their receivers, and that they arrive as they were sent.
#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

class Routing : public SharedRelay<Routing> {
 public:
  static Manifest manifest() {
    return {.channels =
                "[[channel]]\nname = \"pwa\"\n"
                "[[channel]]\nname = \"told\"\nundeliverable = \"notify\"\n"};
  }

 protected:
  Peer alice_{endpoint(), fresh_id()};
  Peer bob_{endpoint(), fresh_id()};

  /// A message from Alice to Bob with these further members, written by hand.
  [[nodiscard]] std::string by_hand(const std::string& more) const {
    return R"({"from":")" + alice_.address() + R"(","to":")" + bob_.address() + "\"" + more + "}";
  }

  /// Sends it as Alice and expects exactly the same bytes at Bob.
  void expect_unchanged(const std::string& message) {
    alice_.send_text(message);
    EXPECT_EQ(bob_.receive(), message);
  }
};

TEST_F(Routing, AMessageArrivesAtWhomItIsFor) {
  const std::string message = alice_.send(bob_.address(), {{"hello", "world"}});
  EXPECT_EQ(bob_.receive(), message);
}

TEST_F(Routing, TheBytesAreForwardedUnchanged) {
  expect_unchanged(by_hand(R"(,"payload":{"n":1e999,"big":123456789012345678901234567890})"));
  expect_unchanged(by_hand(R"(  ,  "payload" :  [ 1 ,2,	3 ]  )"));
  expect_unchanged(by_hand(R"(,"payload":"\ud83d\ude00 \u0000 \/ é")"));
  expect_unchanged(by_hand(R"(,"payload":{"a":1,"a":2})"));
  expect_unchanged("\r\n\t " + by_hand(",\"payload\":null") + " \n");
}

TEST_F(Routing, LoneSurrogateEscapesAreRight) {
  expect_unchanged(by_hand(R"(,"payload":"\ud800 and \udfff")"));
}

TEST_F(Routing, OtherMembersMayStandBeside) {
  expect_unchanged(by_hand(R"(,"type":"offer","address":"elsewhere","id":7)"));
}

TEST_F(Routing, NoPayloadIsNeeded) { expect_unchanged(by_hand("")); }

TEST_F(Routing, TheMembersMayStandInAnyOrder) {
  expect_unchanged(R"({"payload":1,"to":")" + bob_.address() + R"(","from":")" + alice_.address() +
                   "\"}");
}

TEST_F(Routing, MemberNamesAndAddressesMayBeEscaped) {
  const std::string from = alice_.address();
  expect_unchanged(R"({"fr\u006fm":"\u0070)" + from.substr(1) + R"(","t\u006F":"pwa\u003a)" +
                   bob_.address().substr(4) + R"(","payload":"by value"})");
}

TEST_F(Routing, BinaryStaysBinary) {
  const std::string message = by_hand(",\"payload\":\"in bytes\"");
  alice_.socket().send_binary(message);
  const WsMessage received = bob_.socket().receive();
  EXPECT_TRUE(received.binary);
  EXPECT_EQ(received.data, message);
}

TEST_F(Routing, TextStaysText) {
  alice_.send(bob_.address(), "text");
  EXPECT_FALSE(bob_.socket().receive().binary);
}

TEST_F(Routing, APeerMayWriteToItself) {
  const std::string message = alice_.send(alice_.address(), "note to self");
  EXPECT_EQ(alice_.receive(), message);
}

TEST_F(Routing, MessagesGoAcrossChannels) {
  Peer carol(endpoint(), fresh_id(), {.channel = "told"});
  const std::string message = alice_.send(carol.address(), "across");
  EXPECT_EQ(carol.receive(), message);
}

TEST_F(Routing, MessagesArriveInTheOrderSent) {
  std::vector<std::string> sent;
  for (int i = 0; i < 500; ++i) sent.push_back(alice_.send(bob_.address(), i));
  for (const std::string& message : sent) ASSERT_EQ(bob_.receive(), message);
}

TEST_F(Routing, MessagesOfAllSizesArriveWhole) {
  for (const std::size_t size : {0, 10, 60, 125, 126, 1000, 2900, 3100, 16'000, 65'400, 65'536,
                                 131'072, 300'000, 1'000'000, 2'000'000}) {
    expect_unchanged(by_hand(",\"payload\":\"" + std::string(size, 'x') + "\""));
  }
}

TEST_F(Routing, LargeAndSmallMessagesKeepTheirOrder) {
  std::vector<std::string> sent;
  for (int i = 0; i < 40; ++i) {
    sent.push_back(alice_.send(bob_.address(), std::string(i % 2 == 0 ? 200'000 : 20, 'x')));
  }
  for (const std::string& message : sent) ASSERT_EQ(bob_.receive(), message);
}

TEST_F(Routing, AMessageToNobodyIsDroppedInSilence) {
  alice_.send("pwa:nobody01", "anybody there?");
  alice_.send("nowhere:nobody01", "anybody there?");
  alice_.send("not an address", "anybody there?");
  alice_.send("", "anybody there?");
  alice_.fence();
}

TEST_F(Routing, WhereTheChannelSaysSoTheSenderIsToldThatNobodyIsThere) {
  Peer carol(endpoint(), fresh_id(), {.channel = "told"});
  carol.send("told:nobody01", "anybody there?");
  const nlohmann::json error = carol.receive_json();
  EXPECT_EQ(error.at("type"), "error");
  EXPECT_EQ(error.at("payload").at("code"), "PEER_OFFLINE");
  EXPECT_EQ(error.at("payload").at("to"), "told:nobody01");
}

TEST_F(Routing, ItIsTheSendersChannelThatSaysSo) {
  Peer carol(endpoint(), fresh_id(), {.channel = "told"});
  carol.send("pwa:nobody01", "anybody there?");
  EXPECT_EQ(carol.receive_json().at("payload").at("code"), "PEER_OFFLINE");
  alice_.send("told:nobody01", "anybody there?");
  alice_.fence();
}

TEST_F(Routing, TheAddressOfAnOfflinePeerIsGivenBackAsAValue) {
  Peer carol(endpoint(), fresh_id(), {.channel = "told"});
  const std::string odd = "told:\"quoted\"\n\xc3\xa9";
  carol.send(odd, 1);
  EXPECT_EQ(carol.receive_json().at("payload").at("to"), odd);
}

TEST_F(Routing, MessagesToAPeerThatLeftGoNowhere) {
  Peer carol(endpoint(), fresh_id());
  alice_.watch(carol.address());
  carol.socket().close();
  EXPECT_EQ(alice_.receive_json(), peer_status(carol.address(), false));
  alice_.send(carol.address(), "too late");
  alice_.fence();
}

TEST_F(Routing, OnlyWhatReachedAnOpenPeerCountsAsRelayed) {
  HttpClient http(endpoint());
  const auto relayed = [&] {
    return nlohmann::json::parse(http.get("/stats").body).at("messagesRelayed").get<int>();
  };
  const int before = relayed();
  alice_.send("pwa:nobody01", 1);
  alice_.send_text("not json");
  alice_.send_text(R"({"type":"watch","address":"pwa:nobody01"})");
  alice_.receive();
  alice_.send(bob_.address(), 1);
  bob_.receive();
  bob_.send(alice_.address(), 1);
  alice_.receive();
  EXPECT_EQ(relayed(), before + 2);
}

}  // namespace
}  // namespace plugboard::test
