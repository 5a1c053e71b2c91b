#include "wire/frame.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

namespace plugboard::wire {
namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out += static_cast<char>(value);
  return out;
}

std::string client_header(int first, std::uint64_t payload_size,
                          std::string_view mask = "\1\2\3\4") {
  std::string out(1, static_cast<char>(first));
  if (payload_size < 126) {
    out += static_cast<char>(0x80 | payload_size);
  } else if (payload_size <= 0xFFFF) {
    out += static_cast<char>(0xFE);
    for (int shift = 8; shift >= 0; shift -= 8) out += static_cast<char>(payload_size >> shift);
  } else {
    out += static_cast<char>(0xFF);
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(payload_size >> shift);
  }
  return out.append(mask);
}

HeaderStatus status_of(std::string_view data, bool rsv1_allowed = false) {
  FrameHeader header;
  return parse_client_frame_header(data.data(), data.size(), rsv1_allowed, header);
}

FrameHeader parsed(std::string_view data, bool rsv1_allowed = false) {
  FrameHeader header;
  EXPECT_EQ(parse_client_frame_header(data.data(), data.size(), rsv1_allowed, header),
            HeaderStatus::complete);
  return header;
}

TEST(FrameHeader, AShortTextFrameIsReadWhole) {
  const FrameHeader header = parsed(client_header(0x81, 5, "abcd"));
  EXPECT_EQ(header.opcode, Opcode::text);
  EXPECT_TRUE(header.fin);
  EXPECT_FALSE(header.rsv1);
  EXPECT_EQ(header.header_size, 6);
  EXPECT_EQ(header.payload_size, 5U);
  EXPECT_EQ(std::memcmp(&header.mask, "abcd", 4), 0);
}

TEST(FrameHeader, EveryLengthFormIsReadAtItsBorders) {
  for (const auto& [payload_size, header_size] : std::vector<std::pair<std::uint64_t, int>>{
           {0, 6}, {125, 6}, {126, 8}, {0xFFFF, 8}, {0x10000, 14}, {0x7FFFFFFFFFFFFFFF, 14}}) {
    const FrameHeader header = parsed(client_header(0x02, payload_size));
    EXPECT_EQ(header.payload_size, payload_size);
    EXPECT_EQ(header.header_size, header_size);
    EXPECT_FALSE(header.fin);
    EXPECT_EQ(header.opcode, Opcode::binary);
  }
}

TEST(FrameHeader, AGoodHeaderIsIncompleteAtEveryChop) {
  for (const std::uint64_t payload_size : {0, 1, 125, 126, 256, 0xFFFF, 0x10000, 0x12345678}) {
    const std::string whole = client_header(0x81, payload_size);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_EQ(status_of(std::string_view(whole).substr(0, size)), HeaderStatus::incomplete)
          << payload_size << " at " << size;
    }
    EXPECT_EQ(status_of(whole), HeaderStatus::complete);
  }
}

TEST(FrameHeader, AnIncompleteHeaderLeavesTheOutcomeAlone) {
  FrameHeader header;
  header.payload_size = 77;
  const std::string whole = client_header(0x81, 300);
  EXPECT_EQ(parse_client_frame_header(whole.data(), whole.size() - 1, false, header),
            HeaderStatus::incomplete);
  EXPECT_EQ(header.payload_size, 77U);
}

TEST(FrameHeader, EveryFirstByteIsJudgedByItself) {
  for (int first = 0; first < 256; ++first) {
    for (const bool rsv1_allowed : {false, true}) {
      const int opcode = first & 0x0F;
      HeaderStatus expected = HeaderStatus::incomplete;
      if ((first & 0x30) != 0 ||
          ((first & 0x40) != 0 && (!rsv1_allowed || opcode == 0 || opcode > 2))) {
        expected = HeaderStatus::reserved_bits;
      } else if ((opcode > 2 && opcode < 8) || opcode > 10) {
        expected = HeaderStatus::reserved_opcode;
      } else if (opcode >= 8 && (first & 0x80) == 0) {
        expected = HeaderStatus::control_fragmented;
      }
      EXPECT_EQ(status_of(bytes({first}), rsv1_allowed), expected) << first << rsv1_allowed;
    }
  }
}

TEST(FrameHeader, Rsv1IsHandedOnWhereItMayStand) {
  EXPECT_TRUE(parsed(client_header(0xC1, 1), true).rsv1);
  EXPECT_TRUE(parsed(client_header(0x42, 1), true).rsv1);
}

TEST(FrameHeader, AMissingMaskShowsInTheSecondByte) {
  for (int length = 0; length < 128; ++length) {
    EXPECT_EQ(status_of(bytes({0x81, length})), HeaderStatus::unmasked);
  }
}

TEST(FrameHeader, ALongControlFrameShowsInTheSecondByte) {
  for (const int first : {0x88, 0x89, 0x8A}) {
    EXPECT_EQ(status_of(bytes({first, 0x80 | 125})), HeaderStatus::incomplete);
    EXPECT_EQ(status_of(bytes({first, 0x80 | 126})), HeaderStatus::control_too_long);
    EXPECT_EQ(status_of(bytes({first, 0x80 | 127})), HeaderStatus::control_too_long);
  }
}

TEST(FrameHeader, SixteenBitsForLessThan126ShowInTheLastOfThem) {
  EXPECT_EQ(status_of(bytes({0x81, 0xFE, 0})), HeaderStatus::incomplete);
  EXPECT_EQ(status_of(bytes({0x81, 0xFE, 0, 125})), HeaderStatus::not_minimal);
  EXPECT_EQ(status_of(bytes({0x81, 0xFE, 0, 0})), HeaderStatus::not_minimal);
  EXPECT_EQ(status_of(bytes({0x81, 0xFE, 0, 126})), HeaderStatus::incomplete);
  EXPECT_EQ(status_of(bytes({0x81, 0xFE, 1, 0})), HeaderStatus::incomplete);
}

TEST(FrameHeader, SixtyFourBitsForSixteenShowInTheSixthOfThem) {
  EXPECT_EQ(status_of(bytes({0x81, 0xFF, 0, 0, 0, 0, 0})), HeaderStatus::incomplete);
  EXPECT_EQ(status_of(bytes({0x81, 0xFF, 0, 0, 0, 0, 0, 0})), HeaderStatus::not_minimal);
  EXPECT_EQ(status_of(bytes({0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 1, 2, 3, 4})),
            HeaderStatus::not_minimal);
  EXPECT_EQ(status_of(bytes({0x81, 0xFF, 0, 0, 0, 0, 0, 1})), HeaderStatus::incomplete);
}

TEST(FrameHeader, ALengthWithItsTopBitSetShowsInThatByte) {
  EXPECT_EQ(status_of(bytes({0x81, 0xFF})), HeaderStatus::incomplete);
  EXPECT_EQ(status_of(bytes({0x81, 0xFF, 0x80})), HeaderStatus::length_too_large);
  EXPECT_EQ(status_of(bytes({0x81, 0xFF, 0x7F})), HeaderStatus::incomplete);
}

TEST(FrameHeader, AnErrorOnceShownStaysWhateverFollows) {
  std::mt19937 random(7);
  for (int round = 0; round < 20000; ++round) {
    std::string data(kMaxClientHeader, '\0');
    for (char& c : data)
      c = static_cast<char>(random() % 5 == 0 ? random() : (random() & 1) * 0xFF);
    HeaderStatus before = HeaderStatus::incomplete;
    for (std::size_t size = 0; size <= data.size(); ++size) {
      const HeaderStatus now = status_of(std::string_view(data).substr(0, size));
      if (before != HeaderStatus::incomplete) {
        ASSERT_EQ(now, before);
      }
      before = now;
    }
    ASSERT_NE(before, HeaderStatus::incomplete);
  }
}

TEST(FrameHeader, EveryFailureHasAReasonThatFitsACloseFrame) {
  for (int status = 0; status <= static_cast<int>(HeaderStatus::length_too_large); ++status) {
    const std::string_view reason = describe(static_cast<HeaderStatus>(status));
    EXPECT_EQ(reason.empty(), status < 2);
    EXPECT_LE(reason.size(), 123U);
  }
}

TEST(Unmask, EverySizePhaseAndAlignmentMatchesTheFormula) {
  constexpr std::string_view kMask = "\x11\xA2\x33\xF4";
  std::uint32_t mask = 0;
  std::memcpy(&mask, kMask.data(), 4);
  std::mt19937 random(3);
  for (std::size_t size = 0; size < 400; ++size) {
    for (std::size_t phase = 0; phase < 5; ++phase) {
      for (const std::size_t offset : {0, 1, 7}) {
        std::string data(offset + size + 1, '\0');
        for (char& c : data) c = static_cast<char>(random());
        std::string expected = data;
        for (std::size_t i = 0; i < size; ++i) {
          expected[offset + i] = static_cast<char>(expected[offset + i] ^ kMask[(phase + i) % 4]);
        }
        unmask(data.data() + offset, size, mask, phase);
        ASSERT_EQ(data, expected) << size << " " << phase << " " << offset;
      }
    }
  }
}

TEST(ServerHeader, EveryLengthFormIsWrittenAtItsBorders) {
  char out[kMaxServerHeader];
  const auto written = [&out](std::uint64_t payload_size) {
    const std::size_t size = write_server_header(out, Opcode::binary, true, false, payload_size);
    EXPECT_EQ(size, server_header_size(payload_size));
    return std::string(out, size);
  };
  EXPECT_EQ(written(0), bytes({0x82, 0}));
  EXPECT_EQ(written(125), bytes({0x82, 125}));
  EXPECT_EQ(written(126), bytes({0x82, 126, 0, 126}));
  EXPECT_EQ(written(0xFFFF), bytes({0x82, 126, 0xFF, 0xFF}));
  EXPECT_EQ(written(0x10000), bytes({0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0}));
  EXPECT_EQ(written(0x0102030405060708), bytes({0x82, 127, 1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST(ServerHeader, FlagsAndOpcodeStandInTheFirstByte) {
  char out[kMaxServerHeader];
  write_server_header(out, Opcode::text, false, true, 0);
  EXPECT_EQ(static_cast<std::uint8_t>(out[0]), 0x41);
  write_server_header(out, Opcode::continuation, true, false, 0);
  EXPECT_EQ(static_cast<std::uint8_t>(out[0]), 0x80);
  write_server_header(out, Opcode::pong, true, false, 0);
  EXPECT_EQ(static_cast<std::uint8_t>(out[0]), 0x8A);
}

TEST(ServerHeader, IsAlwaysTheClientsWithoutTheMask) {
  for (const std::uint64_t payload_size : {0, 125, 126, 0xFFFF, 0x10000}) {
    EXPECT_EQ(server_header_size(payload_size) + 4, client_header(0x81, payload_size).size());
  }
}

}  // namespace
}  // namespace plugboard::wire
