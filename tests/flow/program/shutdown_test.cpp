// How the relay stops.
#include <csignal>

#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

/// Whether the relay answers a request within a moment.
bool answers(const Endpoint& endpoint) {
  RawSocket socket(endpoint);
  socket.send("GET /health HTTP/1.1\r\nHost: relay\r\nConnection: close\r\n\r\n");
  return socket.await_end(Deadline(std::chrono::milliseconds(100)));
}

class Stopping : public testing::TestWithParam<int> {};

TEST_P(Stopping, SendsEveryPeerAwayWithServiceRestartAndEndsWithZero) {
  RelayProcess relay({.shutdown_grace = "500ms"});
  std::vector<std::unique_ptr<Peer>> peers;
  for (int i = 0; i < 10; ++i) {
    peers.push_back(std::make_unique<Peer>(relay.endpoint(), fresh_id()));
  }
  relay.signal(GetParam());
  for (const auto& peer : peers) {
    const WsClose close = peer->socket().await_close();
    EXPECT_EQ(close.code, 1012);
    EXPECT_EQ(close.reason, "Service restart");
  }
  EXPECT_EQ(relay.await_exit(), 0);
}

TEST_P(Stopping, SpreadsThePeersOverTheGraceTimeHoweverFewTheyAre) {
  RelayProcess relay({.threads = 8, .shutdown_grace = "1s"});
  std::vector<std::unique_ptr<Peer>> peers;
  for (int i = 0; i < 5; ++i) {
    peers.push_back(std::make_unique<Peer>(relay.endpoint(), fresh_id()));
  }
  relay.signal(GetParam());
  const auto start = std::chrono::steady_clock::now();
  std::chrono::steady_clock::duration last{};
  for (const auto& peer : peers) {
    peer->socket().await_close();
    last = std::max(last, std::chrono::steady_clock::now() - start);
  }
  // Five steps of 160 ms begin at 0 ms.
  EXPECT_GE(last, std::chrono::milliseconds(500));
  EXPECT_EQ(relay.await_exit(), 0);
}

TEST_P(Stopping, TellsEveryPeerEvenWithoutGraceTime) {
  RelayProcess relay({.shutdown_grace = "0s"});
  Peer peer(relay.endpoint(), fresh_id());
  relay.signal(GetParam());
  EXPECT_EQ(peer.socket().await_close().code, 1012);
  EXPECT_EQ(relay.await_exit(), 0);
}

TEST_P(Stopping, EndsAtOnceWhereNobodyIs) {
  RelayProcess relay({.shutdown_grace = "1h"});
  relay.signal(GetParam());
  EXPECT_EQ(relay.await_exit(), 0);
}

INSTANTIATE_TEST_SUITE_P(Signals, Stopping, testing::Values(SIGTERM, SIGINT),
                         [](const auto& signal) {
                           return signal.param == SIGTERM ? "OnSigterm" : "OnSigint";
                         });

/// A relay that is draining, for as long as a test wants: there are more peers than it sends away
/// in that time.
class Draining : public testing::Test {
 protected:
  Draining() {
    for (int i = 0; i < 20; ++i) {
      peers_.push_back(std::make_unique<RawSocket>(relay_.endpoint()));
      peers_.back()->upgrade("/pwa/" + fresh_id(), "", ping_frame("in"));
      peers_.back()->frame();
    }
    relay_.signal(SIGTERM);
    if (!await([&] { return http_.get("/ready").status == 503; })) {
      throw std::runtime_error("the relay does not say that it is draining");
    }
  }
  ~Draining() override {
    relay_.signal(SIGTERM);  // the second: at once
    EXPECT_TRUE(relay_.await_any_end());
  }

  RelayProcess relay_{Manifest{.shutdown_grace = "1h"}};
  HttpClient http_{relay_.endpoint()};
  std::vector<std::unique_ptr<RawSocket>> peers_;
};

TEST_F(Draining, IsNotReady) { EXPECT_EQ(http_.get("/ready").status, 503); }

TEST_F(Draining, IsStillHealthy) { EXPECT_EQ(http_.get("/health").status, 200); }

TEST_F(Draining, RefusesUpgradesWithTheTimeToComeBack) {
  const WsClient late(relay_.endpoint(), "/pwa/" + fresh_id());
  EXPECT_EQ(late.handshake().status, 503);
  EXPECT_TRUE(late.handshake().header("retry-after").has_value());
}

TEST_F(Draining, ASecondSignalEndsItAtOnce) {
  relay_.signal(SIGTERM);
  EXPECT_TRUE(relay_.await_any_end());
}

TEST(Shutdown, RefusesUpgradesAsDrainingEvenWhereTheRelayIsFull) {
  RelayProcess relay({.server = "max_connections = 2\n",
                      .plugins = plugin_table("log", "access-log"),
                      .chain = "key_store = \"open\"\nhook = [\"log\"]\n",
                      .shutdown_grace = "1h"});
  const Peer one(relay.endpoint(), fresh_id());
  const Peer two(relay.endpoint(), fresh_id());
  relay.signal(SIGTERM);
  ASSERT_TRUE(
      await([&] { return relay.standard_error().find("stopping: ") != std::string::npos; }));
  const WsClient late(relay.endpoint(), "/pwa/" + fresh_id());
  EXPECT_EQ(late.handshake().status, 503);
  EXPECT_TRUE(await([&] {
    return relay.standard_output().find("error=DRAINING status=503") != std::string::npos;
  })) << relay.standard_output();
  relay.signal(SIGTERM);  // the second: at once
  EXPECT_TRUE(relay.await_any_end());
}

TEST(Shutdown, DoesNotWaitForClientsThatDoNotAnswerTheClose) {
  RelayProcess relay({.shutdown_grace = "200ms"});
  RawSocket silent(relay.endpoint());
  silent.upgrade("/pwa/" + fresh_id());
  relay.signal(SIGTERM);
  EXPECT_EQ(relay.await_exit(), 0);
}

TEST(Shutdown, DoesNotWaitForIdleHttpConnections) {
  RelayProcess relay({.shutdown_grace = "200ms"});
  HttpClient http(relay.endpoint());
  EXPECT_EQ(http.get("/health").status, 200);
  const RawSocket silent(relay.endpoint());
  relay.signal(SIGTERM);
  EXPECT_EQ(relay.await_exit(), 0);
}

TEST(Shutdown, MessagesUnderWayBeforeItAreDelivered) {
  RelayProcess relay({.shutdown_grace = "300ms"});
  Peer one(relay.endpoint(), fresh_id());
  Peer two(relay.endpoint(), fresh_id());
  std::vector<std::string> sent;
  for (int i = 0; i < 100; ++i) sent.push_back(one.send(two.address(), i));
  one.fence();
  relay.signal(SIGTERM);
  for (const std::string& message : sent) EXPECT_EQ(two.receive(), message);
  EXPECT_EQ(two.socket().await_close().code, 1012);
  EXPECT_EQ(relay.await_exit(), 0);
}

TEST(Shutdown, ASecondSignalEndsEvenARelayWhosePluginKeepsAnIoThread) {
  RelayProcess relay({.plugins = doorman_table(),
                      .chain = "key_store = \"open\"\nhttp = [\"doorman\"]\n",
                      .threads = 1});
  RawSocket caught(relay.endpoint());
  caught.send("POST /doorman/hang HTTP/1.1\r\nHost: relay\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(await([&] { return !answers(relay.endpoint()); }));
  relay.signal(SIGTERM);
  ASSERT_TRUE(relay.await_log("stopping"));
  EXPECT_TRUE(await([&] {
    relay.signal(SIGTERM);
    return relay.await_any_end(Deadline(std::chrono::milliseconds(50)));
  }));
}

TEST(Shutdown, ASecondSignalEndsEvenARelayWhoseReloadHangs) {
  const TempDir folder;
  Manifest manifest{.shutdown_grace = "1h"};
  RelayProcess relay(folder, manifest);
  const Peer peer(relay.endpoint(), fresh_id());
  manifest.plugins = "[[plugin]]\nname = \"hangs\"\nlibrary = \"" PLUGBOARD_BUILD_DIR
                     "/tests/bad_plugins/hangs_in_create.so\"\n";
  manifest.chain = "key_store = [\"hangs\"]\n";
  folder.write("plugboard.toml", manifest.text());
  relay.signal(SIGHUP);
  relay.signal(SIGTERM);
  relay.signal(SIGINT);
  EXPECT_TRUE(relay.await_any_end());
}

TEST(Shutdown, FreesThePortForTheNext) {
  std::string address;
  {
    const RelayProcess first;
    address = first.endpoint().authority();
    const Peer peer(first.endpoint(), fresh_id());
  }
  const RelayProcess second({.listen = "[\"" + address + "\"]"});
  EXPECT_NO_THROW(Peer(second.endpoint(), fresh_id()));
}

}  // namespace
}  // namespace plugboard::test
