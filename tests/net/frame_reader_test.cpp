#include "net/frame_reader.hpp"

#include <gmock/gmock.h>

#include <random>
#include <string>
#include <vector>

#include "wire/frame.hpp"

namespace plugboard::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A client's frame, masked.
std::string frame(unsigned char first, std::string payload) {
  std::string out(1, static_cast<char>(first));
  if (payload.size() < 126) {
    out += static_cast<char>(0x80U | payload.size());
  } else if (payload.size() < 65'536) {
    out += static_cast<char>(0xFE);
    out += static_cast<char>(payload.size() >> 8U);
    out += static_cast<char>(payload.size());
  } else {
    out += static_cast<char>(0xFF);
    for (int shift = 56; shift >= 0; shift -= 8) {
      out += static_cast<char>(static_cast<std::uint64_t>(payload.size()) >> shift);
    }
  }
  const std::string mask = "\x11\x22\x33\x44";
  out += mask;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
  }
  return out + payload;
}

constexpr unsigned char kText = 0x81;
constexpr unsigned char kTextBegins = 0x01;
constexpr unsigned char kBinary = 0x82;
constexpr unsigned char kContinues = 0x00;
constexpr unsigned char kEnds = 0x80;
constexpr unsigned char kClose = 0x88;
constexpr unsigned char kPing = 0x89;

class Sink final : public FrameSink {
 public:
  std::vector<std::string> events;

  bool on_message(const IncomingMessage& message) override {
    events.push_back((message.binary ? "binary " : "text ") +
                     std::string(message.data, message.size));
    // What the router does with the bytes before a message.
    const std::size_t header = wire::server_header_size(message.size);
    std::fill_n(message.data - header, header, '#');
    return true;
  }
  bool on_ping(std::string_view payload) override {
    events.push_back("ping " + std::string(payload));
    return true;
  }
  bool on_pong(std::string_view payload) override {
    events.push_back("pong " + std::string(payload));
    return true;
  }
  void on_close(const wire::PeerClose& close) override {
    events.push_back("close " + std::to_string(close.code));
  }
  void on_failure(std::uint16_t code, std::string_view /*reason*/) override {
    events.push_back("failure " + std::to_string(code));
  }
};

class FrameReaderTest : public testing::Test {
 protected:
  FrameReader reader;
  Sink sink;
  FrameReader::Rules rules{.max_message = 1'000'000, .compression = false};
  std::vector<char> memory = std::vector<char>(FrameReader::kHeadroom + 256 * 1024);

  // Receives `bytes` in pieces of at most `piece`.
  void receive(std::string_view bytes, std::size_t piece = SIZE_MAX) {
    const std::span<char> shared = std::span(memory).subspan(FrameReader::kHeadroom);
    while (!bytes.empty()) {
      const std::span<char> room = reader.room(shared);
      ASSERT_FALSE(room.empty());
      const std::size_t count = std::min({bytes.size(), room.size(), piece});
      std::copy_n(bytes.data(), count, room.data());
      reader.received(count, shared, rules, sink);
      bytes.remove_prefix(count);
    }
  }
};

TEST_F(FrameReaderTest, ReadsManyMessagesOfOneSegment) {
  receive(frame(kText, "one") + frame(kBinary, "two") + frame(kText, ""));
  EXPECT_THAT(sink.events, ElementsAre("text one", "binary two", "text "));
}

TEST_F(FrameReaderTest, ReadsTheSameHoweverTheBytesAreCut) {
  const std::string large(200'000, 'l');
  const std::string medium(6'000, 'm');
  const std::string bytes = frame(kText, "one") + frame(kBinary, large) + frame(kPing, "p") +
                            frame(kTextBegins, "a") + frame(kContinues, medium) +
                            frame(kPing, "q") + frame(kEnds, "z") + frame(kText, medium);
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 100U, 4'095U, 4'096U, 4'097U, 70'000U}) {
    sink.events.clear();
    receive(bytes, piece);
    ASSERT_THAT(sink.events, ElementsAre("text one", "binary " + large, "ping p", "ping q",
                                         "text a" + medium + "z", "text " + medium))
        << piece;
  }
}

TEST_F(FrameReaderTest, HoldsNothingBetweenMessages) {
  receive(frame(kBinary, std::string(50'000, 'x')), 1'000);
  EXPECT_EQ(reader.held_bytes(), 0U);
}

TEST_F(FrameReaderTest, NeverAllocatesWhatAHeaderAnnounces) {
  rules.max_message = std::size_t{1} << 40U;
  receive(std::string("\x82\xFF\x00\x00\x00\x01\x00\x00\x00\x00", 10) + std::string(5'000, 'x'));
  EXPECT_LT(reader.held_bytes(), 16'384U);
}

TEST_F(FrameReaderTest, RefusesATooLargeMessageAtItsHeader) {
  rules.max_message = 100;
  receive(frame(kBinary, std::string(101, 'x')).substr(0, 6));
  EXPECT_THAT(sink.events, ElementsAre("failure 1009"));
}

TEST_F(FrameReaderTest, TakesAMessageOfExactlyTheLimit) {
  rules.max_message = 100;
  receive(frame(kBinary, std::string(100, 'x')));
  EXPECT_THAT(sink.events, ElementsAre("binary " + std::string(100, 'x')));
}

TEST_F(FrameReaderTest, SumsFragmentsForTheLimit) {
  rules.max_message = 100;
  receive(frame(0x02, std::string(60, 'x')) + frame(kEnds, std::string(41, 'x')).substr(0, 6));
  EXPECT_THAT(sink.events, ElementsAre("failure 1009"));
}

TEST_F(FrameReaderTest, FailsAContinuationOfNothing) {
  receive(frame(kEnds, "x"));
  EXPECT_THAT(sink.events, ElementsAre("failure 1002"));
}

TEST_F(FrameReaderTest, FailsAMessageWithinAMessage) {
  receive(frame(kTextBegins, "x") + frame(kText, "y"));
  EXPECT_THAT(sink.events, ElementsAre("failure 1002"));
}

TEST_F(FrameReaderTest, FailsTextAtItsFirstImpossibleByteAlthoughTheFrameIsIncomplete) {
  const std::string bytes = frame(kText, "abc\xFF" + std::string(10'000, 'x'));
  receive(bytes.substr(0, 11));
  EXPECT_THAT(sink.events, IsEmpty());
  receive(bytes.substr(11, 1));
  EXPECT_THAT(sink.events, ElementsAre("failure 1007"));
}

TEST_F(FrameReaderTest, FailsTextAtAnImpossibleByteInALaterFragment) {
  receive(frame(kTextBegins, "\xE2\x82") + frame(kContinues, "\x28").substr(0, 7));
  EXPECT_THAT(sink.events, ElementsAre("failure 1007"));
}

TEST_F(FrameReaderTest, TakesACharacterThatIsSpreadOverFragments) {
  receive(frame(kTextBegins, "\xE2\x82") + frame(kPing, "") + frame(kEnds, "\xAC"), 1);
  EXPECT_THAT(sink.events, ElementsAre("ping ", "text \xE2\x82\xAC"));
}

TEST_F(FrameReaderTest, FailsTextThatEndsWithinACharacter) {
  receive(frame(kTextBegins, "\xE2\x82") + frame(kEnds, ""));
  EXPECT_THAT(sink.events, ElementsAre("failure 1007"));
}

TEST_F(FrameReaderTest, ReadsNothingBehindAClose) {
  receive(frame(kClose, "\x03\xE8") + frame(kText, "late"));
  EXPECT_THAT(sink.events, ElementsAre("close 1000"));
}

TEST_F(FrameReaderTest, ReadsNothingBehindAFailure) {
  receive(frame(kEnds, "x") + frame(kText, "late"));
  receive(frame(kText, "later"));
  EXPECT_THAT(sink.events, ElementsAre("failure 1002"));
}

TEST_F(FrameReaderTest, FailsCompressedFramesThatWereNotAgreedOn) {
  receive(frame(0xC1, "x"));
  EXPECT_THAT(sink.events, ElementsAre("failure 1002"));
}

}  // namespace
}  // namespace plugboard::net
