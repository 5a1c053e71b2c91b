// Frames come as TCP likes: in single bytes, many at once, or behind the request.
#include "flow/websocket/wire.hpp"

namespace plugboard::test {
namespace {

class Segments : public WireSuite<Segments> {};

TEST_F(Segments, OfSingleBytesMakeTheSameFrames) {
  const std::string message = peer_.echo("byte by byte");
  peer_.socket().dribble(text_frame(message) + ping_frame("p") +
                         fragment(Opcode::kText, message.substr(0, 5), false) +
                         fragment(Opcode::kContinuation, message.substr(5), true));
  peer_.expect_echo(message);
  EXPECT_EQ(peer_.frame().payload, "p");
  peer_.expect_echo(message);
}

TEST_F(Segments, OfSingleBytesCarryLongLengthsToo) {
  const std::string message = peer_.echo_of_size(70'000);
  const std::string bytes = text_frame(message);
  peer_.socket().dribble(bytes.substr(0, 20));
  peer_.send(bytes.substr(20));
  peer_.expect_echo(message);
}

TEST_F(Segments, CutAtEveryPlaceMakeTheSameFrames) {
  const std::string first = peer_.echo("first");
  const std::string second = peer_.echo_of_size(200);
  const std::string bytes = text_frame(first) + text_frame(second);
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    peer_.send(bytes.substr(0, cut));
    peer_.send(bytes.substr(cut));
    peer_.expect_echo(first);
    peer_.expect_echo(second);
  }
}

TEST_F(Segments, WithManyFramesAreHandledWhole) {
  std::string frames;
  std::vector<std::string> messages;
  for (int i = 0; i < 2000; ++i) {
    messages.push_back(peer_.echo(i));
    frames += text_frame(messages.back());
  }
  peer_.send(frames);
  for (const std::string& message : messages) peer_.expect_echo(message);
}

TEST_F(Segments, LargerThanAnyReadBufferAreHandledWhole) {
  std::string frames;
  std::vector<std::string> messages;
  for (int i = 0; i < 12; ++i) {
    messages.push_back(peer_.echo_of_size(100'000 + i));
    frames += text_frame(messages.back());
  }
  peer_.send(frames);
  for (const std::string& message : messages) peer_.expect_echo(message);
}

TEST_F(Segments, BehindTheRequestHoldFrames) {
  const std::string id = fresh_id();
  const std::string message = routed("pwa:" + id, "pwa:" + id, "in the same segment");
  RawSocket client(endpoint());
  client.upgrade("/pwa/" + id, "", text_frame(message) + ping_frame("too"));
  EXPECT_EQ(client.frame().payload, message);
  EXPECT_EQ(client.frame().payload, "too");
}

TEST_F(Segments, BehindTheRequestMayHoldHalfAFrame) {
  const std::string id = fresh_id();
  const std::string message = routed("pwa:" + id, "pwa:" + id, "cut in half");
  const std::string bytes = text_frame(message);
  for (const std::size_t cut : {1, 2, 5, 6, 20}) {
    RawSocket client(endpoint());
    client.upgrade("/pwa/" + id, "", bytes.substr(0, cut));
    client.send(bytes.substr(cut));
    EXPECT_EQ(client.frame().payload, message) << cut;
    client.send(close_frame(1000));
    EXPECT_TRUE(client.await_end());
  }
}

TEST_F(Segments, BehindTheRequestMayHoldMoreThanTheHeaderLimit) {
  const std::string id = fresh_id();
  std::string frames;
  std::vector<std::string> messages;
  for (int i = 0; i < 3; ++i) {
    messages.push_back(routed("pwa:" + id, "pwa:" + id, std::string(60'000, 'x')));
    frames += text_frame(messages.back());
  }
  RawSocket client(endpoint());
  client.upgrade("/pwa/" + id, "", frames);
  for (const std::string& message : messages) EXPECT_EQ(client.frame().payload, message);
}

TEST_F(Segments, BehindTheRequestMayHoldTheClose) {
  RawSocket client(endpoint());
  client.upgrade("/pwa/" + fresh_id(), "", close_frame(1000));
  EXPECT_EQ(client.frame().close_code(), 1000);
  EXPECT_TRUE(client.await_end());
}

}  // namespace
}  // namespace plugboard::test
