// The server's own limits, and rate limiters at the door.
#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

TEST(MaxConnections, IsAnsweredWithServiceUnavailable) {
  const RelayProcess relay({.server = "max_connections = 2\n"});
  const Peer one(relay.endpoint(), fresh_id());
  const Peer two(relay.endpoint(), fresh_id());
  const WsClient three(relay.endpoint(), "/pwa/" + fresh_id());
  EXPECT_EQ(three.handshake().status, 503);
}

TEST(MaxConnections, CountsConnectionsOfAnyKind) {
  const RelayProcess relay({.server = "max_connections = 2\n"});
  HttpClient one(relay.endpoint());
  HttpClient two(relay.endpoint());
  EXPECT_EQ(one.get("/health").status, 200);
  EXPECT_EQ(two.get("/health").status, 200);
  EXPECT_EQ(upgrade_status(relay.endpoint(), "/pwa/" + fresh_id()), 503);
}

TEST(MaxConnections, ARefusedConnectionIsClosed) {
  const RelayProcess relay({.server = "max_connections = 1\n"});
  const Peer one(relay.endpoint(), fresh_id());
  RawSocket two(relay.endpoint());
  two.try_send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(two.response().status, 503);
  EXPECT_TRUE(two.await_end());
}

TEST(MaxConnections, ARefusedConnectionThatStaysTakesNobodysPlace) {
  const RelayProcess relay({.server = "max_connections = 2\n"});
  const Peer one(relay.endpoint(), fresh_id());
  auto two = std::make_unique<Peer>(relay.endpoint(), fresh_id());
  RawSocket three(relay.endpoint());
  three.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(three.response().status, 503);
  two.reset();
  // The relay reads on for two seconds from a client that it has turned away.
  EXPECT_TRUE(await([&] { return comes_in(relay.endpoint(), fresh_id()); },
                    Deadline(std::chrono::seconds(1))));
}

TEST(MaxConnections, GivesBackWhatALeavingConnectionTook) {
  const RelayProcess relay({.server = "max_connections = 1\n"});
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(await([&] { return comes_in(relay.endpoint(), fresh_id()); })) << i;
  }
}

TEST(HandshakeTimeout, AnswersAPartialRequestWith408) {
  const RelayProcess relay({.handshake_timeout = "200ms"});
  RawSocket client(relay.endpoint());
  client.send("GET /pwa/alice001 HTTP/1.1\r\nHost: x\r\n");
  EXPECT_EQ(client.response().status, 408);
  EXPECT_TRUE(client.await_end());
}

TEST(HandshakeTimeout, CutsASilentConnectionWithoutAWord) {
  const RelayProcess relay({.handshake_timeout = "200ms"});
  RawSocket client(relay.endpoint());
  EXPECT_EQ(client.rest(), "");
}

TEST(HandshakeTimeout, IsNotProlongedByBytesThatTrickleIn) {
  const RelayProcess relay({.handshake_timeout = "300ms"});
  RawSocket client(relay.endpoint());
  client.send("GET / HTTP/1.1\r\nX: ");
  // Until the relay has had enough; each byte is a sign of life that must not count.
  const bool cut = await([&] { return !client.try_send("x"); });
  EXPECT_TRUE(cut);
}

TEST(HandshakeTimeout, DoesNotConcernARegisteredPeer) {
  const RelayProcess relay(
      {.server = "heartbeat_interval = \"50ms\"\n", .handshake_timeout = "200ms"});
  Peer peer(relay.endpoint(), fresh_id());
  ASSERT_TRUE(peer.socket().await_pings(8));
  peer.fence();
}

class HeaderSize : public SharedRelay<HeaderSize> {
 public:
  static Manifest manifest() { return {}; }
};

TEST_F(HeaderSize, SixteenKibibytesOfHeadersPass) {
  EXPECT_NO_THROW(
      Peer(endpoint(), fresh_id(), {.headers = {{"X-Large", std::string(16 * 1024, 'h')}}}));
}

TEST_F(HeaderSize, SixteenKibibytesOfQueryPass) {
  EXPECT_NO_THROW(Peer(endpoint(), fresh_id(), {.query = "x=" + std::string(16 * 1024, 'q')}));
}

TEST_F(HeaderSize, SixteenKibibytesOfPathAreReadAndJudged) {
  EXPECT_EQ(refusal_of(endpoint(), "/pwa/" + std::string(16 * 1024, 'p')), invalid_url());
}

TEST_F(HeaderSize, MoreThanSixtyFourKibibytesAreRefused) {
  for (const std::string& request :
       {"GET /pwa/alice001 HTTP/1.1\r\nHost: x\r\nX: " + std::string(70 * 1024, 'h'),
        "GET /pwa/" + std::string(70 * 1024, 'p') + " HTTP/1.1\r\nHost: x\r\n\r\n"}) {
    RawSocket client(endpoint());
    client.try_send(request);
    EXPECT_EQ(client.response().status, 431);
    EXPECT_TRUE(client.await_end());
  }
}

TEST_F(HeaderSize, ManySmallHeadersCountTogether) {
  std::string request = "GET /health HTTP/1.1\r\nHost: x\r\n";
  while (request.size() < 70 * 1024) request += "X-Header: small\r\n";
  RawSocket client(endpoint());
  client.try_send(request + "\r\n");
  EXPECT_EQ(client.response().status, 431);
}

Manifest limited(const std::string& config, const std::string& server = "") {
  return {.server = server,
          .plugins = plugin_table("limits", "rate-limiter", config) +
                     plugin_table("env-keys", "key-store-env", "variable = \"TEST_KEYS\""),
          .chain = "key_store = [\"env-keys\"]\nrate_limiter = [\"limits\"]\n"};
}
const Environment kKeys{{"TEST_KEYS", "good-key-1,good-key-2"}};
constexpr const char* kGood = "key=good-key-1";

TEST(RateLimitedDoor, TellsWhyAndCloses) {
  const RelayProcess relay(limited("max_connections = 1"), kKeys);
  const Peer one(relay.endpoint(), fresh_id(), {.query = kGood});
  EXPECT_EQ(refusal_of(relay.endpoint(), "/pwa/alice001?key=good-key-1"), rate_limited());
}

TEST(RateLimitedDoor, SaysSoBeforeTheUpgradeWhereThatIsWanted) {
  const RelayProcess relay(limited("max_connections = 1", "on_invalid_key = \"reject-upgrade\"\n"),
                           kKeys);
  const Peer one(relay.endpoint(), fresh_id(), {.query = kGood});
  const WsClient two(relay.endpoint(), "/pwa/alice001?key=good-key-1");
  EXPECT_EQ(two.handshake().status, 429);
  EXPECT_TRUE(two.handshake().header("retry-after").has_value());
}

TEST(RateLimitedDoor, IsAskedBeforeTheKey) {
  const RelayProcess relay(limited("max_connections = 1"), kKeys);
  const Peer one(relay.endpoint(), fresh_id(), {.query = kGood});
  EXPECT_EQ(refusal_of(relay.endpoint(), "/pwa/alice001?key=wrong-key-1"), rate_limited());
}

TEST(RateLimitedDoor, LimitsOfAKeyAreAskedBehindIt) {
  const RelayProcess relay(limited("per_key = { max_connections = 1 }"), kKeys);
  const Peer one(relay.endpoint(), fresh_id(), {.query = kGood});
  EXPECT_EQ(refusal_of(relay.endpoint(), "/pwa/alice001?key=wrong-key-1"), key_rejected());
  EXPECT_EQ(refusal_of(relay.endpoint(), "/pwa/alice001?key=good-key-1"), rate_limited());
  EXPECT_NO_THROW(Peer(relay.endpoint(), fresh_id(), {.query = "key=good-key-2"}));
}

TEST(RateLimitedDoor, LimitsOfAKeyAreAskedBeforeTheUrl) {
  const RelayProcess relay(limited("per_key = { max_connections = 1 }"), kKeys);
  const Peer one(relay.endpoint(), fresh_id(), {.query = kGood});
  EXPECT_EQ(refusal_of(relay.endpoint(), "/nowhere/x?key=good-key-1"), rate_limited());
  EXPECT_EQ(refusal_of(relay.endpoint(), "/nowhere/x?key=good-key-2"), invalid_url());
}

TEST(RateLimitedDoor, EveryRefusalInWhateverStepGivesBackItsSlot) {
  Manifest manifest = limited("max_connections = 1, per_key = { max_connections = 1 }");
  manifest.plugins += doorman_table();
  manifest.chain =
      "key_store = [\"env-keys\"]\nrate_limiter = [\"limits\"]\nhook = [\"doorman\"]\n";
  const RelayProcess relay(manifest, kKeys);
  const auto slot_is_free = [&] {
    return await([&] { return comes_in(relay.endpoint(), fresh_id(), {.query = kGood}); });
  };
  for (const char* target :
       {"/pwa/alice001", "/pwa/alice001?key=wrong-key-1", "/nowhere/x?key=good-key-1",
        "/pwa/denied001?key=good-key-1", "/pwa/failing01?key=good-key-1"}) {
    ASSERT_TRUE(await([&] {
      WsClient client(relay.endpoint(), target);
      return nlohmann::json::parse(client.receive().data).at("payload").at("code") !=
             "RATE_LIMITED";
    })) << target;
    EXPECT_TRUE(slot_is_free()) << target;
  }
}

}  // namespace
}  // namespace plugboard::test
