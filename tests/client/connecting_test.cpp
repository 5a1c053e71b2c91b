// How a client asks to be let in.
#include <gmock/gmock.h>

#include <stdexcept>

#include "client/client_under_test.hpp"
#include "client/scripted_relay.hpp"

namespace plugboard::test {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

std::string why_not(RelayClientOptions options) {
  boost::asio::io_context io;
  try {
    const RelayClient client(io.get_executor(), std::move(options));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return {};
}

TEST(RelayClient, ThrowsAtConstructionForAnIllFormedKey) {
  RelayClientOptions options = quick_options("ws://localhost");
  options.key = "not a key";
  EXPECT_THAT(why_not(options), HasSubstr("ill-formed access key"));
}

TEST(RelayClient, DoesNotTellTheKeyThatIsIllFormed) {
  RelayClientOptions options = quick_options("ws://localhost");
  options.key = "secret but wrong";
  EXPECT_THAT(why_not(options), Not(HasSubstr("secret")));
}

TEST(RelayClient, ThrowsAtConstructionForAWrongUrl) {
  EXPECT_THAT(why_not(quick_options("localhost:8080")), HasSubstr("no relay URL"));
}

TEST(RelayClient, ThrowsAtConstructionForAChannelWithAColon) {
  RelayClientOptions options = quick_options("ws://localhost");
  options.channel = "a:b";
  EXPECT_THAT(why_not(options), HasSubstr("no channel"));
}

TEST(RelayClient, ThrowsAtConstructionForAChannelThatWouldEndTheRequestLine) {
  RelayClientOptions options = quick_options("ws://localhost");
  options.channel = "a\r\nX-Injected";
  EXPECT_THAT(why_not(options), HasSubstr("no channel"));
}

TEST(RelayClient, ThrowsAtConstructionForAnIdThatIsNotUtf8) {
  EXPECT_THAT(why_not(quick_options("ws://localhost", "alice\xff\xff\xff")), HasSubstr("UTF-8"));
}

TEST(RelayClient, ThrowsAtConstructionForAnEmptyId) {
  EXPECT_THAT(why_not(quick_options("ws://localhost", "")), HasSubstr("id is empty"));
}

TEST(RelayClient, ThrowsAtConstructionForAuthoritiesThatCannotBeRead) {
  RelayClientOptions options = quick_options("wss://localhost");
  options.tls.ca_file = "/nowhere/ca.pem";
  EXPECT_THAT(why_not(options), HasSubstr("/nowhere/ca.pem"));
}

TEST(RelayClient, SaysWhoItIs) {
  boost::asio::io_context io;
  const RelayClient client(io.get_executor(), quick_options("ws://localhost"));
  EXPECT_EQ(client.channel(), "demo");
  EXPECT_EQ(client.id(), "alice001");
  EXPECT_EQ(client.address(), "demo:alice001");
}

TEST(RelayClient, DoesNotConnectBeforeItIsTold) {
  boost::asio::io_context io;
  const RelayClient client(io.get_executor(), quick_options("ws://localhost"));
  EXPECT_TRUE(client.stopped());
  EXPECT_FALSE(client.connected());
}

TEST(RelayClient, OpensTheUrlOfItsChannelAndId) {
  ScriptedRelay relay;
  const ClientUnderTest client(quick_options(relay.url() + "/base/", "al ice/01"));
  EXPECT_EQ(relay.next().target(), "/base/demo/al%20ice%2F01");
}

TEST(RelayClient, EncodesWhatAPathMayNotHoldInAChannel) {
  ScriptedRelay relay;
  RelayClientOptions options = quick_options(relay.url());
  options.channel = "b\u00fcro/50 %";
  const ClientUnderTest client(options);
  EXPECT_EQ(relay.next().target(), "/b%C3%BCro/50%20%25/alice001");
}

TEST(RelayClient, SendsTheKeyAsAQuery) {
  ScriptedRelay relay;
  RelayClientOptions options = quick_options(relay.url());
  options.key = "secret-key";
  const ClientUnderTest client(options);
  EXPECT_EQ(relay.next().target(), "/demo/alice001?key=secret-key");
}

TEST(RelayClient, CanSendTheKeyAsABearer) {
  ScriptedRelay relay;
  RelayClientOptions options = quick_options(relay.url());
  options.key = "secret-key";
  options.key_transport = KeyTransport::kHeader;
  const ClientUnderTest client(options);
  const Visit visit = relay.next();
  EXPECT_EQ(visit.target(), "/demo/alice001");
  EXPECT_EQ(visit.header("Authorization"), "Bearer secret-key");
}

TEST(RelayClient, CanSendTheKeyAsASubprotocol) {
  ScriptedRelay relay;
  RelayClientOptions options = quick_options(relay.url());
  options.key = "secret-key";
  options.key_transport = KeyTransport::kSubprotocol;
  ClientUnderTest client(options);
  Visit visit = relay.next();
  EXPECT_EQ(visit.target(), "/demo/alice001");
  EXPECT_EQ(visit.header("Sec-WebSocket-Protocol"), "plugboard.key, secret-key");
  visit.accept("plugboard.key");
  client.events.await("open");
}

TEST(RelayClient, IsConnectedOnceTheRelayHasAnswered) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()));
  const Visit visit = relay.next_accepted();
  client.events.await("open");
  EXPECT_TRUE(client->connected());
  EXPECT_FALSE(client->stopped());
}

TEST(RelayClient, TellsThatNobodyListens) {
  std::string url;
  {
    const ScriptedRelay gone;
    url = gone.url();
  }
  ClientUnderTest client(quick_options(url));
  EXPECT_EQ(client.events.await("error"), (json{"CONNECT_FAILED", "Connection refused", false}));
  EXPECT_EQ(client.events.await("close"), (json{1006, ""}));
}

TEST(RelayClient, TriesAgainWhenNobodyListens) {
  std::string url;
  {
    const ScriptedRelay gone;
    url = gone.url();
  }
  ClientUnderTest client(quick_options(url));
  client.events.await("error", {}, 3);
  EXPECT_FALSE(client->stopped());
}

TEST(RelayClient, GivesUpARelayThatDoesNotAnswer) {
  ScriptedRelay relay;
  RelayClientOptions options = quick_options(relay.url());
  options.handshake_timeout = milliseconds(50);
  ClientUnderTest client(options);
  const Visit silent = relay.next_unread();
  EXPECT_EQ(client.events.await("error"), (json{"CONNECT_FAILED", "no answer in time", false}));
}

TEST(RelayClient, StopsWhenTheUpgradeIsForbidden) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()));
  relay.next().refuse(403);
  EXPECT_EQ(client.events.await("error"),
            (json{"INVALID_KEY", "The relay refuses the connection (HTTP 403 Forbidden)", true}));
  client.events.await("close");
  EXPECT_TRUE(client->stopped());
}

TEST(RelayClient, ComesBackWhenTheUpgradeWasOneTooMany) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()));
  relay.next().refuse(429);
  EXPECT_EQ(client.events.await("error").at(0), "RATE_LIMITED");
  relay.next();
}

TEST(RelayClient, ComesBackWhenTheRelayIsNotReady) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()));
  relay.next().refuse(503, {{"Retry-After", "1"}});
  EXPECT_EQ(client.events.await("error"),
            (json{"CONNECT_FAILED", "HTTP 503 Service Unavailable", false}));
  relay.next();
}

TEST(RelayClient, WaitsAsLongAsRetryAfterSays) {
  ScriptedRelay relay;
  RelayClientOptions options = quick_options(relay.url());
  options.max_reconnect_delay = milliseconds(60'000);
  ClientUnderTest client(options);
  relay.next().refuse(503, {{"Retry-After", "30"}});
  client.events.await("close");
  EXPECT_FALSE(relay.comes_within(milliseconds(1'500)));  // the first wait without it: 1 s at most
}

}  // namespace
}  // namespace plugboard::test
