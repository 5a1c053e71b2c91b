#include "wire/deflate.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

namespace plugboard::wire {
namespace {

constexpr std::size_t kNoLimit = std::size_t{1} << 40;

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out += static_cast<char>(value);
  return out;
}

/// "ok" messages only.
std::string inflated(Inflater& inflater, std::string_view payload) {
  std::string out;
  EXPECT_EQ(inflater.feed(payload, true, kNoLimit, out), InflateStatus::ok);
  return out;
}

std::string deflated(Deflater& deflater, std::string_view message) {
  std::string out;
  deflater.deflate(message, out);
  return out;
}

std::string json_like(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string out;
  while (out.size() < size)
    out += R"({"id":)" + std::to_string(random() % 1000) + R"(,"kind":"x"},)";
  out.resize(size);
  return out;
}

std::string noise(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string out(size, '\0');
  for (char& c : out) c = static_cast<char>(random());
  return out;
}

// The examples of RFC 7692 section 7.2.3.

TEST(Inflater, ReadsOneBlock) {
  Inflater inflater(15, false);
  EXPECT_EQ(inflated(inflater, bytes({0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00})), "Hello");
}

TEST(Inflater, ReadsAMessageThatRefersToTheOneBefore) {
  Inflater inflater(15, true);
  EXPECT_EQ(inflated(inflater, bytes({0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00})), "Hello");
  EXPECT_EQ(inflated(inflater, bytes({0xF2, 0x00, 0x11, 0x00, 0x00})), "Hello");
}

TEST(Inflater, ReadsAStoredBlock) {
  Inflater inflater(15, false);
  EXPECT_EQ(inflated(inflater, bytes({0, 5, 0, 0xFA, 0xFF, 'H', 'e', 'l', 'l', 'o', 0})), "Hello");
}

TEST(Inflater, ReadsABlockMarkedAsFinal) {
  Inflater inflater(15, false);
  EXPECT_EQ(inflated(inflater, bytes({0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00})), "Hello");
}

TEST(Inflater, ReadsTwoBlocks) {
  Inflater inflater(15, false);
  EXPECT_EQ(inflated(inflater, bytes({0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9,
                                      0xC9, 0x07, 0x00})),
            "Hello");
}

TEST(Inflater, ReadsAnEmptyMessage) {
  for (const bool context_takeover : {false, true}) {
    Inflater inflater(15, context_takeover);
    EXPECT_EQ(inflated(inflater, bytes({0})), "");
    EXPECT_EQ(inflated(inflater, ""), "");
    EXPECT_EQ(inflated(inflater, bytes({0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00})), "Hello");
    EXPECT_EQ(inflated(inflater, ""), "");
    EXPECT_EQ(inflated(inflater, bytes({0})), "");
  }
}

// What else peers may send.

TEST(Inflater, AFinalBlockNeedsNothingBehindIt) {
  const std::string hello = bytes({0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00});
  for (const bool context_takeover : {false, true}) {
    Inflater inflater(15, context_takeover);
    EXPECT_EQ(inflated(inflater, hello), "Hello");
    EXPECT_EQ(inflated(inflater, hello), "Hello");
  }
}

// The four bytes that senders take off are those of an empty block, be it marked as final or not
// (RFC 7692 section 7.2.1).
TEST(Inflater, TheEmptyBlockAtTheEndMayBeMarkedAsFinal) {
  for (const bool context_takeover : {false, true}) {
    Inflater inflater(15, context_takeover);
    for (int again = 0; again < 2; ++again) {
      EXPECT_EQ(inflated(inflater, bytes({0, 5, 0, 0xFA, 0xFF, 'H', 'e', 'l', 'l', 'o', 1})),
                "Hello");
      EXPECT_EQ(inflated(inflater, bytes({1})), "");
      EXPECT_EQ(inflated(inflater, bytes({0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00})), "Hello");
    }
  }
}

TEST(Inflater, FinalBlocksMayFollowEachOther) {
  const std::string hello = bytes({0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00});
  Inflater inflater(15, false);
  EXPECT_EQ(inflated(inflater, hello + hello + hello + bytes({0})), "HelloHelloHello");
}

TEST(Inflater, TheWindowOutlastsAFinalBlock) {
  Inflater inflater(15, true);
  EXPECT_EQ(inflated(inflater, bytes({0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00})), "Hello");
  EXPECT_EQ(inflated(inflater, bytes({0xF2, 0x00, 0x11, 0x00, 0x00})), "Hello");
}

TEST(Inflater, PiecesMayBeCutAnywhere) {
  Deflater deflater(15, false);
  const std::string message = json_like(300, 1);
  const std::string payload = deflated(deflater, message);
  for (std::size_t first = 0; first <= payload.size(); ++first) {
    for (const std::size_t second : {first, (first + payload.size()) / 2}) {
      Inflater inflater(15, false);
      const std::string_view view = payload;
      std::string out;
      ASSERT_EQ(inflater.feed(view.substr(0, first), false, kNoLimit, out), InflateStatus::ok);
      ASSERT_EQ(inflater.feed(view.substr(first, second - first), false, kNoLimit, out),
                InflateStatus::ok);
      ASSERT_EQ(inflater.feed(view.substr(second), true, kNoLimit, out), InflateStatus::ok);
      ASSERT_EQ(out, message);
    }
  }
}

TEST(Inflater, AMessageCutOffIsCorrupt) {
  Deflater deflater(15, false);
  const std::string payload = deflated(deflater, json_like(300, 2));
  Inflater inflater(15, false);
  for (std::size_t size = 1; size < payload.size(); ++size) {
    std::string out;
    EXPECT_EQ(inflater.feed(std::string_view(payload).substr(0, size), true, kNoLimit, out),
              InflateStatus::corrupt)
        << size;
    inflater.reset();
  }
}

TEST(Inflater, WhatIsNotDeflateIsCorrupt) {
  for (const std::string& payload :
       {bytes({0x07}), bytes({0xFF, 0xFF}), bytes({0x01, 0x05, 0x00, 0x00, 0x00}),
        bytes({0xF2, 0x00, 0x11, 0x00, 0x00}), std::string("plain text, not compressed")}) {
    Inflater inflater(15, false);
    std::string out;
    EXPECT_EQ(inflater.feed(payload, true, kNoLimit, out), InflateStatus::corrupt);
  }
}

TEST(Inflater, WithoutContextTakeoverNothingRefersBack) {
  Inflater inflater(15, false);
  EXPECT_EQ(inflated(inflater, bytes({0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00})), "Hello");
  std::string out;
  EXPECT_EQ(inflater.feed(bytes({0xF2, 0x00, 0x11, 0x00, 0x00}), true, kNoLimit, out),
            InflateStatus::corrupt);
}

TEST(Inflater, IsGoodAgainAfterAReset) {
  Inflater inflater(15, false);
  std::string out;
  EXPECT_EQ(inflater.feed(bytes({0xF2, 0x48}), false, kNoLimit, out), InflateStatus::ok);
  inflater.reset();
  EXPECT_EQ(inflated(inflater, bytes({0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00})), "Hello");
  EXPECT_EQ(inflater.feed(bytes({0xFF}), true, kNoLimit, out), InflateStatus::corrupt);
  inflater.reset();
  EXPECT_EQ(inflated(inflater, bytes({0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00})), "Hello");
}

TEST(Inflater, ReleaseKeepsAMessageUnderWay) {
  const std::string payload = bytes({0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00});
  Inflater inflater(15, false);
  std::string out;
  EXPECT_EQ(inflater.feed(payload.substr(0, 3), false, kNoLimit, out), InflateStatus::ok);
  inflater.release();
  EXPECT_EQ(inflater.feed(payload.substr(3), true, kNoLimit, out), InflateStatus::ok);
  EXPECT_EQ(out, "Hello");
  inflater.release();
  EXPECT_EQ(inflated(inflater, payload), "Hello");
}

TEST(Inflater, ReleaseKeepsAContextThatIsTakenOver) {
  Inflater inflater(15, true);
  EXPECT_EQ(inflated(inflater, bytes({0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00})), "Hello");
  inflater.release();
  EXPECT_EQ(inflated(inflater, bytes({0xF2, 0x00, 0x11, 0x00, 0x00})), "Hello");
}

TEST(Inflater, MayBeMovedInTheMiddleOfAMessage) {
  const std::string payload = bytes({0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00});
  Inflater first(15, false);
  std::string out;
  EXPECT_EQ(first.feed(payload.substr(0, 3), false, kNoLimit, out), InflateStatus::ok);
  Inflater second(std::move(first));
  EXPECT_EQ(second.feed(payload.substr(3), true, kNoLimit, out), InflateStatus::ok);
  EXPECT_EQ(out, "Hello");
}

TEST(Inflater, TakesTheContextAlongWhenAssigned) {
  Inflater first(15, true);
  EXPECT_EQ(inflated(first, bytes({0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00})), "Hello");
  Inflater second(9, false);
  second = std::move(first);
  EXPECT_EQ(inflated(second, bytes({0xF2, 0x00, 0x11, 0x00, 0x00})), "Hello");
}

// Limits.

TEST(Inflater, TheLimitIsInclusive) {
  Deflater deflater(15, false);
  for (const std::size_t size : {1, 100, 16383, 16384, 16385, 40000}) {
    const std::string message(size, 'x');
    const std::string payload = deflated(deflater, message);
    Inflater inflater(15, false);
    std::string out;
    EXPECT_EQ(inflater.feed(payload, true, size, out), InflateStatus::ok);
    EXPECT_EQ(out, message);
    out.clear();
    EXPECT_EQ(inflater.feed(payload, true, size - 1, out), InflateStatus::too_large);
    EXPECT_LE(out.size(), size - 1);
  }
}

TEST(Inflater, FragmentsAreSummed) {
  Deflater deflater(15, false);
  const std::string payload = deflated(deflater, std::string(1000, 'x'));
  Inflater inflater(15, false);
  std::string out;
  for (std::size_t at = 0; at + 1 < payload.size(); ++at) {
    const InflateStatus status = inflater.feed(payload.substr(at, 1), false, 500, out);
    if (status != InflateStatus::ok) {
      EXPECT_EQ(status, InflateStatus::too_large);
      return;
    }
    ASSERT_LE(out.size(), 500U);
  }
  FAIL() << "went over the limit unnoticed";
}

TEST(Inflater, ABombEndsAtTheLimit) {
  Deflater deflater(15, false);
  const std::string bomb = deflated(deflater, std::string(64 << 20, '\0'));
  ASSERT_LT(bomb.size(), 300000U);
  Inflater inflater(15, false);
  std::string out;
  EXPECT_EQ(inflater.feed(bomb, true, 10000, out), InflateStatus::too_large);
  EXPECT_LE(out.size(), 10000U);
  EXPECT_LT(out.capacity(), 40000U);
}

TEST(Inflater, ALimitOfAllThereIsIsNone) {
  Inflater inflater(15, false);
  std::string out;
  EXPECT_EQ(inflater.feed(bytes({0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00}), true,
                          static_cast<std::size_t>(-1), out),
            InflateStatus::ok);
  EXPECT_EQ(out, "Hello");
}

TEST(Inflater, ManyFinalBlocksCostNoMoreThanTheirBytes) {
  // Were each to copy the window, this would be 64 GB.
  Inflater inflater(15, true);
  std::string out;
  Deflater deflater(15, false);
  ASSERT_EQ(inflater.feed(deflated(deflater, json_like(40000, 3)), true, kNoLimit, out),
            InflateStatus::ok);
  std::string payload;
  for (int i = 0; i < 1000000; ++i) payload += bytes({0x03, 0x00});
  out.clear();
  EXPECT_EQ(inflater.feed(payload, true, kNoLimit, out), InflateStatus::ok);
  EXPECT_TRUE(out.empty());
}

TEST(Inflater, RandomBytesNeverPassTheLimit) {
  for (unsigned seed = 0; seed < 3000; ++seed) {
    Inflater inflater(15, (seed & 1) != 0);
    std::string out;
    (void)inflater.feed(noise(1 + seed % 200, seed), (seed & 2) != 0, 100, out);
    ASSERT_LE(out.size(), 100U);
  }
}

// There and back.

TEST(Deflater, AnEmptyMessageIsAZeroByte) {
  Deflater deflater(15, true);
  EXPECT_EQ(deflated(deflater, ""), bytes({0}));
  (void)deflated(deflater, "Hello");
  EXPECT_EQ(deflated(deflater, ""), bytes({0}));
}

TEST(Deflater, AppendsToWhatIsThere) {
  Deflater deflater(15, false);
  std::string out = "head";
  deflater.deflate("Hello", out);
  EXPECT_TRUE(out.starts_with("head"));
  Inflater inflater(15, false);
  EXPECT_EQ(inflated(inflater, std::string_view(out).substr(4)), "Hello");
}

TEST(Deflater, EveryMessageComesBackUnderAllTerms) {
  for (int window_bits = 8; window_bits <= 15; ++window_bits) {
    for (const bool context_takeover : {false, true}) {
      Deflater deflater(window_bits, context_takeover);
      Inflater inflater(window_bits, context_takeover);
      for (unsigned round = 0; round < 12; ++round) {
        const std::size_t size = std::vector<std::size_t>{1, 5, 300, 16384, 70000}[round % 5];
        const std::string message = round % 3 == 2 ? noise(size, round) : json_like(size, round);
        ASSERT_EQ(inflated(inflater, deflated(deflater, message)), message);
        if (round == 6) deflater.release();
      }
    }
  }
}

/// What a receiver makes of a payload that keeps no more of the past than the window: zlib, given
/// room for one byte at a time, since it lets matches reach back over what one call wrote.
std::string strictly_inflated(z_stream& z, std::string payload) {
  payload += bytes({0, 0, 0xFF, 0xFF});
  std::string out;
  z.next_in = reinterpret_cast<Bytef*>(payload.data());
  z.avail_in = static_cast<uInt>(payload.size());
  for (;;) {
    Bytef byte = 0;
    z.next_out = &byte;
    z.avail_out = 1;
    if (inflate(&z, Z_SYNC_FLUSH) != Z_OK || z.avail_out == 1) return out;
    out += static_cast<char>(byte);
  }
}

TEST(Deflater, StaysWithinTheWindowAgreedOn) {
  for (int window_bits = 8; window_bits <= 15; ++window_bits) {
    Deflater deflater(window_bits, true);
    z_stream z{};
    ASSERT_EQ(inflateInit2(&z, -window_bits), Z_OK);
    for (unsigned round = 0; round < 8; ++round) {
      // Repeats itself at distances around each size that a window can have.
      const std::string period = noise((std::size_t{200} << round) + 100, round);
      std::string message = period;
      message.append(period).append(period);
      ASSERT_EQ(strictly_inflated(z, deflated(deflater, message)), message) << window_bits;
    }
    inflateEnd(&z);
  }
}

TEST(Deflater, ContextTakeoverMakesRepetitionsSmaller) {
  const std::string message = json_like(500, 4);
  Deflater with(15, true);
  Deflater without(15, false);
  EXPECT_EQ(deflated(with, message), deflated(without, message));
  EXPECT_LT(deflated(with, message).size() * 4, deflated(without, message).size());
}

TEST(Deflater, TakesTheContextAlongWhenMoved) {
  const std::string message = json_like(500, 4);
  Deflater first(15, true);
  const std::size_t fresh = deflated(first, message).size();
  Deflater second(std::move(first));
  EXPECT_LT(deflated(second, message).size() * 4, fresh);
  Deflater third(9, false);
  third = std::move(second);
  EXPECT_LT(deflated(third, message).size() * 4, fresh);
}

TEST(Deflater, OutputOfEveryLengthIsFlushedWhole) {
  Inflater inflater(15, false);
  Deflater deflater(15, false);
  // Around the size of the room that is filled at a time, where a flush may end just at its edge.
  for (std::size_t size = 16340; size < 16420; ++size) {
    const std::string message = noise(size, 5);
    ASSERT_EQ(inflated(inflater, deflated(deflater, message)), message);
  }
}

}  // namespace
}  // namespace plugboard::wire
