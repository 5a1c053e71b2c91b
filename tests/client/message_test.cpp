// What is sent, what arrives, and what waits.
#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <thread>
#include <vector>

#include "client/client_under_test.hpp"
#include "client/scripted_relay.hpp"

namespace plugboard::test {
namespace {

using boost::asio::co_spawn;
using boost::asio::use_future;
using nlohmann::json;
using testing::HasSubstr;

std::string numbered(int n) {
  return R"({"from":"demo:bob00001","payload":)" + std::to_string(n) + "}";
}

RelayClientOptions one_connection(const std::string& url) {
  RelayClientOptions options = quick_options(url);
  options.reconnect = false;
  return options;
}

TEST(RelayClient, SendsFromToAndPayload) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()));
  Visit visit = relay.next_accepted();
  client.events.await("open");
  EXPECT_TRUE(client->send("demo:bob00001", {{"text", "hi"}}));
  EXPECT_EQ(visit.receive(),
            R"({"from":"demo:alice001","to":"demo:bob00001","payload":{"text":"hi"}})");
}

TEST(RelayClient, SaysThatNothingIsSentBeforeItIsOpen) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()));
  const Visit silent = relay.next_unread();
  EXPECT_FALSE(client->send("demo:bob00001", 1));
}

TEST(RelayClient, SaysThatNothingIsSentAfterClose) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()));
  Visit visit = relay.next_accepted();
  client.events.await("open");
  client->close();
  EXPECT_FALSE(client->send("demo:bob00001", 1));
  EXPECT_EQ(visit.await_close(), 1000);
}

TEST(RelayClient, SaysThatNothingIsSentOnceTheConnectionIsLost) {
  ScriptedRelay relay;
  ClientUnderTest client(one_connection(relay.url()));
  relay.next_accepted().drop();
  client.events.await("close");
  EXPECT_FALSE(client->send("demo:bob00001", 1));
}

TEST(RelayClient, RefusesToSendWhatIsNotUtf8) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()));
  const Visit visit = relay.next_accepted();
  client.events.await("open");
  EXPECT_THROW((void)client->send("demo:bob00001", "\xff"), json::type_error);
}

TEST(RelayClient, TellsAMessage) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()));
  Visit visit = relay.next_accepted();
  visit.send_text(R"({"from":"demo:bob00001","to":"demo:alice001","payload":{"a":[1]}})");
  EXPECT_EQ(client.events.await("message"), (json{"demo:bob00001", {{"a", {1}}}}));
}

TEST(RelayClient, UnderstandsBinaryFrames) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()));
  Visit visit = relay.next_accepted();
  visit.send_binary(R"({"from":"demo:bob00001","payload":"ü"})");
  EXPECT_EQ(client.events.await("message"), (json{"demo:bob00001", "ü"}));
}

TEST(RelayClient, TellsPeerStatus) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()));
  Visit visit = relay.next_accepted();
  visit.send_text(R"({"type":"peer-status","payload":{"address":"demo:b","online":true}})");
  EXPECT_EQ(client.events.await("peer-status"), (json{"demo:b", true}));
}

TEST(RelayClient, TellsAnErrorThatEndsNothing) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()));
  Visit visit = relay.next_accepted();
  visit.send_error("INVALID_FROM", "From field does not match sender identity");
  EXPECT_EQ(client.events.await("error"),
            (json{"INVALID_FROM", "From field does not match sender identity", false}));
  EXPECT_TRUE(client->connected());
}

TEST(RelayClient, IgnoresWhatIsNoMessage) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()));
  Visit visit = relay.next_accepted();
  for (const char* nothing : {"hello", "[1]", "null", "", R"({"payload":1})"}) {
    visit.send_text(nothing);
  }
  visit.send_text(numbered(1));
  client.events.await("message");
  EXPECT_THAT(client.events.kinds(), testing::ElementsAre("open", "message"));
}

TEST(RelayClient, KeepsTheOrderOfWhatSeveralThreadsSend) {
  constexpr int kThreads = 3;
  constexpr int kEach = 100;
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()));
  Visit visit = relay.next_accepted();
  client.events.await("open");
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&client, thread] {
      for (int n = 0; n < kEach; ++n) {
        EXPECT_TRUE(client->send("demo:bob00001", {thread, n}));
      }
    });
  }
  std::vector<int> next(kThreads, 0);
  for (int i = 0; i < kThreads * kEach; ++i) {
    const json payload = json::parse(visit.receive()).at("payload");
    EXPECT_EQ(payload.at(1), next.at(payload.at(0).get<std::size_t>())++);
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(RelayClient, RefusesWhatWouldPassTheBufferAndTellsWhenThereIsRoom) {
  ScriptedRelay relay;
  RelayClientOptions options = quick_options(relay.url());
  options.max_buffered_bytes = std::size_t{64} << 10U;
  ClientUnderTest client(options);
  Visit visit = relay.next_accepted();
  client.events.await("open");
  // Nobody reads at the other end, so that the system's buffers fill up, then the client's.
  const std::string text(16'000, 'x');
  int sent = 0;
  ASSERT_TRUE(await([&] {
    while (client->send("demo:bob00001", text)) ++sent;
    return client->buffered_bytes() > options.max_buffered_bytes / 2;
  }));
  int received = 0;
  while (client.events.all("drain").empty() && received < sent) {
    (void)visit.receive();
    ++received;
  }
  client.events.await("drain");
  EXPECT_TRUE(client->send("demo:bob00001", text));
}

TEST(RelayClient, AwaitsThatItIsOpen) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()));
  auto opened = co_spawn(client.context(), client->opened(), use_future);
  const Visit visit = relay.next_accepted();
  opened.get();
  EXPECT_TRUE(client->connected());
}

TEST(RelayClient, AwaitingThatItIsOpenThrowsWhenItStops) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()));
  auto opened = co_spawn(client.context(), client->opened(), use_future);
  relay.next().refuse(403);
  try {
    opened.get();
    FAIL() << "the relay refused";
  } catch (const RelayError& error) {
    EXPECT_EQ(error.code(), "INVALID_KEY");
  }
}

TEST(RelayClient, ReceivesWhatItAwaits) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()), false);
  auto received = co_spawn(client.context(), client->receive(), use_future);
  Visit visit = relay.next_accepted();
  client.events.await("open");
  visit.send_text(numbered(7));
  const Message message = received.get();
  EXPECT_EQ(message.from, "demo:bob00001");
  EXPECT_EQ(message.payload, 7);
}

TEST(RelayClient, KeepsMessagesForReceiveAndLosesNone) {
  constexpr int kMessages = 50;
  ScriptedRelay relay;
  RelayClientOptions options = quick_options(relay.url());
  options.inbox_limit = 2;  // so that most wait in the network
  ClientUnderTest client(options, false);
  Visit visit = relay.next_accepted();
  for (int n = 0; n < kMessages; ++n) visit.send_text(numbered(n));
  for (int n = 0; n < kMessages; ++n) {
    EXPECT_EQ(co_spawn(client.context(), client->receive(), use_future).get().payload, n);
  }
}

TEST(RelayClient, ReceivesWhatWasKeptAlsoAfterTheEnd) {
  ScriptedRelay relay;
  RelayClientOptions options = one_connection(relay.url());
  options.inbox_limit = 10;
  ClientUnderTest client(options, false);
  {
    Visit visit = relay.next_accepted();
    visit.send_text(numbered(1));
    visit.close(1000, "");
  }
  client.events.await("close");
  EXPECT_EQ(co_spawn(client.context(), client->receive(), use_future).get().payload, 1);
  EXPECT_THROW(co_spawn(client.context(), client->receive(), use_future).get(), RelayError);
}

TEST(RelayClient, EndsAReceiveWhenItIsClosed) {
  ScriptedRelay relay;
  ClientUnderTest client(quick_options(relay.url()), false);
  auto received = co_spawn(client.context(), client->receive(), use_future);
  Visit visit = relay.next_accepted();
  client.events.await("open");
  client->close();
  EXPECT_EQ(visit.await_close(), 1000);
  try {
    received.get();
    FAIL() << "nothing was sent";
  } catch (const RelayError& error) {
    EXPECT_EQ(error.code(), "CLOSED");
  }
}

TEST(RelayClient, EndsAReceiveWhenItIsGone) {
  ScriptedRelay relay;
  IoThread io;
  std::future<Message> received;
  Visit visit = [&] {
    RelayClient client(io.context().get_executor(), quick_options(relay.url()));
    client.connect();
    received = co_spawn(io.context(), client.receive(), use_future);
    return relay.next_accepted();
  }();
  EXPECT_THROW(received.get(), RelayError);
}

}  // namespace
}  // namespace plugboard::test
