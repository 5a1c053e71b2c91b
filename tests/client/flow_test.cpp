// The client against the real relay.
#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "client/certificate.hpp"
#include "client/client_under_test.hpp"
#include "support/peer.hpp"
#include "support/relay_process.hpp"

namespace plugboard::test {
namespace {

using nlohmann::json;

constexpr const char* kKey = "test-key-0001";

Manifest demo_manifest() {
  Manifest manifest;
  manifest.channels = "[[channel]]\nname = \"demo\"\npresence_list = true\n";
  manifest.chain = "key_store = \"open\"\n";
  return manifest;
}

Manifest keyed_manifest() {
  Manifest manifest = demo_manifest();
  manifest.plugins = plugin_table("keys", "key-store-file", R"(file = "keys.txt")");
  manifest.chain = "key_store = [\"keys\"]\n";
  return manifest;
}

std::string url_of(const RelayProcess& relay) { return "ws://" + relay.endpoint().authority(); }

json online(const std::string& address, bool is_online = true) { return {address, is_online}; }

auto is(const json& expected) {
  return [expected](const json& detail) { return detail == expected; };
}

TEST(RelayClientFlow, MessagesTravelBothWays) {
  const RelayProcess relay(demo_manifest());
  ClientUnderTest alice(quick_options(url_of(relay)));
  ClientUnderTest bob(quick_options(url_of(relay), "bob00001"));
  alice.await_registered();
  bob.await_registered();
  EXPECT_TRUE(alice->send("demo:bob00001", {{"text", "grüße"}, {"n", 1.5}}));
  EXPECT_EQ(bob.events.await("message"), (json{"demo:alice001", {{"text", "grüße"}, {"n", 1.5}}}));
  EXPECT_TRUE(bob->send("demo:alice001", nullptr));
  EXPECT_EQ(alice.events.await("message"), (json{"demo:bob00001", nullptr}));
}

TEST(RelayClientFlow, AChannelMayHoldWhatUrlsEncode) {
  Manifest manifest = demo_manifest();
  manifest.channels = "[[channel]]\nname = \"b\u00fcro/50 %\"\n";
  const RelayProcess relay(manifest);
  RelayClientOptions options = quick_options(url_of(relay));
  options.channel = "b\u00fcro/50 %";
  ClientUnderTest alice(options);
  alice.await_registered();
}

TEST(RelayClientFlow, BinaryMessagesAreUnderstood) {
  const RelayProcess relay(demo_manifest());
  ClientUnderTest alice(quick_options(url_of(relay)));
  alice.await_registered();
  Peer bob(relay.endpoint(), "bob00001", {.channel = "demo"});
  bob.socket().send_binary(R"({"from":"demo:bob00001","to":"demo:alice001","payload":"ü"})");
  EXPECT_EQ(alice.events.await("message"), (json{"demo:bob00001", "ü"}));
}

TEST(RelayClientFlow, AWatchedPeerIsSeenToComeAndGo) {
  const RelayProcess relay(demo_manifest());
  ClientUnderTest alice(quick_options(url_of(relay)));
  alice->watch("demo:bob00001");
  alice.events.await("peer-status", is(online("demo:bob00001", false)));
  {
    ClientUnderTest bob(quick_options(url_of(relay), "bob00001"));
    alice.events.await("peer-status", is(online("demo:bob00001")));
  }
  alice.events.await("peer-status", is(online("demo:bob00001", false)), 2);
}

TEST(RelayClientFlow, AWholeChannelIsWatched) {
  const RelayProcess relay(demo_manifest());
  const Peer bob(relay.endpoint(), "bob00001", {.channel = "demo"});
  ClientUnderTest alice(quick_options(url_of(relay)));
  alice->watch("demo:*");
  alice.events.await("peer-status", is(online("demo:bob00001")));
}

TEST(RelayClientFlow, ARelayThatRestartsSaysSo) {
  RelayProcess relay(demo_manifest());
  ClientUnderTest alice(quick_options(url_of(relay)));
  alice.await_registered();
  relay.signal(SIGTERM);
  EXPECT_EQ(alice.events.await("close"), (json{1012, "Service restart"}));
  EXPECT_FALSE(alice->stopped());
}

class KeyTravels : public testing::TestWithParam<KeyTransport> {};

TEST_P(KeyTravels, AndLetsTheClientIn) {
  const TempDir folder;
  folder.write("keys.txt", std::string(kKey) + "\n");
  const RelayProcess relay(folder, keyed_manifest());
  RelayClientOptions options = quick_options(url_of(relay));
  options.key = kKey;
  options.key_transport = GetParam();
  ClientUnderTest alice(options);
  alice.await_registered();
}

INSTANTIATE_TEST_SUITE_P(All, KeyTravels,
                         testing::Values(KeyTransport::kQuery, KeyTransport::kHeader,
                                         KeyTransport::kSubprotocol));

TEST(RelayClientFlow, ARejectedKeyStopsTheClient) {
  const TempDir folder;
  folder.write("keys.txt", std::string(kKey) + "\n");
  const RelayProcess relay(folder, keyed_manifest());
  RelayClientOptions options = quick_options(url_of(relay));
  options.key = "another-key-1";
  ClientUnderTest alice(options);
  EXPECT_EQ(alice.events.await("close"), (json{1008, "Invalid key"}));
  EXPECT_EQ(alice.events.all("error"),
            (std::vector<json>{{"INVALID_KEY", "Access key rejected", true}}));
  EXPECT_TRUE(alice->stopped());
}

TEST(RelayClientFlow, AKeyThatIsRejectedBeforeTheUpgradeStopsTheClient) {
  const TempDir folder;
  folder.write("keys.txt", std::string(kKey) + "\n");
  Manifest manifest = keyed_manifest();
  manifest.server = "on_invalid_key = \"reject-upgrade\"";
  const RelayProcess relay(folder, manifest);
  ClientUnderTest alice(quick_options(url_of(relay)));
  const json error = alice.events.await("error");
  EXPECT_EQ(error.at(0), "INVALID_KEY");
  EXPECT_EQ(error.at(2), true);
  alice.events.await("close");
  EXPECT_TRUE(alice->stopped());
}

TEST(RelayClientFlow, ARevokedKeyStopsTheClient) {
  const TempDir folder;
  folder.write("keys.txt", std::string(kKey) + "\nother-key-01\n");
  const RelayProcess relay(folder, keyed_manifest());
  RelayClientOptions options = quick_options(url_of(relay));
  options.key = kKey;
  ClientUnderTest alice(options);
  alice.await_registered();
  folder.replace("keys.txt", "other-key-01\n");
  EXPECT_EQ(alice.events.await("close"), (json{1008, "Key revoked"}));
  EXPECT_EQ(alice.events.all("error"),
            (std::vector<json>{{"KEY_REVOKED", "Access key revoked", true}}));
  EXPECT_TRUE(alice->stopped());
}

TEST(RelayClientFlow, AChannelThatDoesNotExistStopsTheClient) {
  const RelayProcess relay(demo_manifest());
  RelayClientOptions options = quick_options(url_of(relay));
  options.channel = "elsewhere";
  ClientUnderTest alice(options);
  alice.events.await("close");
  EXPECT_EQ(alice.events.all("error"),
            (std::vector<json>{{"INVALID_URL", "Invalid connection URL", true}}));
  EXPECT_TRUE(alice->stopped());
}

TEST(RelayClientFlow, OfTwoWithOneIdTheOlderStopsAndTheNewerStays) {
  const RelayProcess relay(demo_manifest());
  ClientUnderTest older(quick_options(url_of(relay)));
  older.await_registered();
  ClientUnderTest newer(quick_options(url_of(relay)));
  newer.await_registered();
  EXPECT_EQ(older.events.await("close"), (json{1000, "Replaced"}));
  EXPECT_TRUE(older->stopped());
  EXPECT_TRUE(newer->connected());
}

TEST(RelayClientFlow, CoroutinesTalk) {
  const RelayProcess relay(demo_manifest());
  RelayClientOptions options = quick_options(url_of(relay), "bob00001");
  options.inbox_limit = 10;
  ClientUnderTest bob(options, false);
  bob.await_registered();
  ClientUnderTest alice(quick_options(url_of(relay)));
  const auto talk = [&]() -> boost::asio::awaitable<Message> {
    co_await alice->opened();
    EXPECT_TRUE(alice->send("demo:bob00001", "hello"));
    co_return co_await bob->receive();
  };
  const Message message = boost::asio::co_spawn(bob.context(), talk, boost::asio::use_future).get();
  EXPECT_EQ(message.from, "demo:alice001");
  EXPECT_EQ(message.payload, "hello");
}

// Over wss://.
class EncryptedRelay {
 public:
  explicit EncryptedRelay(const std::string& host) {
    const Certificate made = make_certificate(host);
    folder_.write("cert.pem", made.certificate);
    folder_.write("key.pem", made.private_key);
    Manifest manifest = demo_manifest();
    manifest.server = "[server.tls]\ncertificate = \"cert.pem\"\nprivate_key = \"key.pem\"";
    relay_ = std::make_unique<RelayProcess>(folder_, manifest);
  }

  [[nodiscard]] RelayClientOptions options() const {
    RelayClientOptions options = quick_options("wss://" + relay_->endpoint().authority());
    options.tls.ca_file = (folder_.path() / "cert.pem").string();
    return options;
  }

 private:
  TempDir folder_;
  std::unique_ptr<RelayProcess> relay_;
};

TEST(RelayClientFlow, AnEncryptedRelayIsReached) {
  const EncryptedRelay relay("127.0.0.1");
  ClientUnderTest alice(relay.options());
  alice.await_registered();
  EXPECT_TRUE(alice->send("demo:alice001", std::string(100'000, 'x')));
  EXPECT_EQ(alice.events.await("message").at(1).get<std::string>().size(), 100'000U);
}

TEST(RelayClientFlow, ARelayWithACertificateForAnotherHostIsNotTrusted) {
  const EncryptedRelay relay("elsewhere.example");
  ClientUnderTest alice(relay.options());
  EXPECT_EQ(alice.events.await("error").at(0), "CONNECT_FAILED");
}

TEST(RelayClientFlow, ARelayWithACertificateThatNobodyVouchesForIsNotTrusted) {
  const EncryptedRelay relay("127.0.0.1");
  RelayClientOptions options = relay.options();
  options.tls.ca_file.clear();
  ClientUnderTest alice(options);
  EXPECT_EQ(alice.events.await("error").at(0), "CONNECT_FAILED");
}

TEST(RelayClientFlow, ATestMayTrustAnyCertificate) {
  const EncryptedRelay relay("elsewhere.example");
  RelayClientOptions options = relay.options();
  options.tls.ca_file.clear();
  options.tls.verify = false;
  ClientUnderTest alice(options);
  alice.await_registered();
}

}  // namespace
}  // namespace plugboard::test
