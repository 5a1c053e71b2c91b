// Requests, messages and ends over TLS.
#include <csignal>
#include <functional>
#include <map>
#include <vector>

#include "flow/tls/tls.hpp"

namespace plugboard::test {
namespace {

class TlsTraffic : public OverTls {};

TEST_F(TlsTraffic, RequestsArePipelinedOnOneConnection) {
  RawSocket socket(endpoint(), over_tls());
  std::string requests;
  for (int i = 0; i < 50; ++i) requests += "GET /ready HTTP/1.1\r\nHost: relay\r\n\r\n";
  socket.send(requests + "GET /nothing HTTP/1.1\r\nHost: relay\r\nConnection: close\r\n\r\n");
  for (int i = 0; i < 50; ++i) EXPECT_EQ(socket.response().status, 200);
  EXPECT_EQ(socket.response().status, 404);
  EXPECT_TRUE(socket.await_end());
  EXPECT_TRUE(socket.tls().notified());
}

TEST_F(TlsTraffic, MessagesOfEverySizeArriveUnchanged) {
  TlsPeer one(endpoint());
  TlsPeer two(endpoint());
  for (const std::size_t size : {0, 1, 100, 125, 126, 3000, 16'000, 16'384, 16'385, 65'535, 65'536,
                                 200'000, 1'000'000, 3'000'000}) {
    const std::string sent = one.send(two.address(), std::string(size, 'x'));
    EXPECT_EQ(two.receive(), sent) << size;
  }
}

TEST_F(TlsTraffic, ManyMessagesKeepTheirOrderBothWays) {
  TlsPeer one(endpoint());
  TlsPeer two(endpoint());
  std::vector<std::string> to_two;
  std::vector<std::string> to_one;
  for (int i = 0; i < 500; ++i) {
    to_two.push_back(one.send(two.address(), std::string(static_cast<std::size_t>(i * 7), 'a')));
    to_one.push_back(two.send(one.address(), i));
  }
  for (const std::string& sent : to_two) ASSERT_EQ(two.receive(), sent);
  for (const std::string& sent : to_one) ASSERT_EQ(one.receive(), sent);
}

TEST_F(TlsTraffic, ARecordForEveryByteIsUnderstood) {
  TlsPeer peer(endpoint());
  const std::string message = routed(peer.address(), peer.address(), "drop by drop");
  peer.socket().dribble(text_frame(message));
  EXPECT_EQ(peer.receive(), message);
}

TEST_F(TlsTraffic, ManyFramesInOneRecordAreAllHandled) {
  TlsPeer peer(endpoint());
  std::string frames;
  std::vector<std::string> sent;
  for (int i = 0; i < 200; ++i) {
    sent.push_back(routed(peer.address(), peer.address(), i));
    frames += text_frame(sent.back());
  }
  peer.socket().send(frames);
  for (const std::string& message : sent) ASSERT_EQ(peer.receive(), message);
}

TEST_F(TlsTraffic, AReaderThatPausesGetsEverythingOnceItGoesOn) {
  SocketOptions slow = over_tls();
  slow.receive_buffer = 4096;
  TlsPeer reader(endpoint(), slow);
  TlsPeer writer(endpoint());
  std::vector<std::string> sent;
  for (int i = 0; i < 60; ++i)
    sent.push_back(writer.send(reader.address(), std::string(50'000, 'p')));
  // The writer's own answer shows that the relay has handled all of it.
  writer.socket().send(ping_frame("done"));
  EXPECT_EQ(writer.socket().frame_but_ping().payload, "done");
  for (const std::string& message : sent) ASSERT_EQ(reader.receive(), message);
}

TEST_F(TlsTraffic, CloseIsAnsweredInWebSocketAndInTls) {
  TlsPeer peer(endpoint());
  peer.socket().send(close_frame(1000, "bye"));
  const ReceivedFrame close = peer.socket().frame_but_ping();
  EXPECT_EQ(close.close_code(), 1000);
  EXPECT_TRUE(peer.socket().await_end());
  EXPECT_TRUE(peer.socket().tls().notified());
}

TEST_F(TlsTraffic, AFailureIsToldBeforeTheEnd) {
  TlsPeer peer(endpoint());
  peer.socket().send(FrameToSend{.payload = "x", .reserved = 2}.bytes());
  EXPECT_EQ(peer.socket().frame_but_ping().close_code(), 1002);
  EXPECT_TRUE(peer.socket().await_end());
}

class TlsEnds : public TlsTraffic {
 protected:
  /// Watches `peer` until it has gone.
  void expect_gone(TlsPeer& peer, const std::function<void()>& leave) {
    TlsPeer watcher(endpoint());
    watcher.socket().send(text_frame(watch(peer.address())));
    EXPECT_EQ(nlohmann::json::parse(watcher.receive()), peer_status(peer.address(), true));
    leave();
    EXPECT_EQ(nlohmann::json::parse(watcher.receive()), peer_status(peer.address(), false));
  }
};

TEST_F(TlsEnds, WhoEndsItsHalfIsGone) {
  TlsPeer peer(endpoint());
  expect_gone(peer, [&] { peer.socket().finish_writing(); });
  EXPECT_TRUE(peer.socket().await_end());
}

TEST_F(TlsEnds, WhoEndsItsHalfOfTlsAloneIsGone) {
  TlsPeer peer(endpoint());
  expect_gone(peer, [&] { peer.socket().tls().close_notify(); });
  EXPECT_TRUE(peer.socket().await_end());
}

TEST_F(TlsEnds, WhoIsCutIsGone) {
  TlsPeer peer(endpoint());
  expect_gone(peer, [&] { peer.socket().reset(); });
}

TEST_F(TlsTraffic, AReplacedPeerIsToldSo) {
  const std::string id = fresh_id();
  // More than one, so that they meet across threads.
  auto last = std::make_unique<TlsPeer>(endpoint(), over_tls(), id);
  for (int i = 0; i < 6; ++i) {
    auto next = std::make_unique<TlsPeer>(endpoint(), over_tls(), id);
    EXPECT_EQ(nlohmann::json::parse(last->receive()),
              error("REPLACED", "Replaced by new connection"));
    EXPECT_EQ(last->socket().frame_but_ping().close_code(), 1000);
    last = std::move(next);
  }
}

TEST_F(TlsTraffic, BodiesAreRefusedEarly) {
  RawSocket socket(endpoint(), over_tls());
  socket.send("POST /health HTTP/1.1\r\nHost: relay\r\nContent-Length: 100000000\r\n\r\n");
  EXPECT_EQ(socket.response().status, 413);
  EXPECT_TRUE(socket.await_end());
}

TEST(TlsHeartbeat, PingsCome) {
  const TlsFolder folder;
  const RelayProcess relay(folder.manifest("heartbeat_interval = \"100ms\"\n"));
  TlsPeer peer(relay.endpoint());
  EXPECT_TRUE(peer.socket().frame().is(Opcode::kPing));
}

TEST(TlsSlowReader, IsToldBehindWholeFramesAndClosed) {
  const TlsFolder folder;
  const RelayProcess relay(
      folder.manifest("max_message = \"100 KiB\"\noutbox_limit = \"256 KiB\"\n"));
  SocketOptions slow = over_tls();
  slow.receive_buffer = 4096;
  TlsPeer reader(relay.endpoint(), slow);
  TlsPeer writer(relay.endpoint());
  writer.socket().send(text_frame(watch(reader.address())));
  writer.receive();
  // Until the reader is given up: then it goes offline, and has five seconds left to read.
  std::string sent;
  ReceivedFrame told;
  do {
    for (int i = 0; i < 5; ++i) sent = writer.send(reader.address(), std::string(90'000, 's'));
    writer.socket().send(ping_frame("sent"));
    told = writer.socket().frame_but_ping();
  } while (told.is(Opcode::kPong));
  EXPECT_EQ(nlohmann::json::parse(told.payload), peer_status(reader.address(), false));

  for (;;) {
    const ReceivedFrame frame = reader.socket().frame_but_ping();
    if (frame.payload == sent) continue;
    EXPECT_EQ(nlohmann::json::parse(frame.payload).at("payload").at("code"), "SLOW_CONSUMER");
    break;
  }
  EXPECT_EQ(reader.socket().frame_but_ping().close_code(), 1013);
  EXPECT_TRUE(reader.socket().await_end());
}

TEST(TlsSlowReader, KeepsWhatCameFirstWhereTheNewestAreDropped) {
  const TlsFolder folder;
  const RelayProcess relay(
      folder.manifest("max_message = \"100 KiB\"\noutbox_limit = \"256 KiB\"\n"
                      "slow_consumer = \"drop\"\n"));
  SocketOptions slow = over_tls();
  slow.receive_buffer = 4096;
  TlsPeer reader(relay.endpoint(), slow);
  // Some of them on the reader's thread, some not.
  std::vector<TlsPeer> writers;
  for (int i = 0; i < 4; ++i) writers.emplace_back(relay.endpoint());
  constexpr int kEach = 40;
  for (int number = 0; number < kEach; ++number) {
    for (TlsPeer& writer : writers) {
      writer.send(reader.address(), {{"n", number}, {"filler", std::string(90'000, 's')}});
    }
  }
  for (TlsPeer& writer : writers) {
    writer.socket().send(ping_frame("sent"));
    ASSERT_TRUE(writer.socket().frame_but_ping().is(Opcode::kPong));
  }

  reader.socket().send(text_frame(watch("pwa:nobody01")));
  std::map<std::string, int> latest;
  int arrived = 0;
  for (auto message = nlohmann::json::parse(reader.receive()); !message.contains("type");
       message = nlohmann::json::parse(reader.receive())) {
    const auto [last, first] = latest.try_emplace(message.at("from"), -1);
    const int number = message.at("payload").at("n");
    if (arrived++ == 0) {
      EXPECT_EQ(number, 0);
    }
    EXPECT_GT(number, last->second);
    last->second = number;
  }
  RawSocket stats(relay.endpoint(), over_tls());
  stats.send("GET /stats HTTP/1.1\r\nHost: relay\r\n\r\n");
  const auto counted = nlohmann::json::parse(stats.response().body);
  EXPECT_GT(counted.at("messagesDropped"), 0);
  EXPECT_EQ(counted.at("messagesRelayed"), arrived);
  EXPECT_EQ(counted.at("messagesDropped"), kEach * 4 - arrived);
}

TEST(TlsShutdown, PeersAreSentAway) {
  const TlsFolder folder;
  RelayProcess relay(folder.manifest());
  TlsPeer peer(relay.endpoint());
  relay.signal(SIGTERM);
  EXPECT_EQ(peer.socket().frame_but_ping().close_code(), 1012);
  EXPECT_EQ(relay.await_exit(), 0);
}

}  // namespace
}  // namespace plugboard::test
