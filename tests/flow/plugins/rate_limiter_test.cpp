// The plugin rate-limiter, seen by those it limits.
#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

const Environment kKeys{{"TEST_KEYS", "good-key-1,good-key-2"}};

Manifest limited(const std::string& config, const std::string& server = "") {
  return {.server = server,
          .plugins = plugin_table("limits", "rate-limiter", config) +
                     plugin_table("blobs", "blob-store-memory"),
          .chain = "key_store = \"open\"\nrate_limiter = [\"limits\"]\nblob_store = \"blobs\"\n"};
}

Manifest limited_with_keys(const std::string& config) {
  Manifest manifest = limited(config);
  manifest.plugins += plugin_table("env-keys", "key-store-env", "variable = \"TEST_KEYS\"");
  manifest.chain = "key_store = [\"env-keys\"]\nrate_limiter = [\"limits\"]\n";
  return manifest;
}

Refusal knock(const RelayProcess& relay, const WsOptions& options = {}) {
  return refusal_of(relay.endpoint(), "/pwa/" + fresh_id(), options);
}

TEST(RateLimiter, BoundsTheConnectionsOfAnAddress) {
  const RelayProcess relay(limited("max_connections = 3"));
  std::vector<std::unique_ptr<Peer>> peers;
  for (int i = 0; i < 3; ++i) {
    peers.push_back(std::make_unique<Peer>(relay.endpoint(), fresh_id()));
  }
  EXPECT_EQ(knock(relay), rate_limited());
  EXPECT_TRUE(comes_in(relay.endpoint(), fresh_id(), {.local_address = "127.0.0.2"}));
}

TEST(RateLimiter, GivesThePlaceOfAConnectionThatLeftToTheNext) {
  const RelayProcess relay(limited("max_connections = 1"));
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(await([&] { return comes_in(relay.endpoint(), fresh_id()); })) << i;
  }
}

TEST(RateLimiter, GivesBackThePlaceOfAReplacedConnection) {
  const RelayProcess relay(limited("max_connections = 2"));
  Peer first(relay.endpoint(), "alice001");
  Peer second(relay.endpoint(), "alice001");
  await_refusal(first.socket());
  EXPECT_TRUE(await([&] { return comes_in(relay.endpoint(), fresh_id()); }));
  second.fence();
}

TEST(RateLimiter, CountsAnIpv6NetworkAsOneAddress) {
  const RelayProcess relay(limited("max_connections = 1", "trusted_proxies = [\"127.0.0.1\"]\n"));
  const auto from = [](const std::string& address) {
    return HttpHeaders{{"X-Forwarded-For", address}};
  };
  const Peer one(relay.endpoint(), fresh_id(), {.headers = from("2001:db8:0:1::1")});
  EXPECT_EQ(knock(relay, {.headers = from("2001:db8:0:1:ffff::2")}), rate_limited());
  EXPECT_TRUE(comes_in(relay.endpoint(), fresh_id(), {.headers = from("2001:db8:0:2::1")}));
}

TEST(RateLimiter, BoundsNewConnectionsInAWindow) {
  const RelayProcess relay(limited("max_connects = 3, window = \"1h\""));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(comes_in(relay.endpoint(), fresh_id())) << i;
  EXPECT_EQ(knock(relay), rate_limited());
  EXPECT_TRUE(comes_in(relay.endpoint(), fresh_id(), {.local_address = "127.0.0.2"}));
}

TEST(RateLimiter, ANewWindowAllowsNewConnectionsAgain) {
  const RelayProcess relay(limited("max_connects = 1, window = \"300ms\""));
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(await([&] { return comes_in(relay.endpoint(), fresh_id()); })) << i;
  }
}

TEST(RateLimiter, TellsWhenToComeBack) {
  const RelayProcess relay(
      limited("max_connects = 1, window = \"1h\"", "on_invalid_key = \"reject-upgrade\"\n"));
  EXPECT_TRUE(comes_in(relay.endpoint(), fresh_id()));
  const WsClient refused_client(relay.endpoint(), "/pwa/" + fresh_id());
  EXPECT_EQ(refused_client.handshake().status, 429);
  const int seconds = std::stoi(refused_client.handshake().header("retry-after").value_or("-1"));
  EXPECT_GT(seconds, 3000);
  EXPECT_LE(seconds, 3600);
}

TEST(RateLimiter, BoundsHttpRequests) {
  const RelayProcess relay(limited("max_requests = 5, window = \"1h\""));
  HttpClient http(relay.endpoint());
  for (int i = 0; i < 5; ++i) EXPECT_EQ(http.get("/stats").status, 200) << i;
  const HttpResponse refused_request = http.get("/stats");
  EXPECT_EQ(refused_request.status, 429);
  EXPECT_TRUE(refused_request.header("retry-after").has_value());
  EXPECT_EQ(refused_request.header("access-control-allow-origin"), "*");
  EXPECT_EQ(http.put("/blob/some-key-1", "x").status, 429);
  EXPECT_EQ(HttpClient(relay.endpoint(), {.local_address = "127.0.0.2"}).get("/stats").status, 200);
}

TEST(RateLimiter, DoesNotCountHealthReadinessAndUpgrades) {
  const RelayProcess relay(limited("max_requests = 1, window = \"1h\""));
  HttpClient http(relay.endpoint());
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(http.get("/health").status, 200);
    EXPECT_EQ(http.get("/ready").status, 200);
    EXPECT_TRUE(comes_in(relay.endpoint(), fresh_id()));
  }
  EXPECT_EQ(http.get("/stats").status, 200);
  EXPECT_EQ(http.get("/stats").status, 429);
  EXPECT_EQ(http.get("/health").status, 200);
}

TEST(RateLimiter, BoundsTheConnectionsOfAKeyFromAllAddresses) {
  const RelayProcess relay(limited_with_keys("per_key = { max_connections = 2 }"), kKeys);
  const Peer one(relay.endpoint(), fresh_id(),
                 {.query = "key=good-key-1", .local_address = "127.0.0.2"});
  const Peer two(relay.endpoint(), fresh_id(),
                 {.query = "key=good-key-1", .local_address = "127.0.0.3"});
  EXPECT_EQ(refusal_of(relay.endpoint(), "/pwa/alice001?key=good-key-1"), rate_limited());
  EXPECT_TRUE(comes_in(relay.endpoint(), fresh_id(), {.query = "key=good-key-2"}));
}

TEST(RateLimiter, BoundsTheMessagesOfAKeyFromAllItsConnections) {
  const RelayProcess relay(
      limited_with_keys("max_messages = 1000, per_key = { max_messages = 10 }, window = \"1h\""),
      kKeys);
  WsClient one(relay.endpoint(), "/pwa/alice001?key=good-key-1");
  WsClient two(relay.endpoint(), "/pwa/bob00001?key=good-key-1");
  int passed = 0;
  bool told = false;
  // Each sends itself twenty messages; ten of the forty pass.
  for (auto& [client, id] : {std::pair{&one, "alice001"}, {&two, "bob00001"}}) {
    const std::string address = std::string("pwa:") + id;
    for (int i = 0; i < 20; ++i) client->send_text(routed(address, address, i));
    client->ping("done");
    ASSERT_TRUE(client->await_pong("done"));
  }
  HttpClient http(relay.endpoint());
  passed = nlohmann::json::parse(http.get("/stats").body).at("messagesRelayed");
  EXPECT_EQ(passed, 10);
  for (WsClient* client : {&one, &two}) {
    client->close();
    try {
      while (true) {
        const auto message = nlohmann::json::parse(client->receive().data);
        if (message == error("RATE_LIMITED", "Too many messages")) told = true;
      }
    } catch (const std::runtime_error&) {  // all that had come has been seen
    }
  }
  EXPECT_TRUE(told);
}

TEST(RateLimiter, SeveralMustAllAllow) {
  Manifest manifest = limited("max_connections = 5");
  manifest.plugins += plugin_table("strict", "rate-limiter", "max_connections = 1");
  manifest.chain = "key_store = \"open\"\nrate_limiter = [\"limits\", \"strict\"]\n";
  const RelayProcess relay(manifest);
  const Peer one(relay.endpoint(), fresh_id());
  for (int i = 0; i < 10; ++i) EXPECT_EQ(knock(relay), rate_limited());
  // What the first had allowed was given back each time that the second refused.
  EXPECT_TRUE(comes_in(relay.endpoint(), fresh_id(), {.local_address = "127.0.0.2"}));
}

}  // namespace
}  // namespace plugboard::test
