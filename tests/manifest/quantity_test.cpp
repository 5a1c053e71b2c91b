#include "manifest/quantity.hpp"

#include <gtest/gtest.h>

namespace plugboard::manifest {
namespace {

using std::chrono::milliseconds;

milliseconds duration(std::string_view text) {
  const auto parsed = parse_duration(text);
  return std::holds_alternative<milliseconds>(parsed) ? std::get<milliseconds>(parsed)
                                                      : milliseconds(-1);
}

std::uint64_t size(std::string_view text) {
  const auto parsed = parse_size(text);
  return std::holds_alternative<std::uint64_t>(parsed) ? std::get<std::uint64_t>(parsed)
                                                       : ~std::uint64_t{0};
}

bool is_no_duration(std::string_view text) {
  const auto parsed = parse_duration(text);
  return std::holds_alternative<NoQuantity>(parsed) &&
         std::get<NoQuantity>(parsed) == NoQuantity::kForm;
}

bool is_no_size(std::string_view text) {
  const auto parsed = parse_size(text);
  return std::holds_alternative<NoQuantity>(parsed) &&
         std::get<NoQuantity>(parsed) == NoQuantity::kForm;
}

TEST(Duration, HasFourUnits) {
  EXPECT_EQ(duration("7ms"), milliseconds(7));
  EXPECT_EQ(duration("7s"), milliseconds(7'000));
  EXPECT_EQ(duration("7m"), milliseconds(420'000));
  EXPECT_EQ(duration("7h"), milliseconds(25'200'000));
}

TEST(Duration, MayHaveBlanksBeforeTheUnit) { EXPECT_EQ(duration("7  s"), milliseconds(7'000)); }

TEST(Duration, MayBeZero) { EXPECT_EQ(duration("0h"), milliseconds(0)); }

TEST(Duration, NeedsAUnit) { EXPECT_TRUE(is_no_duration("7")); }

TEST(Duration, NeedsANumber) { EXPECT_TRUE(is_no_duration("s")); }

TEST(Duration, IsNotEmpty) { EXPECT_TRUE(is_no_duration("")); }

TEST(Duration, HasNoSign) { EXPECT_TRUE(is_no_duration("-7s")); }

TEST(Duration, HasNoFraction) { EXPECT_TRUE(is_no_duration("1.5s")); }

TEST(Duration, HasOneUnitOnly) { EXPECT_TRUE(is_no_duration("1h30m")); }

TEST(Duration, HasNothingAround) {
  EXPECT_TRUE(is_no_duration(" 7s"));
  EXPECT_TRUE(is_no_duration("7s "));
}

TEST(Duration, UnitsAreInLowerCase) { EXPECT_TRUE(is_no_duration("7S")); }

TEST(Duration, ProductThatDoesNotFitIsTooLarge) {
  EXPECT_EQ(std::get<NoQuantity>(parse_duration("9223372036854775807h")), NoQuantity::kTooLarge);
}

TEST(Duration, NumberThatDoesNotFitIsTooLarge) {
  EXPECT_EQ(std::get<NoQuantity>(parse_duration("99999999999999999999ms")), NoQuantity::kTooLarge);
}

TEST(Duration, LargestNumberFits) {
  EXPECT_EQ(duration("9223372036854775807ms"), milliseconds::max());
}

TEST(Duration, IsPrintedInItsLargestWholeUnit) {
  EXPECT_EQ(to_text(milliseconds(7'200'000)), "2h");
  EXPECT_EQ(to_text(milliseconds(90'000)), "90s");
  EXPECT_EQ(to_text(milliseconds(1'500)), "1500ms");
  EXPECT_EQ(to_text(milliseconds(0)), "0ms");
}

TEST(Duration, OtherSpellingsOfUnitsAreUnderstoodForHints) {
  EXPECT_EQ(likely_duration("5 sec"), "5s");
  EXPECT_EQ(likely_duration("5Minutes"), "5m");
  EXPECT_EQ(likely_duration("5 days"), std::nullopt);
  EXPECT_EQ(likely_duration("five s"), std::nullopt);
}

TEST(Size, HasThreeUnits) {
  EXPECT_EQ(size("7B"), 7U);
  EXPECT_EQ(size("7KiB"), 7U * 1024);
  EXPECT_EQ(size("7MiB"), 7U * 1024 * 1024);
}

TEST(Size, MayHaveBlanksBeforeTheUnit) { EXPECT_EQ(size("2 MiB"), 2U * 1024 * 1024); }

TEST(Size, WithoutAUnitIsBytes) { EXPECT_EQ(size("8192"), 8192U); }

TEST(Size, WithABlankNeedsAUnit) { EXPECT_TRUE(is_no_size("8192 ")); }

TEST(Size, HasNoOtherUnits) {
  EXPECT_TRUE(is_no_size("7 KB"));
  EXPECT_TRUE(is_no_size("7 kib"));
  EXPECT_TRUE(is_no_size("7 GiB"));
}

TEST(Size, IsNotEmpty) { EXPECT_TRUE(is_no_size("")); }

TEST(Size, ProductThatDoesNotFitIsTooLarge) {
  EXPECT_EQ(std::get<NoQuantity>(parse_size("9223372036854775807 MiB")), NoQuantity::kTooLarge);
}

TEST(Size, IsPrintedInItsLargestWholeUnit) {
  EXPECT_EQ(size_to_text(3 * 1024 * 1024), "3 MiB");
  EXPECT_EQ(size_to_text(1536 * 1024), "1536 KiB");
  EXPECT_EQ(size_to_text(1000), "1000 B");
  EXPECT_EQ(size_to_text(0), "0 B");
}

TEST(Size, OtherSpellingsOfUnitsAreUnderstoodForHints) {
  EXPECT_EQ(likely_size("5 MB"), "5 MiB");
  EXPECT_EQ(likely_size("5k"), "5 KiB");
  EXPECT_EQ(likely_size("5 GB"), std::nullopt);
}

}  // namespace
}  // namespace plugboard::manifest
