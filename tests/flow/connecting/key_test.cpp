// Access keys: where they may stand, which one counts, and how a connection without a good one
// ends.
#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

constexpr const char* kGood = "good-key-1";
constexpr const char* kWrong = "wrong-key-1";

Manifest with_keys(const std::string& server = "") {
  return {.server = server,
          .plugins = plugin_table("env-keys", "key-store-env", "variable = \"TEST_KEYS\""),
          .chain = "key_store = [\"env-keys\"]\n"};
}

const Environment kEnvironment{{"TEST_KEYS", "good-key-1,good-key-2"}};

HttpHeaders bearer(const std::string& key) { return {{"Authorization", "Bearer " + key}}; }
HttpHeaders subprotocol(const std::string& key) {
  return {{"Sec-WebSocket-Protocol", "plugboard.key, " + key}};
}

class ConnectingKey : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    relay_ = std::make_unique<RelayProcess>(with_keys(), kEnvironment);
  }
  static void TearDownTestSuite() { relay_.reset(); }

  static const Endpoint& endpoint() { return relay_->endpoint(); }
  static std::string target(const std::string& query = "") {
    return "/pwa/" + fresh_id() + (query.empty() ? "" : "?" + query);
  }
  static void expect_admitted(const std::string& query, const HttpHeaders& headers = {}) {
    EXPECT_NO_THROW(Peer(endpoint(), fresh_id(), {.query = query, .headers = headers})) << query;
  }
  static Refusal refusal(const std::string& query, const HttpHeaders& headers = {}) {
    return refusal_of(endpoint(), target(query), {.headers = headers});
  }

  inline static std::unique_ptr<RelayProcess> relay_;
};

TEST_F(ConnectingKey, ComesInTheQuery) { expect_admitted("key=good-key-1"); }

TEST_F(ConnectingKey, ComesAmongOtherParameters) { expect_admitted("a=b&key=good-key-2&c=d"); }

TEST_F(ConnectingKey, ComesAsABearerToken) { expect_admitted("", bearer(kGood)); }

TEST_F(ConnectingKey, BearerIsReadInAnyLetterCase) {
  expect_admitted("", {{"authorization", std::string("bearer ") + kGood}});
}

TEST_F(ConnectingKey, ComesAsASubprotocolPairAnsweredWithItsNameAlone) {
  WsClient client(endpoint(), target(), {.headers = subprotocol(kGood)});
  ASSERT_EQ(client.handshake().status, 101);
  EXPECT_EQ(client.handshake().header("sec-websocket-protocol"), "plugboard.key");
}

TEST_F(ConnectingKey, TheSubprotocolPairMayStandOnTwoLines) {
  WsClient client(endpoint(), target(),
                  {.headers = {{"Sec-WebSocket-Protocol", "plugboard.key"},
                               {"Sec-WebSocket-Protocol", kGood}}});
  client.send_text(watch("pwa:somebody"));
  EXPECT_EQ(nlohmann::json::parse(client.receive().data), peer_status("pwa:somebody", false));
}

TEST_F(ConnectingKey, ARefusedSubprotocolKeyIsStillAnsweredSoThatTheReasonArrives) {
  WsClient client(endpoint(), target(), {.headers = subprotocol(kWrong)});
  ASSERT_EQ(client.handshake().status, 101);
  EXPECT_EQ(await_refusal(client), key_rejected());
}

TEST_F(ConnectingKey, NoSubprotocolIsAnsweredThatWasNotOffered) {
  WsClient client(endpoint(), target("key=good-key-1"));
  EXPECT_EQ(client.handshake().header("sec-websocket-protocol"), std::nullopt);
}

TEST_F(ConnectingKey, UnknownSubprotocolsAreNotAnswered) {
  WsClient client(endpoint(), target("key=good-key-1"),
                  {.headers = {{"Sec-WebSocket-Protocol", "chat, superchat"}}});
  ASSERT_EQ(client.handshake().status, 101);
  EXPECT_EQ(client.handshake().header("sec-websocket-protocol"), std::nullopt);
}

TEST_F(ConnectingKey, TheQueryCountsBeforeTheBearerToken) {
  expect_admitted("key=good-key-1", bearer(kWrong));
  EXPECT_EQ(refusal("key=wrong-key-1", bearer(kGood)), key_rejected());
}

TEST_F(ConnectingKey, TheBearerTokenCountsBeforeTheSubprotocol) {
  HttpHeaders good_bearer = bearer(kGood);
  good_bearer.push_back(subprotocol(kWrong).front());
  expect_admitted("", good_bearer);
  HttpHeaders wrong_bearer = bearer(kWrong);
  wrong_bearer.push_back(subprotocol(kGood).front());
  EXPECT_EQ(refusal("", wrong_bearer), key_rejected());
}

TEST_F(ConnectingKey, TheFirstOfSeveralInTheQueryCounts) {
  expect_admitted("key=good-key-1&key=wrong-key-1");
  EXPECT_EQ(refusal("key=wrong-key-1&key=good-key-1"), key_rejected());
}

TEST_F(ConnectingKey, AnEmptyOneInTheQueryIsNotPresent) {
  expect_admitted("key=", bearer(kGood));
  expect_admitted("key", bearer(kGood));
}

TEST_F(ConnectingKey, IsMissedWhereNoneIs) { EXPECT_EQ(refusal(""), key_missing()); }

TEST_F(ConnectingKey, IsMissedWhereItIsIllFormed) {
  for (const std::string& key :
       {std::string("short"), std::string(65, 'k'), std::string("has.dots.in.it"),
        std::string("good-key-1%00"), std::string("good%20key")}) {
    EXPECT_EQ(refusal("key=" + key), key_missing()) << key;
  }
}

TEST_F(ConnectingKey, IsRejectedWhereNoStoreHoldsIt) {
  EXPECT_EQ(refusal("key=wrong-key-1"), key_rejected());
  EXPECT_EQ(refusal("key=good-key-"), key_rejected());
  EXPECT_EQ(refusal("key=GOOD-KEY-1"), key_rejected());
}

TEST_F(ConnectingKey, IsJudgedBeforeTheUrl) {
  EXPECT_EQ(refusal_of(endpoint(), "/nowhere/x?key=wrong-key-1"), key_rejected());
  EXPECT_EQ(refusal_of(endpoint(), "/nowhere/x?key=good-key-1"), invalid_url());
}

TEST_F(ConnectingKey, IsNeverWrittenWhole) {
  expect_admitted("key=good-key-1");
  EXPECT_EQ(refusal("key=wrong-key-9"), key_rejected());
  const std::string written = relay_->standard_error() + relay_->standard_output();
  EXPECT_EQ(written.find("good-key-1"), std::string::npos);
  EXPECT_EQ(written.find("wrong-key-9"), std::string::npos);
}

class RejectUpgradeKey : public ConnectingKey {
 protected:
  static void SetUpTestSuite() {
    relay_ = std::make_unique<RelayProcess>(with_keys("on_invalid_key = \"reject-upgrade\"\n"),
                                            kEnvironment);
  }
};

TEST_F(RejectUpgradeKey, ThatIsGoodConnects) { expect_admitted("key=good-key-1"); }

TEST_F(RejectUpgradeKey, ThatIsMissingOrIllFormedOrUnknownIsRefusedBeforeTheUpgrade) {
  for (const char* query : {"", "key=short", "key=wrong-key-1"}) {
    const WsClient client(endpoint(), target(query));
    EXPECT_EQ(client.handshake().status, 403) << query;
    EXPECT_EQ(client.handshake().body.find("wrong-key-1"), std::string::npos);
  }
}

TEST_F(RejectUpgradeKey, AnsweredByASubprotocolStillAnswersItsName) {
  WsClient client(endpoint(), target(), {.headers = subprotocol(kGood)});
  ASSERT_EQ(client.handshake().status, 101);
  EXPECT_EQ(client.handshake().header("sec-websocket-protocol"), "plugboard.key");
}

TEST_F(RejectUpgradeKey, TheUrlIsJudgedBehindTheUpgradeInThisFormToo) {
  EXPECT_EQ(refusal_of(endpoint(), "/nowhere/x?key=good-key-1"), invalid_url());
}

TEST(OpenDoor, TakesAnyKeyAndNone) {
  const RelayProcess relay;
  EXPECT_NO_THROW(Peer(relay.endpoint(), fresh_id()));
  EXPECT_NO_THROW(Peer(relay.endpoint(), fresh_id(), {.query = "key=whatever-it-is"}));
  EXPECT_NO_THROW(Peer(relay.endpoint(), fresh_id(), {.query = "key=x"}));
}

}  // namespace
}  // namespace plugboard::test
