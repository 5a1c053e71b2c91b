// RFC 6455 section 5: frames as the server must and must not take them.
#include <array>

#include "flow/websocket/wire.hpp"

namespace plugboard::test {
namespace {

class Frames : public WireSuite<Frames> {};

TEST_F(Frames, AMaskedTextFrameIsTaken) {
  const std::string message = peer_.echo("hello");
  peer_.send(text_frame(message));
  const ReceivedFrame back = peer_.frame();
  EXPECT_TRUE(back.is(Opcode::kText) && back.fin);
  EXPECT_EQ(back.reserved, 0);
  EXPECT_EQ(back.payload, message);
}

TEST_F(Frames, TheServerNeverMasksAndUsesTheShortestLength) {
  for (const std::size_t size : {80, 125, 126, 127, 65'535, 65'536, 100'000}) {
    const std::string message = peer_.echo_of_size(size);
    peer_.send(text_frame(message));
    const ReceivedFrame back = peer_.frame();
    EXPECT_FALSE(back.masked) << size;
    EXPECT_TRUE(back.minimal_length) << size;
    EXPECT_EQ(back.payload, message) << size;
  }
}

TEST_F(Frames, EveryMaskIsUndone) {
  for (const std::array<std::uint8_t, 4> mask : {std::array<std::uint8_t, 4>{0, 0, 0, 0},
                                                 {0xff, 0xff, 0xff, 0xff},
                                                 {1, 2, 3, 4},
                                                 {0x80, 0, 0, 0x80}}) {
    for (const std::size_t size : {70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 4099}) {
      const std::string message = peer_.echo_of_size(size);
      peer_.send(FrameToSend{.payload = message, .mask = mask}.bytes());
      peer_.expect_echo(message);
    }
  }
}

TEST_F(Frames, AnUnmaskedFrameFailsTheConnection) {
  peer_.send(FrameToSend{.payload = peer_.echo(1), .masked = false}.bytes());
  peer_.expect_failed(1002);
}

TEST_F(Frames, AnUnmaskedControlFrameFailsTheConnection) {
  peer_.send(FrameToSend{.opcode = 9, .payload = "x", .masked = false}.bytes());
  peer_.expect_failed(1002);
}

class ReservedBits : public WireSuite<ReservedBits>, public testing::WithParamInterface<int> {};

TEST_P(ReservedBits, FailTheConnection) {
  peer_.send(
      FrameToSend{.payload = peer_.echo(1), .reserved = static_cast<std::uint8_t>(GetParam())}
          .bytes());
  peer_.expect_failed(1002);
}

TEST_P(ReservedBits, FailTheConnectionOnControlFramesToo) {
  peer_.send(FrameToSend{.opcode = 9, .reserved = static_cast<std::uint8_t>(GetParam())}.bytes());
  peer_.expect_failed(1002);
}

INSTANTIATE_TEST_SUITE_P(All, ReservedBits, testing::Values(1, 2, 3, 4, 5, 6, 7));

class ReservedOpcodes : public WireSuite<ReservedOpcodes>,
                        public testing::WithParamInterface<int> {};

TEST_P(ReservedOpcodes, FailTheConnection) {
  peer_.send(FrameToSend{.opcode = static_cast<std::uint8_t>(GetParam())}.bytes());
  peer_.expect_failed(1002);
}

TEST_P(ReservedOpcodes, FailTheConnectionAtTheirFirstByte) {
  // The rest of the frame never comes.
  const std::string bytes =
      FrameToSend{.opcode = static_cast<std::uint8_t>(GetParam()), .payload = "never"}.bytes();
  peer_.send(bytes.substr(0, 2));
  peer_.expect_failed(1002);
}

INSTANTIATE_TEST_SUITE_P(All, ReservedOpcodes, testing::Values(3, 4, 5, 6, 7, 11, 12, 13, 14, 15));

class Lengths : public WireSuite<Lengths> {};

TEST_F(Lengths, LongerThanTheyMustBeFailTheConnection) {
  struct Case {
    std::size_t size;
    LengthForm form;
  };
  for (const auto& [size, form] :
       {Case{70, LengthForm::kSixteenBits}, Case{125, LengthForm::kSixteenBits},
        Case{0, LengthForm::kSixteenBits}, Case{70, LengthForm::kSixtyFourBits},
        Case{126, LengthForm::kSixtyFourBits}, Case{65'535, LengthForm::kSixtyFourBits}}) {
    WirePeer peer(endpoint());
    peer.send(FrameToSend{.payload = std::string(size, ' '), .length_form = form}.bytes());
    peer.expect_failed(1002);
  }
}

TEST_F(Lengths, WithTheHighestBitSetFailTheConnection) {
  const std::string frame = FrameToSend{.announced_length = 0x8000000000000000ULL}.bytes();
  peer_.send(frame);
  const ReceivedFrame close = peer_.frame();
  ASSERT_TRUE(close.is(Opcode::kClose));
  EXPECT_TRUE(close.close_code() == 1002 || close.close_code() == 1009) << close.close_code();
  EXPECT_TRUE(peer_.socket().await_end());
}

TEST_F(Lengths, AtTheBordersOfTheFormsAreRead) {
  for (const std::size_t size : {124, 125, 126, 127, 128, 65'534, 65'535, 65'536, 65'537}) {
    const std::string message = peer_.echo_of_size(size);
    peer_.send(text_frame(message));
    peer_.expect_echo(message);
  }
}

TEST_F(Lengths, OfMaxMessagePass) {
  const std::string message = peer_.echo_of_size(256 * 1024);
  peer_.send(text_frame(message));
  peer_.expect_echo(message);
}

TEST_F(Lengths, OverMaxMessageAreRefusedAtTheHeader) {
  // Not one byte of the payload follows.
  peer_.send(FrameToSend{.announced_length = 256 * 1024 + 1}.bytes());
  peer_.expect_failed(1009);
}

TEST_F(Lengths, OfEveryAbsurdSizeAreRefusedAtTheHeader) {
  for (const std::uint64_t announced :
       {0x7fffffffULL, 0xffffffffULL, 0x100000000ULL, 0x7fffffffffffffffULL}) {
    WirePeer peer(endpoint());
    peer.send(FrameToSend{.announced_length = announced}.bytes());
    peer.expect_failed(1009);
  }
}

TEST_F(Lengths, ThatAreOnlyAnnouncedCostNoMemory) {
  std::vector<std::unique_ptr<WirePeer>> peers;
  const std::int64_t before = relay().resident_bytes();
  for (int i = 0; i < 200; ++i) {
    peers.push_back(std::make_unique<WirePeer>(endpoint()));
    peers.back()->send(FrameToSend{.payload = "begun", .announced_length = 250 * 1024}.bytes());
  }
  for (const auto& peer : peers) {
    peer->send("a");  // in the middle of the payload
  }
  peer_.expect_alive();
  // Sanitizers keep a lot for themselves; the announced bytes would be 50 MB.
  EXPECT_LT(relay().resident_bytes() - before, 30 * 1024 * 1024);
}

}  // namespace
}  // namespace plugboard::test
