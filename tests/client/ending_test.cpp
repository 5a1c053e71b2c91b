// How connections end, and what comes after.
#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <memory>
#include <stdexcept>

#include "client/client_under_test.hpp"
#include "client/scripted_relay.hpp"

namespace plugboard::test {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using testing::ElementsAre;

TEST(RelayClient, ComesBackWhenTheConnectionIsLost) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()));
  relay.next_accepted().drop();
  const Visit again = relay.next_accepted();
  client.events.await("open", {}, 2);
  EXPECT_THAT(client.events.kinds(), ElementsAre("open", "close", "open"));
}

TEST(RelayClient, RestoresItsWatches) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()));
  client->watch("demo:bob00001");
  client->watch("demo:carol001");
  client->unwatch("demo:bob00001");
  {
    Visit visit = relay.next_accepted();
    EXPECT_EQ(visit.receive(), R"({"type":"watch","address":"demo:carol001"})");
    visit.drop();
  }
  EXPECT_EQ(relay.next_accepted().receive(), R"({"type":"watch","address":"demo:carol001"})");
}

TEST(RelayClient, DoesNotWatchTwiceWhatItsOpenHandlerWatchesAgain) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()), true, false);
  client->on_open([&] { client->watch("demo:bob00001"); });
  client->connect();
  relay.next_accepted().drop();
  Visit again = relay.next_accepted();
  EXPECT_EQ(again.receive(), R"({"type":"watch","address":"demo:bob00001"})");
  client->close();
  EXPECT_EQ(again.await_close(), 1000);
}

TEST(RelayClient, TellsTheCloseCodeAndReason) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()));
  relay.next_accepted().close(1012, "Service restart");
  EXPECT_EQ(client.events.await("close"), (json{1012, "Service restart"}));
  relay.next();
}

TEST(RelayClient, ObeysServiceRestart) {
  ScriptedRelay relay;
  RelayClientOptions options = quick_options(relay.url());
  options.max_reconnect_delay = milliseconds(30'000);
  ClientUnderTest client(options);
  relay.next_accepted().close(1012, "Service restart");
  client.events.await("close");
  EXPECT_FALSE(relay.comes_within(milliseconds(1'500)));  // else 1 s at most
}

TEST(RelayClient, ObeysTryAgainLater) {
  ScriptedRelay relay;
  RelayClientOptions options = quick_options(relay.url());
  options.max_reconnect_delay = milliseconds(30'000);
  ClientUnderTest client(options);
  relay.next_accepted().close(1013, "Try again later");
  client.events.await("close");
  EXPECT_FALSE(relay.comes_within(milliseconds(1'500)));
}

class Fatal : public testing::TestWithParam<const char*> {};

TEST_P(Fatal, ErrorStopsTheClientAndSaysSo) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()));
  Visit visit = relay.next_accepted();
  visit.send_error(GetParam(), "No");
  visit.close(1008, "No");
  EXPECT_EQ(client.events.await("error"), (json{GetParam(), "No", true}));
  client.events.await("close");
  EXPECT_TRUE(client->stopped());
  EXPECT_FALSE(relay.comes_within(milliseconds(100)));  // its waits are of 20 ms at most
}

INSTANTIATE_TEST_SUITE_P(All, Fatal,
                         testing::Values("INVALID_KEY", "KEY_REVOKED", "FORBIDDEN_CHANNEL",
                                         "FORBIDDEN_ID", "INVALID_URL", "REPLACED"));

TEST(RelayClient, StopsAtAFatalCloseWhoseErrorWasLost) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()));
  relay.next_accepted().close(1000, "Replaced");
  EXPECT_EQ(client.events.await("error"), (json{"REPLACED", "Replaced by new connection", true}));
  client.events.await("close");
  EXPECT_TRUE(client->stopped());
}

TEST(RelayClient, ComesBackAfterOtherErrors) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()));
  Visit visit = relay.next_accepted();
  visit.send_error("ID_IN_USE", "ID already connected on this channel");
  visit.close(1008, "ID in use");
  EXPECT_EQ(client.events.await("error").at(2), false);
  relay.next();
}

TEST(RelayClient, ConnectsAgainAfterAFatalErrorWhenTold) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()));
  relay.next_accepted().close(1000, "Replaced");
  client.events.await("close");
  client->connect();
  const Visit again = relay.next_accepted();
  client.events.await("open", {}, 2);
}

TEST(RelayClient, WithoutReconnectStopsAfterOneConnection) {
  ScriptedRelay relay;
  RelayClientOptions options = quick_options(relay.url());
  options.reconnect = false;
  ClientUnderTest client(options);
  relay.next_accepted().drop();
  client.events.await("close");
  EXPECT_TRUE(client->stopped());
}

TEST(RelayClient, SaysGoodbyeWith1000) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()));
  Visit visit = relay.next_accepted();
  client.events.await("open");
  client->close();
  EXPECT_FALSE(client->connected());
  EXPECT_EQ(visit.await_close(), 1000);
  EXPECT_EQ(client.events.await("close").at(0), 1000);
  EXPECT_TRUE(client->stopped());
}

TEST(RelayClient, SaysGoodbyeAfterWhatWasSent) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()));
  Visit visit = relay.next_accepted();
  client.events.await("open");
  EXPECT_TRUE(client->send("demo:bob00001", 1));
  EXPECT_TRUE(client->send("demo:bob00001", 2));
  client->close();
  EXPECT_THAT(visit.receive(), testing::HasSubstr("\"payload\":1"));
  EXPECT_THAT(visit.receive(), testing::HasSubstr("\"payload\":2"));
  EXPECT_EQ(visit.await_close(), 1000);
}

TEST(RelayClient, EndsAlsoWhenTheRelayDoesNotAnswerTheGoodbye) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()));
  const Visit mute = relay.next_accepted();  // reads nothing more
  client.events.await("open");
  client->close();
  client.events.await("close");
  EXPECT_TRUE(client->stopped());
}

TEST(RelayClient, CanBeClosedWhileItConnects) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()));
  const Visit silent = relay.next_unread();
  client->close();
  client.events.await("close");
  EXPECT_TRUE(client->stopped());
}

TEST(RelayClient, CanBeClosedWhileItWaitsToReconnect) {
  ScriptedRelay relay;
  RelayClientOptions options = quick_options(relay.url());
  options.max_reconnect_delay = milliseconds(30'000);
  ClientUnderTest client(options);
  relay.next_accepted().close(1013, "");
  client.events.await("close");
  client->close();
  EXPECT_TRUE(await([&] { return client->stopped(); }));
}

TEST(RelayClient, ConnectsAnewWhenToldSoWhileClosing) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()));
  Visit visit = relay.next_accepted();
  client.events.await("open");
  client->close();
  client->connect();
  EXPECT_EQ(visit.await_close(), 1000);
  const Visit again = relay.next_accepted();
  client.events.await("open", {}, 2);
}

TEST(RelayClient, TakesASilentConnectionForLost) {
  ScriptedRelay relay;
  RelayClientOptions options = quick_options(relay.url());
  options.idle_timeout = milliseconds(100);
  ClientUnderTest client(options);
  const Visit mute = relay.next_accepted();  // answers no pings
  client.events.await("open");
  EXPECT_EQ(client.events.await("close").at(0), 1006);
  relay.next();
}

TEST(RelayClient, DoesNotTakeAConnectionForLostThatItDoesNotReadFrom) {
  ScriptedRelay relay;
  RelayClientOptions options = quick_options(relay.url());
  options.idle_timeout = milliseconds(100);
  options.inbox_limit = 1;
  ClientUnderTest client(options, false);
  Visit visit = relay.next_accepted();
  visit.send_text(R"({"from":"demo:bob00001","payload":1})");
  visit.send_text(R"({"from":"demo:bob00001","payload":2})");
  EXPECT_FALSE(relay.comes_within(milliseconds(500)));  // no second connection
  for (int n = 1; n <= 2; ++n) {
    EXPECT_EQ(boost::asio::co_spawn(client.context(), client->receive(), boost::asio::use_future)
                  .get()
                  .payload,
              n);
  }
}

TEST(RelayClient, TellsTheRelayThatItLivesWhileItDoesNotRead) {
  ScriptedRelay relay;
  RelayClientOptions options = quick_options(relay.url());
  options.idle_timeout = milliseconds(50);
  options.inbox_limit = 1;
  ClientUnderTest client(options, false);
  Visit visit = relay.next_accepted();
  visit.send_text(R"({"from":"demo:bob00001","payload":1})");
  for (int n = 0; n < 3; ++n) EXPECT_NO_THROW(visit.await_ping()) << n;
}

TEST(RelayClient, EndsAConnectionThatSendsTooMuch) {
  ScriptedRelay relay;
  RelayClientOptions options = quick_options(relay.url());
  options.max_message_bytes = 100;
  ClientUnderTest client(options);
  Visit visit = relay.next_accepted();
  visit.send_text(std::string(101, ' '));
  EXPECT_EQ(visit.await_close(), 1009);
}

TEST(RelayClient, CallsNoHandlerOnceItIsGone) {
  ScriptedRelay relay;
  IoThread io;
  auto alive = std::make_shared<bool>(true);
  auto client =
      std::make_unique<RelayClient>(io.context().get_executor(), quick_options(relay.url()));
  std::promise<void> first;
  bool told = false;
  client->on_message([&, alive](const std::string&, const json&) {
    EXPECT_TRUE(*alive);
    if (!std::exchange(told, true)) first.set_value();
  });
  client->connect();
  Visit visit = relay.next_accepted();
  for (int i = 0; i < 100; ++i) visit.send_text(R"({"from":"demo:bob00001","payload":1})");
  first.get_future().wait();
  client.reset();
  *alive = false;
  EXPECT_EQ(visit.await_close(), 1006);
}

TEST(RelayClient, CanBeDestroyedByItsOwnHandler) {
  ScriptedRelay relay;
  IoThread io;
  auto client =
      std::make_unique<RelayClient>(io.context().get_executor(), quick_options(relay.url()));
  std::promise<void> gone;
  client->on_message([&](const std::string&, const json&) {
    client.reset();
    gone.set_value();
  });
  client->connect();
  Visit visit = relay.next_accepted();
  visit.send_text(R"({"from":"demo:bob00001","payload":1})");
  EXPECT_EQ(visit.await_close(), 1006);
  gone.get_future().wait();
}

/// Runs `io` on a thread of its own; what it throws.
std::future<std::string> what_comes_out_of(boost::asio::io_context& io) {
  return std::async(std::launch::async, [&io]() -> std::string {
    try {
      io.run();
    } catch (const std::logic_error& error) {
      return error.what();
    }
    return {};
  });
}

TEST(RelayClient, LetsOutWhatAHandlerThrows) {
  ScriptedRelay relay;
  boost::asio::io_context io;
  RelayClientOptions options = quick_options(relay.url());
  options.reconnect = false;
  RelayClient client(io.get_executor(), options);
  client.on_open([] { throw std::logic_error("mine"); });
  client.connect();
  auto thrown = what_comes_out_of(io);
  Visit visit = relay.next_accepted();
  EXPECT_EQ(visit.await_close(), 1006);
  EXPECT_EQ(thrown.get(), "mine");
  EXPECT_TRUE(client.stopped());
}

TEST(RelayClient, EndsTheConnectionAlsoWhenItsDrainHandlerThrows) {
  ScriptedRelay relay;
  boost::asio::io_context io;
  RelayClientOptions options = quick_options(relay.url());
  options.reconnect = false;
  options.max_buffered_bytes = 1'000;
  RelayClient client(io.get_executor(), options);
  client.on_drain([] { throw std::logic_error("mine"); });
  client.on_open([&client] {
    while (client.send("demo:bob00001", "as often as it takes")) {
    }
  });
  client.connect();
  auto thrown = what_comes_out_of(io);
  Visit visit = relay.next_accepted();
  EXPECT_EQ(visit.await_close(), 1006);
  EXPECT_EQ(thrown.get(), "mine");
  EXPECT_TRUE(client.stopped());
}

}  // namespace
}  // namespace plugboard::test
