// RFC 6455 sections 5.4 and 5.5: messages in pieces, and the control frames between them.
#include "flow/websocket/wire.hpp"

namespace plugboard::test {
namespace {

class Fragments : public WireSuite<Fragments> {
 protected:
  /// The message as frames of `size` bytes each.
  static std::vector<std::string> split(const std::string& message, std::size_t size,
                                        Opcode opcode = Opcode::kText) {
    std::vector<std::string> frames;
    for (std::size_t at = 0; at < message.size(); at += size) {
      frames.push_back(fragment(at == 0 ? opcode : Opcode::kContinuation, message.substr(at, size),
                                at + size >= message.size()));
    }
    return frames;
  }
};

TEST_F(Fragments, AreForwardedAsOneMessage) {
  const std::string message = peer_.echo("in three pieces or more");
  for (const std::size_t size : {1, 2, 7, 30, 64}) {
    for (const std::string& frame : split(message, size)) peer_.send(frame);
    peer_.expect_echo(message);
  }
}

TEST_F(Fragments, KeepTheTypeOfTheFirst) {
  const std::string message = peer_.echo("binary");
  for (const std::string& frame : split(message, 10, Opcode::kBinary)) peer_.send(frame);
  const ReceivedFrame back = peer_.frame();
  EXPECT_TRUE(back.is(Opcode::kBinary));
  EXPECT_EQ(back.payload, message);
}

TEST_F(Fragments, MayBeEmpty) {
  const std::string message = peer_.echo("with gaps");
  peer_.send(fragment(Opcode::kText, "", false) + fragment(Opcode::kContinuation, "", false) +
             fragment(Opcode::kContinuation, message, false) +
             fragment(Opcode::kContinuation, "", true));
  peer_.expect_echo(message);
}

TEST_F(Fragments, LetControlFramesPassBetweenThem) {
  const std::string message = peer_.echo("interrupted");
  peer_.send(fragment(Opcode::kText, message.substr(0, 9), false));
  peer_.send(ping_frame("one"));
  EXPECT_EQ(peer_.frame().payload, "one");
  peer_.send(fragment(Opcode::kContinuation, message.substr(9, 5), false) + ping_frame("two"));
  EXPECT_EQ(peer_.frame().payload, "two");
  peer_.send(FrameToSend{.opcode = 10, .payload = "unasked"}.bytes() +
             fragment(Opcode::kContinuation, message.substr(14), true));
  peer_.expect_echo(message);
}

TEST_F(Fragments, ThatContinueNothingFailTheConnection) {
  peer_.send(fragment(Opcode::kContinuation, "lost", true));
  peer_.expect_failed(1002);
}

TEST_F(Fragments, ThatContinueAFinishedMessageFailTheConnection) {
  const std::string message = peer_.echo("done");
  peer_.send(text_frame(message) + fragment(Opcode::kContinuation, "more", true));
  peer_.expect_echo(message);
  peer_.expect_failed(1002);
}

TEST_F(Fragments, InterruptedByANewMessageFailTheConnection) {
  peer_.send(fragment(Opcode::kText, "begun", false) + text_frame("another"));
  peer_.expect_failed(1002);
}

TEST_F(Fragments, OfOneTypeAreNotContinuedByTheOther) {
  peer_.send(fragment(Opcode::kText, "begun", false) + fragment(Opcode::kBinary, "other", true));
  peer_.expect_failed(1002);
}

TEST_F(Fragments, AreSummedAgainstMaxMessage) {
  const std::string message = peer_.echo_of_size(256 * 1024);
  for (const std::string& frame : split(message, 50'000)) peer_.send(frame);
  peer_.expect_echo(message);
}

TEST_F(Fragments, OverMaxMessageTogetherAreRefusedAtTheHeaderThatShowsIt) {
  peer_.send(fragment(Opcode::kText, std::string(200 * 1024, ' '), false));
  peer_.send(FrameToSend{.opcode = 0, .announced_length = 56 * 1024 + 1}.bytes());
  peer_.expect_failed(1009);
}

TEST_F(Fragments, WithoutEndAreRefusedAtMaxMessage) {
  // The server ends the connection at some point of this; nothing is buffered beyond the limit.
  std::string frames = fragment(Opcode::kText, std::string(1000, ' '), false);
  for (int i = 0; i < 400; ++i) {
    frames += fragment(Opcode::kContinuation, std::string(1000, ' '), false);
  }
  peer_.socket().try_send(frames);
  peer_.expect_failed(1009);
}

TEST_F(Fragments, ManyEmptyOnesAreNoWayAroundTheHeartbeatOrTheMemory) {
  std::string frames = fragment(Opcode::kText, "{", false);
  for (int i = 0; i < 20'000; ++i) frames += fragment(Opcode::kContinuation, "", false);
  peer_.send(frames + fragment(Opcode::kContinuation, "}", true));
  peer_.expect_alive();
}

class Control : public WireSuite<Control> {};

TEST_F(Control, APingIsAnsweredWithItsPayload) {
  for (const std::string& payload :
       {std::string(), std::string("x"), std::string("\0\xff\x80", 3), std::string(125, 'p')}) {
    peer_.send(ping_frame(payload));
    const ReceivedFrame pong = peer_.frame();
    EXPECT_TRUE(pong.is(Opcode::kPong) && pong.fin);
    EXPECT_EQ(pong.payload, payload);
  }
}

TEST_F(Control, PingsInOneSegmentAreAnsweredInOrderOrByTheLatest) {
  // RFC 6455 section 5.5.3 lets a server answer only the most recent one.
  std::string pings;
  for (int i = 0; i < 10; ++i) pings += ping_frame(std::to_string(i));
  peer_.send(pings);
  int last = -1;
  while (last != 9) {
    const ReceivedFrame pong = peer_.frame();
    ASSERT_TRUE(pong.is(Opcode::kPong));
    const int number = std::stoi(pong.payload);
    EXPECT_GT(number, last);
    last = number;
  }
}

TEST_F(Control, APongThatNobodyAskedForIsIgnored) {
  peer_.send(FrameToSend{.opcode = 10, .payload = "unasked"}.bytes());
  peer_.expect_alive();
}

TEST_F(Control, FramesOverOneHundredAndTwentyFiveBytesFailTheConnection) {
  for (const int opcode : {8, 9, 10}) {
    WirePeer peer(endpoint());
    peer.send(
        FrameToSend{.opcode = static_cast<std::uint8_t>(opcode), .payload = std::string(126, 'x')}
            .bytes());
    peer.expect_failed(1002);
  }
}

TEST_F(Control, FramesInPiecesFailTheConnection) {
  for (const int opcode : {8, 9, 10}) {
    WirePeer peer(endpoint());
    peer.send(FrameToSend{.opcode = static_cast<std::uint8_t>(opcode), .payload = "x", .fin = false}
                  .bytes());
    peer.expect_failed(1002);
  }
}

TEST_F(Control, FramesMayBeContinuedByNothing) {
  peer_.send(ping_frame("x") + fragment(Opcode::kContinuation, "y", true));
  EXPECT_EQ(peer_.frame().payload, "x");
  peer_.expect_failed(1002);
}

}  // namespace
}  // namespace plugboard::test
