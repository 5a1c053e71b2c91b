// Pings that the server sends, and what becomes of those who do not answer.
#include "flow/websocket/wire.hpp"

namespace plugboard::test {
namespace {

Manifest beating(const std::string& interval) {
  return {.server = "heartbeat_interval = \"" + interval + "\"\n"};
}

TEST(Heartbeat, PingsEachInterval) {
  const RelayProcess relay(beating("50ms"));
  Peer peer(relay.endpoint(), fresh_id());
  EXPECT_TRUE(peer.socket().await_pings(5));
  peer.fence();
}

TEST(Heartbeat, EndsAConnectionFromWhichNothingCame) {
  const RelayProcess relay(beating("150ms"));
  WirePeer silent(relay.endpoint());
  ReceivedFrame frame = silent.frame();
  int pings = 0;
  while (frame.is(Opcode::kPing)) {
    ++pings;
    frame = silent.frame();
  }
  EXPECT_GE(pings, 1);
  ASSERT_TRUE(frame.is(Opcode::kClose));
  EXPECT_EQ(frame.close_code(), 1001);
  EXPECT_TRUE(silent.socket().await_end());
}

TEST(Heartbeat, EndsAConnectionThatReadsNothingEither) {
  const RelayProcess relay(beating("150ms"));
  Peer watcher(relay.endpoint(), fresh_id());
  WirePeer silent(relay.endpoint());
  const std::string address = nlohmann::json::parse(silent.echo(1)).at("from");
  watcher.watch(address);
  EXPECT_EQ(watcher.receive_json(), peer_status(address, false));
}

TEST(Heartbeat, EveryByteIsASignOfLife) {
  const RelayProcess relay(beating("200ms"));
  WirePeer slow(relay.endpoint());
  // A long frame trickles in: one byte for each ping, and never a pong.
  const std::string bytes = text_frame(slow.echo("trickling"));
  int pings = 0;
  for (std::size_t at = 0; at < bytes.size() && pings < 6; ++at) {
    slow.send(bytes.substr(at, 1));
    ASSERT_TRUE(slow.frame().is(Opcode::kPing));
    ++pings;
  }
  EXPECT_EQ(pings, 6);
}

TEST(Heartbeat, APongIsEnough) {
  const RelayProcess relay(beating("100ms"));
  WirePeer peer(relay.endpoint());
  for (int i = 0; i < 6; ++i) {
    const ReceivedFrame ping = peer.frame();
    ASSERT_TRUE(ping.is(Opcode::kPing)) << i;
    EXPECT_FALSE(ping.masked);
    EXPECT_LE(ping.payload.size(), 125U);
    peer.send(FrameToSend{.opcode = 10, .payload = ping.payload}.bytes());
  }
}

TEST(Heartbeat, AGoneClientIsUnregistered) {
  const RelayProcess relay(beating("150ms"));
  Peer watcher(relay.endpoint(), fresh_id());
  WirePeer silent(relay.endpoint());
  const std::string address = nlohmann::json::parse(silent.echo(1)).at("from");
  watcher.watch(address);
  EXPECT_EQ(watcher.receive_json(), peer_status(address, false));
  EXPECT_NO_THROW(Peer(relay.endpoint(), address.substr(4)));
}

}  // namespace
}  // namespace plugboard::test
