#include "load/frame.hpp"

#include <gtest/gtest.h>

namespace plugboard::load {
namespace {

std::string unmasked_payload(const std::string& frame, std::size_t header) {
  std::string payload = frame.substr(header);
  mask(payload.data(), payload.size(), 0);
  return payload;
}

TEST(LoadFrame, CarriesFinOpcodeMaskBitLengthAndMask) {
  std::string frame;
  append_frame(frame, kText, "Hello");
  EXPECT_EQ(frame.substr(0, 6), std::string("\x81\x85\x6b\x1d\xc4\x92"));
  EXPECT_EQ(unmasked_payload(frame, 6), "Hello");
}

TEST(LoadFrame, WritesEachLengthInItsShortestForm) {
  for (const auto& [size, length] :
       {std::pair<std::size_t, std::string>{125, "\xfd"},
        {126, std::string("\xfe\x00\x7e", 3)},
        {65535, std::string("\xfe\xff\xff", 3)},
        {65536, std::string("\xff\x00\x00\x00\x00\x00\x01\x00\x00", 9)}}) {
    std::string header;
    append_header(header, kBinary, size);
    EXPECT_EQ(header.substr(1, header.size() - 5), length) << size;
  }
}

TEST(LoadFrame, MaskingFromAnOffsetContinuesAnEarlierPiece) {
  std::string whole = "abcdefghij";
  std::string pieces = whole;
  mask(whole.data(), whole.size(), 0);
  mask(pieces.data(), 3, 0);
  mask(pieces.data() + 3, 7, 3);
  EXPECT_EQ(pieces, whole);
}

TEST(LoadFrame, TakesServerFramesOfEveryLengthForm) {
  for (const auto& [header, size] :
       {std::pair<std::string, std::size_t>{"\x81\x05", 5},
        {std::string("\x82\x7e\x01\x00", 4), 256},
        {std::string("\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x01", 10), 65537}}) {
    const std::string wire = header + std::string(size, 'x') + "next";
    const Parsed parsed = parse_server_frame(wire);
    ASSERT_EQ(parsed.what, Parse::kFrame);
    EXPECT_EQ(parsed.frame.payload, std::string(size, 'x'));
    EXPECT_EQ(parsed.size, header.size() + size);
  }
}

TEST(LoadFrame, AnyPieceOfAFrameIsIncomplete) {
  const std::string wire = std::string("\x81\x7e\x00\x80", 4) + std::string(128, 'x');
  for (std::size_t size = 0; size < wire.size(); ++size) {
    EXPECT_EQ(parse_server_frame(std::string_view(wire).substr(0, size)).what, Parse::kIncomplete);
  }
}

TEST(LoadFrame, RefusesFragmentsReservedBitsAndMaskedFrames) {
  for (const char* wire : {"\x01\x01x", "\x80\x01x", "\xc1\x01x", "\x81\x81mmmmx"}) {
    EXPECT_EQ(parse_server_frame(wire).what, Parse::kBroken);
  }
}

TEST(LoadFrame, TakesCompressedMessagesOnlyWhereTheyWereAgreedOn) {
  const std::string wire("\xc1\x01x", 3);
  EXPECT_EQ(parse_server_frame(wire).what, Parse::kBroken);
  const Parsed parsed = parse_server_frame(wire, true);
  EXPECT_EQ(parsed.what, Parse::kFrame);
  EXPECT_TRUE(parsed.frame.compressed);
}

}  // namespace
}  // namespace plugboard::load
