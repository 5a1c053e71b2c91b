// Messages between peers that did and did not agree on compression.
#include <random>

#include "flow/deflate/deflate.hpp"
#include "support/sanitizer.hpp"

namespace plugboard::test {
namespace {

std::string letters(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('!' + random() % 90);
  for (char& c : text) {
    if (c == '"' || c == '\\') c = '_';
  }
  return text;
}

class DeflateMessages : public DeflateSuite<DeflateMessages> {
 protected:
  DeflatePeer peer_{endpoint()};
  DeflatePeer plain_{endpoint(), ""};
};

TEST_F(DeflateMessages, AreReadCompressedAndNot) {
  for (const std::size_t size : {100, 1000, 70'000}) {
    const std::string message = peer_.echo(std::string(size, 'a'));
    peer_.send(compressed_frame(compressed(message)));
    peer_.expect(message);
    peer_.send(text_frame(message));
    peer_.expect(message);
  }
}

TEST_F(DeflateMessages, ReachWhoDidNotAgreeAsTheyWere) {
  const std::string message = peer_.to(plain_, std::string(5000, 'b'));
  peer_.send(compressed_frame(compressed(message)));
  const ReceivedFrame received = plain_.frame();
  EXPECT_EQ(received.reserved, 0);
  EXPECT_EQ(received.payload, message);
}

TEST_F(DeflateMessages, AreCompressedForWhoAgreed) {
  const std::string message = plain_.to(peer_, std::string(5000, 'c'));
  plain_.send(text_frame(message));
  const ReceivedFrame received = peer_.frame();
  EXPECT_EQ(received.reserved, 4);
  EXPECT_LT(received.payload.size(), 200U);
  EXPECT_EQ(expanded(received.payload), message);
}

TEST_F(DeflateMessages, KeepTheirType) {
  const std::string message = peer_.echo(std::string(1000, 'd'));
  peer_.send(compressed_frame(compressed(message), Opcode::kBinary));
  const ReceivedFrame received = peer_.frame();
  EXPECT_TRUE(received.is(Opcode::kBinary));
  EXPECT_EQ(expanded(received.payload), message);
}

TEST_F(DeflateMessages, ThatCannotBeCompressedArriveAsWell) {
  const std::string message = peer_.echo(letters(200'000, 1));
  peer_.send(compressed_frame(compressed(message)));
  peer_.expect(message);
}

TEST_F(DeflateMessages, ManyInARowDoNotDependOnEachOther) {
  // Each expands on its own, although they are alike.
  for (int i = 0; i < 50; ++i) plain_.send(text_frame(plain_.to(peer_, letters(2000, 2))));
  for (int i = 0; i < 50; ++i) peer_.expect(plain_.to(peer_, letters(2000, 2)));
}

TEST_F(DeflateMessages, NeedNoLargerWindowThanWasAskedFor) {
  for (int bits = 8; bits <= 15; ++bits) {
    DeflatePeer narrow(endpoint(),
                       "permessage-deflate; server_max_window_bits=" + std::to_string(bits));
    // Repeats at every distance up to far beyond the smallest windows.
    const std::string block = letters(700, static_cast<unsigned>(bits));
    const std::string message = narrow.echo(block + block.substr(0, 300) + block + block);
    narrow.send(text_frame(message));
    narrow.expect(message, bits);
  }
}

TEST_F(DeflateMessages, FromANarrowWindowAreRead) {
  for (int bits = 9; bits <= 15; ++bits) {
    DeflatePeer narrow(endpoint(),
                       "permessage-deflate; client_max_window_bits=" + std::to_string(bits));
    const std::string message = narrow.echo(letters(5000, 3));
    narrow.send(compressed_frame(Compressor(bits).message(message)));
    narrow.expect(message);
  }
}

TEST_F(DeflateMessages, InFragmentsWithControlFramesBetweenAreOne) {
  const std::string message = peer_.echo(letters(900, 4));
  const std::string payload = compressed(message);
  peer_.send(compressed_frame(payload.substr(0, 10), Opcode::kText, false));
  peer_.send(ping_frame("between"));
  EXPECT_EQ(peer_.frame().payload, "between");
  peer_.send(compressed_frame("", Opcode::kContinuation, false));
  for (const char byte : payload.substr(10, 20)) {
    peer_.send(compressed_frame(std::string(1, byte), Opcode::kContinuation, false));
  }
  peer_.send(compressed_frame(payload.substr(30), Opcode::kContinuation, true));
  peer_.expect(message);
}

TEST_F(DeflateMessages, ThatComeByteByByteAreRead) {
  const std::string message = peer_.echo(std::string(400, 'e'));
  peer_.socket().dribble(compressed_frame(compressed(message)));
  peer_.expect(message);
}

TEST_F(DeflateMessages, InEveryKindOfBlockAreRead) {
  const std::string message = peer_.echo(letters(3000, 5));
  for (const int level : {0, 1, 6, 9}) {
    peer_.send(compressed_frame(Compressor(15, level).message(message)));
    peer_.expect(message);
  }
}

TEST_F(DeflateMessages, OfSeveralFlushesAreRead) {
  const std::string message = peer_.echo(letters(3000, 6));
  for (const int flush : {Z_PARTIAL_FLUSH, Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_BLOCK}) {
    Compressor compressor;
    std::string payload = compressor.piece(message.substr(0, 1000), flush);
    payload += compressor.message(message.substr(1000));
    peer_.send(compressed_frame(payload));
    peer_.expect(message);
  }
}

TEST_F(DeflateMessages, WhoseLastBlockSaysSoAreRead) {
  // RFC 7692 section 7.2.3.5: a final block, and a byte that begins an empty one.
  const std::string message = peer_.echo(letters(3000, 8));
  peer_.send(compressed_frame(Compressor().piece(message, Z_FINISH) + std::string(1, '\0')));
  peer_.expect(message);
  // Section 7.2.1: the empty block, less the four bytes that every receiver puts back, marked so.
  peer_.send(compressed_frame(Compressor().piece(message, Z_FULL_FLUSH) + std::string(1, '\x01')));
  peer_.expect(message);
}

TEST_F(DeflateMessages, ThatAreEmptyAreNothingButAllowed) {
  peer_.send(compressed_frame(std::string(1, '\0')));  // section 7.2.3.6
  peer_.send(compressed_frame(""));
  peer_.send(compressed_frame(std::string("\x02\x00", 2)));  // an empty block of fixed codes
  peer_.expect_alive();
}

TEST_F(DeflateMessages, MayBeAsLargeAsAnyOther) {
  const std::string message = peer_.echo_of_size(kMaxMessage);
  peer_.send(compressed_frame(compressed(message)));
  peer_.expect(message);
}

TEST_F(DeflateMessages, OneByteTooLargeEndTheConnection) {
  peer_.send(compressed_frame(compressed(peer_.echo_of_size(kMaxMessage + 1))));
  peer_.expect_failed(1009);
}

TEST_F(DeflateMessages, OneByteTooLargeInFragmentsEndTheConnection) {
  const std::string payload = compressed(peer_.echo_of_size(kMaxMessage + 1));
  peer_.send(compressed_frame(payload.substr(0, 30), Opcode::kText, false));
  peer_.send(compressed_frame(payload.substr(30), Opcode::kContinuation, true));
  peer_.expect_failed(1009);
}

TEST_F(DeflateMessages, ThatAnnounceTooMuchAreRefusedAtTheHeader) {
  peer_.send(
      FrameToSend{.payload = "x", .reserved = 4, .announced_length = 4 * kMaxMessage}.bytes());
  peer_.expect_failed(1009);
}

TEST_F(DeflateMessages, ThatBlowUpCostNoMoreThanTheLargest) {
  const std::string bomb = Compressor().message(std::string(128 * 1024 * 1024, '\0'));
  const std::int64_t before = relay().resident_bytes();
  for (int i = 0; i < 20; ++i) {
    DeflatePeer bomber(endpoint());
    bomber.send(compressed_frame(bomb));
    bomber.expect_failed(1009);
  }
  if (!kSanitized) {
    EXPECT_LT(relay().resident_bytes(), before + 16 * 1024 * 1024);
  }
}

TEST_F(DeflateMessages, ThatAreNoDeflateEndTheConnection) {
  for (const std::string& garbage : {std::string("\xff\xff\xff\xff"), std::string("\x07garbage"),
                                     std::string("\x06", 1), std::string(64, '\xfe')}) {
    DeflatePeer peer(endpoint());
    peer.send(compressed_frame(garbage));
    peer.expect_failed(1007);
  }
}

TEST_F(DeflateMessages, ThatAreCutOffEndTheConnection) {
  // A stored block says how long it is.
  const std::string payload = Compressor(15, 0).message(peer_.echo(letters(3000, 9)));
  for (const std::size_t size : {std::size_t{3}, std::size_t{4}, payload.size() - 100}) {
    DeflatePeer peer(endpoint());
    peer.send(compressed_frame(payload.substr(0, size)));
    peer.expect_failed(1007);
  }
}

TEST_F(DeflateMessages, ThatTakeOverContextEndTheConnection) {
  Compressor compressor;
  const std::string message = peer_.echo(letters(3000, 10));
  peer_.send(compressed_frame(compressor.message(message)));
  peer_.expect(message);
  // Refers back to the first, which was agreed not to be.
  peer_.send(compressed_frame(compressor.message(message)));
  peer_.expect_failed(1007);
}

TEST_F(DeflateMessages, AreCheckedForUtf8OnceExpanded) {
  peer_.send(compressed_frame(compressed(peer_.echo(std::string(300, 'f')) + "\xc3\x28")));
  peer_.expect_failed(1007);
}

TEST_F(DeflateMessages, MayHoldUtf8ThatIsCutAnywhere) {
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "ü€😀";
  const std::string message = peer_.echo(umlauts);
  const std::string payload = compressed(message);
  peer_.send(compressed_frame(payload.substr(0, 31), Opcode::kText, false));
  peer_.send(compressed_frame(payload.substr(31), Opcode::kContinuation, true));
  peer_.expect(message);
}

TEST_F(DeflateMessages, TheMarkOfCompressionOnALaterFragmentIsAnError) {
  peer_.send(compressed_frame("ab", Opcode::kText, false));
  peer_.send(FrameToSend{.opcode = 0, .payload = "cd", .reserved = 4}.bytes());
  peer_.expect_failed(1002);
}

TEST_F(DeflateMessages, TheMarkOfCompressionOnAControlFrameIsAnError) {
  for (const std::uint8_t opcode : {8, 9, 10}) {
    DeflatePeer peer(endpoint());
    peer.send(FrameToSend{.opcode = opcode, .reserved = 4}.bytes());
    peer.expect_failed(1002);
  }
}

TEST_F(DeflateMessages, TheOtherReservedBitsStayErrors) {
  for (const std::uint8_t reserved : {1, 2, 3, 5, 6, 7}) {
    DeflatePeer peer(endpoint());
    peer.send(FrameToSend{.payload = "x", .reserved = reserved}.bytes());
    peer.expect_failed(1002);
  }
}

TEST_F(DeflateMessages, CompressedOnesOfWhoDidNotAgreeAreErrors) {
  plain_.send(compressed_frame(compressed(plain_.echo("x"))));
  plain_.expect_failed(1002);
}

TEST(DeflateMemory, ConnectionsThatAreIdleKeepNothingOfIt) {
  constexpr int kPeers = 200;
  const RelayProcess relay({.server = "compression = true\n"});
  const auto round = [&](std::vector<std::unique_ptr<DeflatePeer>>& peers) {
    for (int i = 0; i < kPeers; ++i) {
      peers.push_back(std::make_unique<DeflatePeer>(relay.endpoint()));
      const std::string message = peers.back()->echo(letters(20'000, 11));
      peers.back()->send(compressed_frame(compressed(message)));
      peers.back()->expect(message);
    }
  };
  std::vector<std::unique_ptr<DeflatePeer>> first;
  round(first);
  const std::int64_t before = relay.resident_bytes();
  std::vector<std::unique_ptr<DeflatePeer>> second;
  round(second);
  if (kSanitized) return;
  // zlib's state for one connection would be 300 KiB.
  EXPECT_LT((relay.resident_bytes() - before) / kPeers, 8 * 1024);
}

}  // namespace
}  // namespace plugboard::test
