// What users of the Node.js package ws-relay know it to do, one row each: their clients must find
// the same here, byte for byte on the wire where they look at bytes. The manifest is the one that
// its usual options become.
#include <functional>

#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

// { port: 0, channels: [{ name: 'pwa' }, { name: 'box', onDuplicate: 'reject' }],
//   keyStore: env RELAY_KEYS, rateLimitMaxConnections: 30, rateLimitMaxMessages: 100,
//   rateLimitWindow: 60000, blobStore: { maxSize: 8192 }, cors: '*' }
Manifest manifest() {
  return {.server =
              "on_invalid_key = \"close-after-connect\"\nheartbeat_interval = \"30s\"\n"
              "cors = \"*\"\n",
          .stats = "keys = \"plain\"\n",
          .channels =
              "[[channel]]\nname = \"pwa\"\n"
              "[[channel]]\nname = \"box\"\non_duplicate = \"reject\"\n",
          .plugins = plugin_table("keys", "key-store-env", "variable = \"RELAY_KEYS\"") +
                     plugin_table("limits", "rate-limiter",
                                  "max_connections = 30, max_messages = 100, window = \"60s\"") +
                     plugin_table("blobs", "blob-store-memory", "max_size = 8192"),
          .chain = "key_store = [\"keys\"]\nrate_limiter = [\"limits\"]\nblob_store = \"blobs\"\n"};
}

constexpr const char* kKey = "?key=team-key-2024";

/// A client as ws-relay's documentation writes it: a URL, text frames, JSON by hand.
WsClient client(const Endpoint& endpoint, const std::string& channel, const std::string& id) {
  return {endpoint, "/" + channel + "/" + id + kKey};
}

nlohmann::json next(WsClient& who) { return nlohmann::json::parse(who.receive().data); }

struct Behaviour {
  const char* name;
  std::function<void(const Endpoint&)> holds;
};

class WsRelay : public testing::TestWithParam<Behaviour> {};

TEST_P(WsRelay, Behaviour) {
  const RelayProcess relay(manifest(), {{"RELAY_KEYS", "team-key-2024,other-key-2024"}});
  GetParam().holds(relay.endpoint());
}

const Behaviour kConnecting[] = {
    {"AClientConnectsToChannelAndIdWithItsKey",
     [](const Endpoint& relay) {
       WsClient alice = client(relay, "pwa", "alice-001");
       alice.send_text(R"({"type":"watch","address":"pwa:alice-001"})");
       EXPECT_EQ(alice.receive().data,
                 R"({"type":"peer-status","payload":{"address":"pwa:alice-001","online":true}})");
     }},
    {"AWrongKeyIsAnsweredAfterConnectingAndClosedWith1008",
     [](const Endpoint& relay) {
       WsClient alice(relay, "/pwa/alice-001?key=wrong-key-2024");
       EXPECT_EQ(alice.handshake().status, 101);
       EXPECT_EQ(alice.receive().data, R"({"type":"error","payload":{"code":"INVALID_KEY",)"
                                       R"("message":"Access key rejected"}})");
       const WsClose close = alice.await_close();
       EXPECT_EQ(close.code, 1008);
       EXPECT_EQ(close.reason, "Invalid key");
     }},
    {"AMissingKeyIsAnsweredAfterConnectingAndClosedWith1008",
     [](const Endpoint& relay) { EXPECT_EQ(refusal_of(relay, "/pwa/alice-001"), key_missing()); }},
    {"AnUnknownChannelIsClosedWith1002",
     [](const Endpoint& relay) {
       EXPECT_EQ(refusal_of(relay, std::string("/nothing/alice-001") + kKey), invalid_url());
     }},
    {"AnIdThatIsTooShortIsClosedWith1002",
     [](const Endpoint& relay) {
       EXPECT_EQ(refusal_of(relay, std::string("/pwa/alice") + kKey), invalid_url());
     }},
    {"ASecondConnectionReplacesTheFirst",
     [](const Endpoint& relay) {
       WsClient first = client(relay, "pwa", "alice-001");
       first.send_text(R"({"type":"watch","address":"pwa:nobody-01"})");
       next(first);
       WsClient second = client(relay, "pwa", "alice-001");
       EXPECT_EQ(first.receive().data, R"({"type":"error","payload":{"code":"REPLACED",)"
                                       R"("message":"Replaced by new connection"}})");
       const WsClose close = first.await_close();
       EXPECT_EQ(close.code, 1000);
       EXPECT_EQ(close.reason, "Replaced");
     }},
    {"WhereDuplicatesAreRejectedTheSecondIsClosedWith1008",
     [](const Endpoint& relay) {
       WsClient first = client(relay, "box", "alice-001");
       first.send_text(R"({"type":"watch","address":"box:nobody-01"})");
       next(first);
       EXPECT_EQ(refusal_of(relay, std::string("/box/alice-001") + kKey),
                 refused("ID_IN_USE", "ID already connected on this channel", 1008, "ID in use"));
     }},
    {"AnAddressHasSoManyConnectionsAtOnce",
     [](const Endpoint& relay) {
       std::vector<WsClient> clients;
       for (int i = 0; i < 30; ++i) {
         clients.push_back(client(relay, "pwa", "peer-" + std::to_string(100 + i)));
       }
       EXPECT_EQ(refusal_of(relay, std::string("/pwa/onemore-1") + kKey), rate_limited());
     }},
};

const Behaviour kMessages[] = {
    {"AMessageIsRoutedByItsToMember",
     [](const Endpoint& relay) {
       WsClient alice = client(relay, "pwa", "alice-001");
       WsClient bob = client(relay, "box", "bob-0001");
       bob.send_text(R"({"type":"watch","address":"box:bob-0001"})");
       next(bob);
       const std::string message =
           R"({"from":"pwa:alice-001","to":"box:bob-0001","payload":{"text":"hi"}})";
       alice.send_text(message);
       EXPECT_EQ(bob.receive().data, message);
     }},
    {"AForeignFromIsAnError",
     [](const Endpoint& relay) {
       WsClient alice = client(relay, "pwa", "alice-001");
       alice.send_text(R"({"from":"pwa:mallory-1","to":"pwa:alice-001","payload":1})");
       EXPECT_EQ(alice.receive().data,
                 R"({"type":"error","payload":{"code":"INVALID_FROM",)"
                 R"("message":"From field does not match sender identity"}})");
     }},
    {"AMessageToNobodyIsDropped",
     [](const Endpoint& relay) {
       WsClient alice = client(relay, "pwa", "alice-001");
       alice.send_text(R"({"from":"pwa:alice-001","to":"pwa:nobody-01","payload":1})");
       alice.send_text(R"({"from":"pwa:alice-001","to":"pwa:alice-001","payload":2})");
       EXPECT_EQ(next(alice).at("payload"), 2);
     }},
    {"WhatIsNotJsonIsIgnored",
     [](const Endpoint& relay) {
       WsClient alice = client(relay, "pwa", "alice-001");
       alice.send_text("hello?");
       alice.send_text(R"({"from":"pwa:alice-001","to":"pwa:alice-001","payload":2})");
       EXPECT_EQ(next(alice).at("payload"), 2);
     }},
    {"AWatchedPeerIsToldOfWhenItComesAndGoes",
     [](const Endpoint& relay) {
       WsClient alice = client(relay, "pwa", "alice-001");
       alice.send_text(R"({"type":"watch","address":"box:bob-0001"})");
       EXPECT_EQ(next(alice), peer_status("box:bob-0001", false));
       {
         WsClient bob = client(relay, "box", "bob-0001");
         EXPECT_EQ(next(alice), peer_status("box:bob-0001", true));
       }
       EXPECT_EQ(next(alice), peer_status("box:bob-0001", false));
     }},
    {"AnUnwatchedPeerIsNot",
     [](const Endpoint& relay) {
       WsClient alice = client(relay, "pwa", "alice-001");
       alice.send_text(R"({"type":"watch","address":"box:bob-0001"})");
       next(alice);
       alice.send_text(R"({"type":"unwatch","address":"box:bob-0001"})");
       alice.send_text(R"({"type":"watch","address":"pwa:nobody-01"})");
       EXPECT_EQ(next(alice), peer_status("pwa:nobody-01", false));
       const Peer bob(relay, "bob-0001", {.channel = "box", .query = "key=team-key-2024"});
       alice.send_text(R"({"type":"watch","address":"pwa:nobody-02"})");
       EXPECT_EQ(next(alice), peer_status("pwa:nobody-02", false));
     }},
    {"AConnectionHasSoManyMessagesInAWindow",
     [](const Endpoint& relay) {
       WsClient alice = client(relay, "pwa", "alice-001");
       for (int i = 0; i < 120; ++i) {
         alice.send_text(R"({"from":"pwa:alice-001","to":"pwa:alice-001","payload":)" +
                         std::to_string(i) + "}");
       }
       for (int i = 0; i < 100; ++i) ASSERT_EQ(next(alice).at("payload"), i);
       EXPECT_EQ(alice.receive().data, R"({"type":"error","payload":{"code":"RATE_LIMITED",)"
                                       R"("message":"Too many messages"}})");
     }},
};

const Behaviour kHttp[] = {
    {"ABlobIsPutGotAndDeleted",
     [](const Endpoint& relay) {
       HttpClient http(relay);
       EXPECT_EQ(http.put("/blob/offer-12345", "v=0 ...").body, R"({"ok":true})");
       EXPECT_EQ(http.get("/blob/offer-12345").body, R"({"data":"v=0 ..."})");
       EXPECT_EQ(http.request("DELETE", "/blob/offer-12345").body, R"({"ok":true})");
       EXPECT_EQ(http.get("/blob/offer-12345").status, 404);
       EXPECT_EQ(http.get("/blob/offer-12345").body, R"({"error":"Not found"})");
       EXPECT_EQ(http.request("DELETE", "/blob/offer-12345").body, R"({"ok":false})");
     }},
    {"ABlobThatIsTooLargeIs413",
     [](const Endpoint& relay) {
       HttpClient http(relay);
       const HttpResponse response = http.put("/blob/offer-12345", std::string(8193, 'x'));
       EXPECT_EQ(response.status, 413);
       EXPECT_EQ(response.body, R"json({"error":"Blob exceeds max size (8192 bytes)"})json");
     }},
    {"HealthTellsStatusConnectionsAndUptime",
     [](const Endpoint& relay) {
       const WsClient alice = client(relay, "pwa", "alice-001");
       HttpClient http(relay);
       const auto health = nlohmann::json::parse(http.get("/health").body);
       EXPECT_EQ(health.at("status"), "ok");
       EXPECT_TRUE(health.at("connections").contains("pwa"));
       EXPECT_TRUE(health.at("connections").at("box").contains("active"));
       EXPECT_TRUE(health.at("connections").at("box").contains("peak"));
       EXPECT_TRUE(health.at("uptime").is_number());
     }},
    {"StatsTellTotalsChannelsBlobsAndKeys",
     [](const Endpoint& relay) {
       Peer alice(relay, "alice-001", {.query = "key=team-key-2024"});
       const std::string message = alice.send("pwa:alice-001", "counted");
       alice.receive();
       HttpClient http(relay);
       http.put("/blob/offer-12345", "x");
       const auto stats = nlohmann::json::parse(http.get("/stats").body);
       EXPECT_EQ(stats.at("totalConnections"), 1);
       EXPECT_EQ(stats.at("messagesRelayed"), 1);
       EXPECT_TRUE(stats.contains("startTime"));
       EXPECT_TRUE(stats.at("uptime").is_number());
       EXPECT_TRUE(stats.at("channels").contains("pwa"));
       EXPECT_EQ(stats.at("blobStore").at("entries"), 1);
       const auto& key = stats.at("keys").at("team-key-2024");
       EXPECT_EQ(key.at("connections"), 1);
       EXPECT_GE(key.at("current").at("bytesIn"), message.size());
       EXPECT_EQ(key.at("current").at("bytesOut"), message.size());
       EXPECT_TRUE(key.at("current").contains("windowStart"));
       EXPECT_TRUE(key.at("history").is_array());
     }},
    {"BrowsersOfAnyOriginMayAsk",
     [](const Endpoint& relay) {
       HttpClient http(relay);
       EXPECT_EQ(http.request("OPTIONS", "/blob/offer-12345").status, 204);
       EXPECT_EQ(http.get("/health").header("access-control-allow-origin"), "*");
     }},
    {"OtherPathsAre404",
     [](const Endpoint& relay) { EXPECT_EQ(HttpClient(relay).get("/nothing").status, 404); }},
};

const auto kName = [](const auto& row) { return std::string(row.param.name); };
INSTANTIATE_TEST_SUITE_P(Connecting, WsRelay, testing::ValuesIn(kConnecting), kName);
INSTANTIATE_TEST_SUITE_P(Messages, WsRelay, testing::ValuesIn(kMessages), kName);
INSTANTIATE_TEST_SUITE_P(Http, WsRelay, testing::ValuesIn(kHttp), kName);

}  // namespace
}  // namespace plugboard::test
