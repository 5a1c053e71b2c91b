// The plugin access-log: what it writes about what clients do.
#include <algorithm>
#include <csignal>
#include <sstream>

#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

class AccessLog : public testing::Test {
 protected:
  void start(const std::string& config = "file = \"access.log\", format = \"json\"",
             const std::string& server = "") {
    relay_ = std::make_unique<RelayProcess>(
        folder_,
        Manifest{.server = server,
                 .plugins = plugin_table("log", "access-log", config) +
                            plugin_table("keys", "key-store-env", "variable = \"RELAY_KEYS\"") +
                            plugin_table("limits", "rate-limiter", "max_connections = 2") +
                            plugin_table("blobs", "blob-store-memory") + doorman_table(),
                 .chain =
                     "key_store = [\"keys\"]\nrate_limiter = [\"limits\"]\nblob_store = \"blobs\"\n"
                     "hook = [\"log\", \"doorman\"]\n"},
        Environment{{"RELAY_KEYS", "secret-key-1"}});
  }

  /// The lines about one event so far.
  [[nodiscard]] std::vector<nlohmann::json> events(const std::string& event) const {
    const std::string text = folder_.read("access.log");
    std::istringstream lines(text.substr(0, text.rfind('\n') + 1));
    std::vector<nlohmann::json> found;
    for (std::string line; std::getline(lines, line);) {
      nlohmann::json parsed = nlohmann::json::parse(line);
      if (parsed.at("event") == event) found.push_back(std::move(parsed));
    }
    return found;
  }

  /// The newest line about an event, once there are `count`.
  nlohmann::json await_event(const std::string& event, std::size_t count = 1) const {
    if (!await([&] { return events(event).size() >= count; })) {
      throw std::runtime_error("no such line; the log: " + folder_.read("access.log"));
    }
    return events(event).at(count - 1);
  }

  [[nodiscard]] const Endpoint& endpoint() const { return relay_->endpoint(); }
  [[nodiscard]] Peer member(const std::string& id) const {
    return {endpoint(), id, {.query = "key=secret-key-1"}};
  }

  TempDir folder_;
  std::unique_ptr<RelayProcess> relay_;
};

TEST_F(AccessLog, HasALineForEachConnect) {
  start();
  const Peer alice = member("alice001");
  const nlohmann::json line = await_event("connect");
  EXPECT_EQ(line.at("address"), "pwa:alice001");
  EXPECT_EQ(line.at("client"), "127.0.0.1");
  EXPECT_TRUE(line.at("key").get<std::string>().starts_with("key-"));
  EXPECT_TRUE(line.contains("time"));
}

TEST_F(AccessLog, HasALineForEachDisconnectWithWhatWentThrough) {
  start();
  {
    Peer alice = member("alice001");
    alice.send("pwa:alice001", "to myself");
    alice.receive();
    alice.socket().close(4001, "done for today");
  }
  const nlohmann::json line = await_event("disconnect");
  EXPECT_EQ(line.at("address"), "pwa:alice001");
  EXPECT_EQ(line.at("reason"), "closed");
  EXPECT_EQ(line.at("code"), 4001);
  EXPECT_EQ(line.at("close_reason"), "done for today");
  EXPECT_EQ(line.at("messages_out"), 1);
  EXPECT_GE(line.at("messages_in"), 1);
  EXPECT_GT(line.at("bytes_in"), line.at("bytes_out"));
}

TEST_F(AccessLog, SaysWhyAPeerWasDisconnected) {
  start();
  {
    RawSocket lost(endpoint());
    lost.upgrade("/pwa/lost0001?key=secret-key-1");
    await_event("connect");
    lost.reset();
    const nlohmann::json line = await_event("disconnect", 1);
    EXPECT_EQ(line.at("reason"), "closed");
    EXPECT_EQ(line.at("code"), 1006);
  }
  Peer old_one = member("alice001");
  Peer new_one = member("alice001");
  EXPECT_EQ(await_event("disconnect", 2).at("reason"), "replaced");
  await_refusal(old_one.socket());
  RawSocket broken(endpoint());
  broken.upgrade("/pwa/broken01?key=secret-key-1");
  await_event("connect", 4);
  broken.send(FrameToSend{.payload = "x", .masked = false}.bytes());
  EXPECT_EQ(await_event("disconnect", 3).at("reason"), "protocol");
  relay_->signal(SIGTERM);
  EXPECT_EQ(await_event("disconnect", 4).at("reason"), "shutdown");
}

TEST_F(AccessLog, HasALineForEachRefusalWithItsStep) {
  start("file = \"access.log\", format = \"json\"", "origins = [\"https://app.example\"]\n");
  refusal_of(endpoint(), "/pwa/alice001?key=wrong-key-1");
  nlohmann::json line = await_event("refuse", 1);
  EXPECT_EQ(line.at("step"), "key");
  EXPECT_EQ(line.at("error"), "INVALID_KEY");
  EXPECT_EQ(line.at("code"), 1008);
  EXPECT_EQ(line.at("path"), "/pwa/alice001");
  EXPECT_EQ(line.at("client"), "127.0.0.1");
  refusal_of(endpoint(), "/nowhere/alice001?key=secret-key-1");
  line = await_event("refuse", 2);
  EXPECT_EQ(line.at("step"), "url");
  EXPECT_EQ(line.at("error"), "INVALID_URL");
  refusal_of(endpoint(), "/pwa/denied001?key=secret-key-1");
  line = await_event("refuse", 3);
  EXPECT_EQ(line.at("step"), "verify");
  EXPECT_EQ(line.at("error"), "VERIFY_FAILED");
  EXPECT_EQ(upgrade_status(endpoint(), "/pwa/alice001?key=secret-key-1",
                           {.headers = {{"Origin", "https://evil.example"}}}),
            403);
  line = await_event("refuse", 4);
  EXPECT_EQ(line.at("step"), "client-address");
  EXPECT_EQ(line.at("status"), 403);
  EXPECT_TRUE(events("connect").empty());
  EXPECT_TRUE(events("disconnect").empty());
}

TEST_F(AccessLog, HasALineForAClientThatIsLimited) {
  start();
  const Peer one = member("alice001");
  const Peer two = member("alice002");
  refusal_of(endpoint(), "/pwa/alice003?key=secret-key-1");
  const nlohmann::json line = await_event("refuse");
  EXPECT_EQ(line.at("step"), "connect-limit");
  EXPECT_EQ(line.at("error"), "RATE_LIMITED");
}

TEST_F(AccessLog, HasALineForEachHttpRequest) {
  start();
  HttpClient http(endpoint());
  http.get("/health?with=query");
  nlohmann::json line = await_event("http", 1);
  EXPECT_EQ(line.at("method"), "GET");
  EXPECT_EQ(line.at("path"), "/health");
  EXPECT_EQ(line.at("status"), 200);
  http.get("/nothing");
  line = await_event("http", 2);
  EXPECT_EQ(line.at("path"), "/nothing");
  EXPECT_EQ(line.at("status"), 404);
}

TEST_F(AccessLog, HasALineForARequestThatCannotBeRead) {
  start();
  RawSocket client(endpoint());
  client.send("GARBAGE\r\n\r\n");
  const nlohmann::json line = await_event("http");
  EXPECT_EQ(line.at("status"), 400);
  EXPECT_FALSE(line.contains("method") || line.contains("path")) << line;
}

TEST_F(AccessLog, HasALineForAMalformedHandshake) {
  start();
  RawSocket client(endpoint());
  client.send(
      "GET /pwa/alice001?key=secret-key-1 HTTP/1.1\r\nHost: relay\r\nUpgrade: websocket\r\n"
      "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
      "Sec-WebSocket-Version: 12\r\n\r\n");
  const nlohmann::json line = await_event("http");
  EXPECT_EQ(line.at("status"), 426);
  EXPECT_EQ(line.at("path"), "/pwa/alice001");
}

TEST_F(AccessLog, ARefusedUpgradeIsNoHttpRequestBesides) {
  start("file = \"access.log\", format = \"json\"", "on_invalid_key = \"reject-upgrade\"\n");
  RawSocket client(endpoint());
  client.send(
      "GET /pwa/alice001?key=wrong-key-1 HTTP/1.1\r\nHost: relay\r\nUpgrade: websocket\r\n"
      "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
      "Sec-WebSocket-Version: 13\r\n\r\n");
  EXPECT_EQ(await_event("refuse").at("status"), 403);
  HttpClient(endpoint()).get("/health");
  EXPECT_EQ(await_event("http", 1).at("path"), "/health");
}

TEST_F(AccessLog, DoesNotTellKeysNorBlobsNorWhatPeersSay) {
  start();
  {
    Peer alice = member("alice001");
    alice.send("pwa:alice001", "a secret between peers");
    alice.receive();
    alice.socket().close();
  }
  refusal_of(endpoint(), "/pwa/alice001?key=wrong-key-1");
  HttpClient http(endpoint());
  http.put("/blob/blob-key-9?key=secret-key-1", "a secret in a blob");
  await_event("http");
  await_event("refuse");
  await_event("disconnect");
  const std::string log = folder_.read("access.log") + relay_->standard_output();
  for (const char* secret : {"secret-key-1", "wrong-key-1", "a secret", "blob-key-9"}) {
    EXPECT_EQ(log.find(secret), std::string::npos) << log;
  }
}

TEST_F(AccessLog, WhatClientsSendCannotMakeLinesOfItsOwn) {
  start();
  {
    Peer alice = member("alice001");
    alice.socket().close(4001, "bye\n{\"event\":\"forged\"}");
  }
  EXPECT_EQ(await_event("disconnect").at("close_reason"), "bye\n{\"event\":\"forged\"}");
  EXPECT_TRUE(events("forged").empty());
}

TEST_F(AccessLog, IsTextOnStandardOutputByDefault) {
  start("");
  {
    Peer alice = member("alice001");
    alice.socket().close(4001, "bye\nforged address=pwa:bob00001");
  }
  EXPECT_TRUE(relay_->await_output(" connect address=pwa:alice001 client=127.0.0.1 key=key-"));
  ASSERT_TRUE(relay_->await_output(" disconnect address=pwa:alice001 "));
  const std::string out = relay_->standard_output();
  EXPECT_EQ(out.find("\nforged"), std::string::npos) << out;
  // The ready line and these two.
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 3) << out;
}

TEST(AccessLogFile, ThatCannotBeWrittenRefusesTheStart) {
  const TempDir folder;
  const std::string file =
      folder
          .write("relay.toml",
                 Manifest{.plugins = plugin_table("log", "access-log", "file = \"no/such/a.log\""),
                          .chain = "key_store = \"open\"\nhook = [\"log\"]\n"}
                     .text())
          .string();
  const Finished done = run_to_end({plugboard_program(), "serve", "--config", file});
  EXPECT_EQ(done.code, 2);
  EXPECT_NE(done.err.find("a.log"), std::string::npos) << done.err;
}

}  // namespace
}  // namespace plugboard::test
