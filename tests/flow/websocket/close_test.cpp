// RFC 6455 section 7: how connections end.
#include "flow/websocket/wire.hpp"

namespace plugboard::test {
namespace {

class Closing : public WireSuite<Closing> {};

TEST_F(Closing, TheCodeIsEchoedAndTcpEndedByTheServer) {
  for (const std::uint16_t code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013,
                                   1014, 3000, 3999, 4000, 4999}) {
    WirePeer peer(endpoint());
    peer.send(close_frame(code));
    peer.expect_failed(code);
    EXPECT_FALSE(peer.socket().was_reset()) << code;
  }
}

TEST_F(Closing, CodesThatNobodyMaySendFailTheConnection) {
  for (const std::uint16_t code :
       {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65'535}) {
    WirePeer peer(endpoint());
    peer.send(close_frame(code));
    peer.expect_failed(1002);
  }
}

TEST_F(Closing, WithoutACodeIsAnsweredWithoutOne) {
  peer_.send(FrameToSend{.opcode = 8}.bytes());
  const ReceivedFrame close = peer_.frame();
  ASSERT_TRUE(close.is(Opcode::kClose));
  EXPECT_TRUE(close.payload.empty() || close.close_code() == 1000) << close.close_code();
  EXPECT_TRUE(peer_.socket().await_end());
}

TEST_F(Closing, WithOneByteFailsTheConnection) {
  peer_.send(FrameToSend{.opcode = 8, .payload = "\x03"}.bytes());
  peer_.expect_failed(1002);
}

TEST_F(Closing, AReasonOfUpToOneHundredAndTwentyThreeBytesIsTaken) {
  peer_.send(close_frame(1000, std::string(123, 'r')));
  peer_.expect_failed(1000);
}

TEST_F(Closing, AReasonMustBeUtf8) {
  peer_.send(close_frame(1000, "\xff\xfe"));
  const ReceivedFrame close = peer_.frame();
  ASSERT_TRUE(close.is(Opcode::kClose));
  EXPECT_TRUE(close.close_code() == 1007 || close.close_code() == 1002) << close.close_code();
  EXPECT_TRUE(peer_.socket().await_end());
}

TEST_F(Closing, FramesBehindACloseAreNotHandled) {
  Peer receiver(endpoint(), fresh_id());
  const std::string from = nlohmann::json::parse(peer_.echo(1)).at("from");
  peer_.send(close_frame(1000) + text_frame(routed(from, receiver.address(), "too late")) +
             ping_frame("too late"));
  peer_.expect_failed(1000);
  receiver.fence();
}

TEST_F(Closing, WhatWasSentBeforeTheCloseStillArrives) {
  Peer receiver(endpoint(), fresh_id());
  WirePeer sender(endpoint());
  const std::string from = nlohmann::json::parse(sender.echo(1)).at("from");
  std::string frames;
  for (int i = 0; i < 20; ++i) frames += text_frame(routed(from, receiver.address(), i));
  sender.send(frames + close_frame(1000));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(receiver.receive_json().at("payload"), i);
  sender.expect_failed(1000);
}

TEST_F(Closing, AnEndOfTcpWithoutACloseIsAPeerGone) {
  Peer watcher(endpoint(), fresh_id());
  WirePeer peer(endpoint());
  const std::string address = nlohmann::json::parse(peer.echo(1)).at("from");
  watcher.watch(address);
  peer.socket().finish_writing();
  EXPECT_EQ(watcher.receive_json(), peer_status(address, false));
  EXPECT_TRUE(peer.socket().await_end());
}

TEST_F(Closing, AResetIsAPeerGone) {
  Peer watcher(endpoint(), fresh_id());
  WirePeer peer(endpoint());
  const std::string address = nlohmann::json::parse(peer.echo(1)).at("from");
  watcher.watch(address);
  peer.socket().reset();
  EXPECT_EQ(watcher.receive_json(), peer_status(address, false));
}

TEST_F(Closing, AFailedConnectionIsSeenAlsoByAClientThatIsStillWriting) {
  // Megabytes behind the broken frame: were TCP closed with them unread, the reset that follows
  // would take the Close frame away from the client.
  peer_.send(FrameToSend{.payload = "x", .masked = false}.bytes());
  peer_.socket().try_send(std::string(500'000, 'y'));
  peer_.expect_failed(1002);
}

struct AnswerToAClose {
  const char* name;
  std::string bytes;
};

class ClosedByTheServer : public Closing, public testing::WithParamInterface<AnswerToAClose> {
 protected:
  // Three seconds are given to those who do not answer.
  static Deadline at_once() { return Deadline(std::chrono::milliseconds(1500)); }

  void replace() {
    const std::string address = nlohmann::json::parse(peer_.echo(1)).at("from");
    successor_ = std::make_unique<Peer>(endpoint(), address.substr(4));
    ASSERT_TRUE(peer_.frame().is(Opcode::kText));
    ASSERT_TRUE(peer_.frame().is(Opcode::kClose));
  }

  std::unique_ptr<Peer> successor_;
};

TEST_P(ClosedByTheServer, EndsAtOnceWithTheClientsAnswer) {
  replace();
  peer_.send(GetParam().bytes);
  EXPECT_EQ(peer_.socket().rest(at_once()), "");
  EXPECT_FALSE(peer_.socket().was_reset());
}

INSTANTIATE_TEST_SUITE_P(
    Answers, ClosedByTheServer,
    testing::Values(AnswerToAClose{"TheSameCode", close_frame(1000)},
                    AnswerToAClose{"AnotherCode", close_frame(4000, "mine")},
                    AnswerToAClose{"NoCode", FrameToSend{.opcode = 8}.bytes()},
                    AnswerToAClose{"MessagesAndPingsBeforeIt",
                                   text_frame("{}") + ping_frame("?") + close_frame(1000)},
                    AnswerToAClose{"HalfAMessageBeforeIt",
                                   fragment(Opcode::kText, "{", false) + close_frame(1000)},
                    AnswerToAClose{"ACodeThatNobodyMaySend", close_frame(1005)},
                    AnswerToAClose{"AFrameThatBreaksTheProtocol", std::string("\xff\xff", 2)},
                    AnswerToAClose{"AFrameWithoutMask",
                                   FrameToSend{.payload = "x", .masked = false}.bytes()}),
    [](const auto& answer) { return std::string(answer.param.name); });

TEST_F(ClosedByTheServer, EndsAtOnceWithTheEndOfTcp) {
  replace();
  peer_.socket().finish_writing();
  EXPECT_EQ(peer_.socket().rest(at_once()), "");
}

TEST_F(Closing, TheClientsOwnLibraryClosesCleanly) {
  Peer peer(endpoint(), fresh_id());
  EXPECT_NO_THROW(peer.socket().close(4000, "done for today"));
}

}  // namespace
}  // namespace plugboard::test
