// Clients that send too much, and clients that read too little.
#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

Manifest limited(const std::string& config) {
  return {.plugins = plugin_table("limits", "rate-limiter", config),
          .chain = "key_store = \"open\"\nrate_limiter = [\"limits\"]\n"};
}

nlohmann::json too_many() { return error("RATE_LIMITED", "Too many messages"); }

/// A client that has not used up any of its messages yet.
WsClient fresh_client(const RelayProcess& relay, const std::string& id) {
  return {relay.endpoint(), "/pwa/" + id};
}

/// Messages of `client` that its own echo shows to have passed.
std::string note(const std::string& id, int number) {
  return routed("pwa:" + id, "pwa:" + id, number);
}

TEST(MessageRate, WhatIsTooManyIsDroppedAndToldOnceAWindow) {
  const RelayProcess relay(limited("max_messages = 5, window = \"1h\""));
  WsClient client = fresh_client(relay, "talker01");
  for (int i = 0; i < 50; ++i) client.send_text(note("talker01", i));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(client.receive().data, note("talker01", i));
  EXPECT_EQ(nlohmann::json::parse(client.receive().data), too_many());
  client.ping("still here");
  EXPECT_TRUE(client.await_pong("still here"));
  client.close();
}

TEST(MessageRate, ANewWindowIsANewAllowance) {
  const RelayProcess relay(limited("max_messages = 3, window = \"300ms\""));
  WsClient client = fresh_client(relay, "talker01");
  for (int i = 0; i < 10; ++i) client.send_text(note("talker01", i));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.receive().data, note("talker01", i));
  EXPECT_EQ(nlohmann::json::parse(client.receive().data), too_many());
  // Ask until one passes again; what is dropped meanwhile is told once a window.
  int number = 100;
  const bool passes = await([&] {
    client.send_text(note("talker01", ++number));
    client.ping(std::to_string(number));
    if (!client.await_pong(std::to_string(number))) return false;
    HttpClient http(relay.endpoint());
    return nlohmann::json::parse(http.get("/stats").body).at("messagesRelayed") > 3;
  });
  EXPECT_TRUE(passes);
}

TEST(MessageRate, IsCountedForEachConnectionAlone) {
  const RelayProcess relay(limited("max_messages = 2, window = \"1h\""));
  WsClient loud = fresh_client(relay, "talker01");
  WsClient quiet = fresh_client(relay, "talker02");
  for (int i = 0; i < 5; ++i) loud.send_text(note("talker01", i));
  for (int i = 0; i < 2; ++i) loud.receive();
  EXPECT_EQ(nlohmann::json::parse(loud.receive().data), too_many());
  quiet.send_text(note("talker02", 1));
  EXPECT_EQ(quiet.receive().data, note("talker02", 1));
}

TEST(MessageRate, CountsWhatIsNoMessageAtAll) {
  const RelayProcess relay(limited("max_messages = 3, window = \"1h\""));
  WsClient client = fresh_client(relay, "talker01");
  client.send_text("not json");
  client.send_text("{}");
  client.send_binary("\xff");
  client.send_text(note("talker01", 1));
  EXPECT_EQ(nlohmann::json::parse(client.receive().data), too_many());
}

TEST(MessageRate, DoesNotCountControlFrames) {
  const RelayProcess relay(limited("max_messages = 1, window = \"1h\""));
  WsClient client = fresh_client(relay, "talker01");
  for (int i = 0; i < 20; ++i) client.ping(std::to_string(i));
  client.send_text(note("talker01", 1));
  EXPECT_EQ(client.receive().data, note("talker01", 1));
}

TEST(ByteRate, WhatIsTooMuchIsDroppedAndTold) {
  const RelayProcess relay(limited("max_messages = 1000000, max_bytes = 4096, window = \"1h\""));
  WsClient client = fresh_client(relay, "talker01");
  const std::string large = routed("pwa:talker01", "pwa:talker01", std::string(3000, 'x'));
  client.send_text(large);
  client.send_text(large);
  EXPECT_EQ(client.receive().data, large);
  EXPECT_EQ(nlohmann::json::parse(client.receive().data), too_many());
}

/// Sends to a peer that does not read until the relay has given up on it, or `most` messages.
int flood(Peer& sender, const std::string& to, int most) {
  const std::string payload(16'000, 'x');
  int sent = 0;
  while (sent < most) {
    sender.send(to, payload);
    ++sent;
  }
  return sent;
}

TEST(SlowConsumer, IsToldAndClosedAndWhatWaitedIsDiscarded) {
  const RelayProcess relay({.server = "outbox_limit = \"64 KiB\"\nmax_message = \"32 KiB\"\n"});
  RawSocket slow(relay.endpoint(), {.receive_buffer = 4096});
  slow.upgrade("/pwa/slowpoke", "", ping_frame("in"));
  ASSERT_TRUE(slow.frame().is(Opcode::kPong));
  Peer sender(relay.endpoint(), fresh_id());
  sender.watch("pwa:slowpoke");
  flood(sender, "pwa:slowpoke", 1000);
  EXPECT_EQ(sender.receive_json(), peer_status("pwa:slowpoke", false));
  // Whole messages that had left the relay, then the reason, then the close.
  int arrived = 0;
  ReceivedFrame frame = slow.frame();
  while (frame.payload.size() > 10'000) {
    ++arrived;
    frame = slow.frame();
  }
  EXPECT_LT(arrived, 1000);
  ASSERT_TRUE(frame.is(Opcode::kText));
  EXPECT_EQ(nlohmann::json::parse(frame.payload).at("payload").at("code"), "SLOW_CONSUMER");
  const ReceivedFrame close = slow.frame();
  ASSERT_TRUE(close.is(Opcode::kClose));
  EXPECT_EQ(close.close_code(), 1013);
}

TEST(SlowConsumer, ThatNeverReadsIsCutAllTheSame) {
  const RelayProcess relay({.server = "outbox_limit = \"64 KiB\"\nmax_message = \"32 KiB\"\n"
                                      "max_connections = 2\n"});
  RawSocket slow(relay.endpoint(), {.receive_buffer = 4096});
  slow.upgrade("/pwa/slowpoke", "", ping_frame("in"));
  ASSERT_TRUE(slow.frame().is(Opcode::kPong));
  Peer sender(relay.endpoint(), fresh_id());
  sender.watch("pwa:slowpoke");
  flood(sender, "pwa:slowpoke", 1000);
  EXPECT_EQ(sender.receive_json(), peer_status("pwa:slowpoke", false));
  // Its place among the connections is free once TCP has been cut, five seconds later.
  EXPECT_TRUE(await([&] { return comes_in(relay.endpoint(), fresh_id()); },
                    Deadline(patience() + std::chrono::seconds(5))));
}

TEST(SlowConsumer, NeverStopsItsSender) {
  const RelayProcess relay({.server = "outbox_limit = \"64 KiB\"\nmax_message = \"32 KiB\"\n"});
  RawSocket slow(relay.endpoint(), {.receive_buffer = 4096});
  slow.upgrade("/pwa/slowpoke", "", ping_frame("in"));
  ASSERT_TRUE(slow.frame().is(Opcode::kPong));
  Peer sender(relay.endpoint(), fresh_id());
  Peer other(relay.endpoint(), fresh_id());
  flood(sender, "pwa:slowpoke", 1000);
  const std::string message = sender.send(other.address(), "life goes on");
  EXPECT_EQ(other.receive(), message);
}

TEST(SlowConsumerDrop, LosesTheNewestMessagesAndStays) {
  const RelayProcess relay({.server = "outbox_limit = \"64 KiB\"\nmax_message = \"32 KiB\"\n"
                                      "slow_consumer = \"drop\"\n"});
  RawSocket slow(relay.endpoint(), {.receive_buffer = 4096});
  slow.upgrade("/pwa/slowpoke", "", ping_frame("in"));
  ASSERT_TRUE(slow.frame().is(Opcode::kPong));
  Peer sender(relay.endpoint(), fresh_id());
  constexpr int kSent = 1000;
  for (int i = 0; i < kSent; ++i) {
    sender.send("pwa:slowpoke", {{"n", i}, {"filler", std::string(16'000, 'x')}});
  }
  sender.fence();
  const auto dropped = nlohmann::json::parse(HttpClient(relay.endpoint()).get("/stats").body)
                           .at("messagesDropped")
                           .get<int>();
  EXPECT_GT(dropped, 0);
  // The oldest arrive, in order and without a gap among those that were kept at first.
  slow.send(text_frame(watch("pwa:nobody01")));
  int arrived = 0;
  int last = -1;
  while (true) {
    const ReceivedFrame frame = slow.frame();
    ASSERT_TRUE(frame.is(Opcode::kText));
    const auto message = nlohmann::json::parse(frame.payload);
    if (message.contains("type")) {
      EXPECT_EQ(message, peer_status("pwa:nobody01", false));
      break;
    }
    EXPECT_GT(message.at("payload").at("n"), last);
    last = message.at("payload").at("n");
    ++arrived;
  }
  EXPECT_EQ(arrived + dropped, kSent);
}

TEST(SlowConsumerDrop, NeverLosesTheLatestStatusOfAnAddress) {
  const RelayProcess relay({.server = "outbox_limit = \"64 KiB\"\nmax_message = \"32 KiB\"\n"
                                      "slow_consumer = \"drop\"\n"});
  RawSocket slow(relay.endpoint(), {.receive_buffer = 4096});
  slow.upgrade("/pwa/slowpoke", "", text_frame(watch("pwa:flapper1")));
  EXPECT_EQ(nlohmann::json::parse(slow.frame().payload), peer_status("pwa:flapper1", false));
  Peer sender(relay.endpoint(), fresh_id());
  flood(sender, "pwa:slowpoke", 1000);
  for (int i = 0; i < 5; ++i) {
    Peer flapper(relay.endpoint(), "flapper1");
    flapper.socket().close();
  }
  const Peer flapper(relay.endpoint(), "flapper1");
  sender.fence();
  slow.send(text_frame(watch("pwa:nobody01")));
  nlohmann::json last_of_flapper;
  while (true) {
    const auto message = nlohmann::json::parse(slow.frame().payload);
    if (!message.contains("type")) continue;
    if (message == peer_status("pwa:nobody01", false)) break;
    last_of_flapper = message;
  }
  EXPECT_EQ(last_of_flapper, peer_status("pwa:flapper1", true));
}

}  // namespace
}  // namespace plugboard::test
