#include "load/stamp.hpp"

#include <gtest/gtest.h>

#include <string>

namespace plugboard::load {
namespace {

std::string stamp(std::uint32_t sequence, std::uint64_t seed) {
  std::string out(kStampSize, ' ');
  write_stamp(out.data(), sequence, seed);
  return out;
}

TEST(LoadStamp, ReadsWhatWasWritten) {
  for (const std::uint32_t sequence : {0U, 1U, 63U, 64U, 123'456'789U, kSequenceMask}) {
    EXPECT_EQ(read_stamp(stamp(sequence, 7), 7), sequence);
  }
}

TEST(LoadStamp, SequencesWrapAfterThirtyBits) {
  EXPECT_EQ(read_stamp(stamp(kSequenceMask + 5, 7), 7), 4U);
}

TEST(LoadStamp, NoticesEveryChangedCharacter) {
  const std::string right = stamp(123'456, 7);
  for (std::size_t i = 0; i < kStampSize; ++i) {
    std::string wrong = right;
    wrong[i] = wrong[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(read_stamp(wrong, 7), std::nullopt) << i;
  }
}

TEST(LoadStamp, BelongsToItsFlow) { EXPECT_EQ(read_stamp(stamp(1, 7), 8), std::nullopt); }

TEST(LoadStamp, TakesNoOtherCharacters) {
  EXPECT_EQ(read_stamp("AAAA AAA", 7), std::nullopt);
  EXPECT_EQ(read_stamp("short", 7), std::nullopt);
}

TEST(LoadStamp, SeedsDifferForSimilarTexts) {
  EXPECT_NE(stamp_seed("pwa:a0000001"), stamp_seed("pwa:a0000002"));
  EXPECT_NE(stamp_seed("ab"), stamp_seed("ba"));
}

}  // namespace
}  // namespace plugboard::load
