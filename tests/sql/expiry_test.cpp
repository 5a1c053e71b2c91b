#include "key-store-sql/expiry.hpp"

#include <gtest/gtest.h>

namespace plugboard::key_store_sql {
namespace {

TEST(Expiry, ReadsUnixSeconds) {
  EXPECT_EQ(parse_expiry("1893499200"), 1893499200000);
  EXPECT_EQ(parse_expiry(" 1893499200 "), 1893499200000);
  EXPECT_EQ(parse_expiry("1893499200.25"), 1893499200250);
  EXPECT_EQ(parse_expiry("1.8934992e9"), 1893499200000);
}

TEST(Expiry, TimesUpToTheEpochAreLongAgo) {
  EXPECT_EQ(parse_expiry("0"), 1);
  EXPECT_EQ(parse_expiry("-5"), 1);
  EXPECT_EQ(parse_expiry("1969-12-31 00:00:00"), 1);
}

TEST(Expiry, FarTimesStayFinite) {
  EXPECT_EQ(parse_expiry("1e300"), 9'000'000'000'000'000);
  EXPECT_EQ(parse_expiry("9223372036854775807"), 9'000'000'000'000'000);
}

TEST(Expiry, ReadsDatesAndTimesAsUtc) {
  EXPECT_EQ(parse_expiry("2030-01-01"), 1893456000000);
  EXPECT_EQ(parse_expiry("2030-01-01 12:00"), 1893499200000);
  EXPECT_EQ(parse_expiry("2030-01-01 12:00:00"), 1893499200000);
  EXPECT_EQ(parse_expiry("2030-01-01T12:00:00Z"), 1893499200000);
  EXPECT_EQ(parse_expiry("2030-01-01 12:00:00.5"), 1893499200500);
  EXPECT_EQ(parse_expiry("2030-01-01 12:00:00.123456"), 1893499200123);
}

TEST(Expiry, ReadsTimeZones) {
  EXPECT_EQ(parse_expiry("2030-01-01 12:00:00+00"), 1893499200000);
  EXPECT_EQ(parse_expiry("2030-01-01 17:45:00+05:45"), 1893499200000);
  EXPECT_EQ(parse_expiry("2030-01-01 07:00:00-05"), 1893499200000);
  EXPECT_EQ(parse_expiry("2030-01-01 12:00:00.25-0000"), 1893499200250);
  EXPECT_EQ(parse_expiry("2030-01-01 12:19:32+00:19:32"), 1893499200000);
}

TEST(Expiry, KnowsInfinity) {
  EXPECT_EQ(parse_expiry("infinity"), 0);
  EXPECT_EQ(parse_expiry("-infinity"), 1);
}

TEST(Expiry, RefusesWhatIsNoTime) {
  for (const char* text : {"",
                           " ",
                           "never",
                           "NaN",
                           "inf",
                           "1e999",
                           "12h",
                           "0x10",
                           "2030-13-01",
                           "2030-02-30",
                           "0000-00-00 00:00:00",
                           "2030-01-01 25:00",
                           "2030-01-01 12:60",
                           "2030-01-01 12",
                           "2030-01-01 12:00:00.",
                           "2030-01-01 12:00:00 Europe/Berlin",
                           "2030-01-01 12:00:00+99",
                           "01.01.2030",
                           "2030-01-01 12:00:00+00x",
                           "2030-1-1"}) {
    EXPECT_EQ(parse_expiry(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace plugboard::key_store_sql
