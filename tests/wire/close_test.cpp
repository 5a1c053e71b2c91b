#include "wire/close.hpp"

#include <gtest/gtest.h>

#include <string>

#include "wire/address.hpp"
#include "wire/utf8.hpp"

namespace plugboard::wire {
namespace {

std::string payload(int code, std::string_view reason = {}) {
  std::string out{static_cast<char>(code >> 8), static_cast<char>(code)};
  return out.append(reason);
}

TEST(CloseCode, ExactlyTheRegisteredAndPrivateOnesMayBeSent) {
  for (int code = 0; code <= 0xFFFF; ++code) {
    const bool expected = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
                          (code >= 3000 && code <= 4999);
    ASSERT_EQ(valid_close_code(static_cast<std::uint16_t>(code)), expected) << code;
  }
}

TEST(ClosePayload, AnEmptyOneHasNoStatus) {
  const ClosePayload parsed = parse_close_payload({});
  ASSERT_TRUE(std::holds_alternative<PeerClose>(parsed));
  EXPECT_EQ(std::get<PeerClose>(parsed).code, close_code::kNoStatus);
}

TEST(ClosePayload, HalfACodeBreaksTheProtocol) {
  const ClosePayload parsed = parse_close_payload("\x03");
  ASSERT_TRUE(std::holds_alternative<BadClose>(parsed));
  EXPECT_EQ(std::get<BadClose>(parsed).answer, close_code::kProtocolError);
}

TEST(ClosePayload, CodeAndReasonAreRead) {
  const std::string data = payload(4321, "so long");
  const ClosePayload parsed = parse_close_payload(data);
  ASSERT_TRUE(std::holds_alternative<PeerClose>(parsed));
  EXPECT_EQ(std::get<PeerClose>(parsed).code, 4321);
  EXPECT_EQ(std::get<PeerClose>(parsed).reason, "so long");
}

TEST(ClosePayload, ACodeThatMayNotBeSentBreaksTheProtocol) {
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535}) {
    const ClosePayload parsed = parse_close_payload(payload(code, "\xFF"));
    ASSERT_TRUE(std::holds_alternative<BadClose>(parsed)) << code;
    EXPECT_EQ(std::get<BadClose>(parsed).answer, close_code::kProtocolError);
  }
}

TEST(ClosePayload, AReasonThatIsNotUtf8IsAnInvalidPayload) {
  const ClosePayload parsed = parse_close_payload(payload(1000, "\xE2\x82"));
  ASSERT_TRUE(std::holds_alternative<BadClose>(parsed));
  EXPECT_EQ(std::get<BadClose>(parsed).answer, close_code::kInvalidPayload);
}

TEST(CloseFrame, HoldsHeaderCodeAndReason) {
  EXPECT_EQ(CloseFrame(1008, "Invalid key").bytes(),
            "\x88\x0D\x03\xF0"
            "Invalid key");
}

TEST(CloseFrame, WithoutStatusIsEmpty) {
  EXPECT_EQ(CloseFrame(close_code::kNoStatus, "never said").bytes(), std::string_view("\x88\0", 2));
}

TEST(CloseFrame, ACodeThatMayNotBeSentBecomesAnInternalError) {
  EXPECT_EQ(CloseFrame(1006).bytes(), "\x88\x02\x03\xF3");
}

TEST(CloseFrame, ALongReasonIsCutBetweenCharacters) {
  for (std::size_t before = 110; before < 130; ++before) {
    std::string reason = std::string(before, 'x') + "\xF0\x9F\x98\x80\xF0\x9F\x98\x80";
    const CloseFrame built(1000, reason);
    const std::string_view frame = built.bytes();
    ASSERT_LE(frame.size(), 127U);
    ASSERT_EQ(static_cast<std::size_t>(frame[1]), frame.size() - 2);
    const std::string_view sent = frame.substr(4);
    EXPECT_TRUE(valid_utf8(sent));
    EXPECT_TRUE(reason.starts_with(sent));
    EXPECT_GT(sent.size(), std::min<std::size_t>(123, reason.size()) - 4);
  }
}

TEST(CloseFrame, BytesThatAreNotUtf8AreReplaced) {
  const CloseFrame frame(1000,
                         "a\xFF"
                         "b\xE2\x82");
  EXPECT_EQ(frame.bytes().substr(4),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(CloseFrame, ManyWrongBytesStayWithinTheLimit) {
  const CloseFrame frame(1000, std::string(500, '\xFF'));
  EXPECT_EQ(frame.bytes().size(), 4U + 123U);
  EXPECT_TRUE(valid_utf8(frame.bytes().substr(4)));
}

TEST(Address, IsSplitAtTheFirstColon) {
  const auto parts = split_address("pwa/key:a:b");
  ASSERT_TRUE(parts.has_value());
  EXPECT_EQ(parts->channel, "pwa/key");
  EXPECT_EQ(parts->id, "a:b");
}

TEST(Address, WithoutColonIsNone) { EXPECT_FALSE(split_address("pwa").has_value()); }

TEST(Address, MayHaveEmptyHalves) {
  const auto parts = split_address(":");
  ASSERT_TRUE(parts.has_value());
  EXPECT_TRUE(parts->channel.empty());
  EXPECT_TRUE(parts->id.empty());
}

}  // namespace
}  // namespace plugboard::wire
