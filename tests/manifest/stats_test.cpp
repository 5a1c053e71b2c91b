#include <gtest/gtest.h>

#include "manifest_text.hpp"

namespace plugboard::manifest {
namespace {

Stats stats_with(std::string_view members) {
  return manifest_with("stats = {" + std::string(members) + "}").stats;
}

/// `members` begin at 3:10.
std::string complaints_of(std::string_view members) {
  return complaints_with("stats = {" + std::string(members) + "}");
}

TEST(StatsTable, HasTheDefaultsOfItsReference) {
  const Stats stats = manifest_with("").stats;
  EXPECT_EQ(stats.window, std::chrono::hours(1));
  EXPECT_EQ(stats.history, 24U);
  EXPECT_EQ(stats.keys, StatsKeys::kMasked);
  EXPECT_EQ(stats.key_secret, std::nullopt);
  EXPECT_EQ(stats.access, StatsAccess::kPublic);
  EXPECT_EQ(stats.token, std::nullopt);
}

TEST(StatsTable, WindowIsADurationAboveZero) {
  EXPECT_EQ(stats_with("window = '1m'").window, std::chrono::minutes(1));
  EXPECT_EQ(complaints_of("window = '0s'"),
            "3:19: error: stats.window is out of range; found '0s'; allowed: a duration from 1ms "
            "to 8760h in ms, s, m or h, as \"30s\"\n");
}

TEST(StatsTable, HistoryIsFromNoneToTenThousand) {
  EXPECT_EQ(stats_with("history = 0").history, 0U);
  EXPECT_EQ(stats_with("history = 10000").history, 10'000U);
  EXPECT_EQ(complaints_of("history = 10001"),
            "3:20: error: stats.history is out of range; found 10001; allowed: a whole number from "
            "0 to 10000\n");
}

TEST(StatsTable, KeysTakeThreeValues) {
  EXPECT_EQ(stats_with("keys = 'plain'").keys, StatsKeys::kPlain);
  EXPECT_EQ(stats_with("keys = 'masked'").keys, StatsKeys::kMasked);
  EXPECT_EQ(stats_with("keys = 'off'").keys, StatsKeys::kOff);
  EXPECT_EQ(complaints_of("keys = 'none'"),
            "3:17: error: stats.keys has an unknown value; found 'none'; allowed: \"plain\", "
            "\"masked\", \"off\"\n");
}

TEST(StatsTable, KeySecretIsTaken) {
  EXPECT_EQ(stats_with("key_secret = 'hush'").key_secret, "hush");
}

TEST(StatsTable, KeySecretIsNeverPrinted) {
  EXPECT_EQ(complaints_of("key_secret = 4711"),
            "3:23: error: stats.key_secret has the wrong type; found a whole number; allowed: a "
            "string\n");
}

TEST(StatsTable, OfASecretOnlyTheTypeIsPrinted) {
  const std::vector<std::pair<std::string, std::string>> values = {
      {"4.5", "a number with a fraction"},
      {"true", "true or false"},
      {"1979-05-27", "a date or time"},
      {"['hush']", "a list"},
      {"{a = 'hush'}", "a table"}};
  for (const auto& [value, type] : values) {
    EXPECT_EQ(complaints_of("key_secret = " + value),
              "3:23: error: stats.key_secret has the wrong type; found " + type +
                  "; allowed: a string\n");
  }
}

TEST(StatsTable, KeySecretIsNotEmpty) {
  EXPECT_EQ(complaints_of("key_secret = ''"),
            "3:23: error: stats.key_secret is empty; found a string; allowed: a string that is not "
            "empty\n");
}

TEST(StatsTable, AccessTakesThreeValues) {
  EXPECT_EQ(stats_with("access = 'public'").access, StatsAccess::kPublic);
  EXPECT_EQ(stats_with("access = 'loopback'").access, StatsAccess::kLoopback);
  EXPECT_EQ(stats_with("access = 'token', token = 't'").access, StatsAccess::kToken);
  EXPECT_EQ(complaints_of("access = 'tokens'"),
            "3:19: error: stats.access has an unknown value; found 'tokens'; allowed: \"public\", "
            "\"loopback\", \"token\"; did you mean \"token\"?\n");
}

TEST(StatsTable, AccessByTokenNeedsAToken) {
  EXPECT_EQ(complaints_of("access = 'token'"),
            "3:9: error: stats.token is missing; allowed: a string; stats.access = \"token\" needs "
            "one\n");
}

TEST(StatsTable, UnsetTokenIsToldOnce) {
  EXPECT_EQ(complaints_of("access = 'token', token = '${T}'"),
            "3:36: error: the environment variable T is not set\n");
}

TEST(StatsTable, TokenWithoutAccessByTokenIsFine) {
  EXPECT_EQ(stats_with("token = 'abc'").token, "abc");
}

TEST(StatsTable, TokenIsNeverPrinted) {
  EXPECT_EQ(complaints_of("token = 4711"),
            "3:18: error: stats.token has the wrong type; found a whole number; allowed: a "
            "string\n");
}

TEST(StatsTable, TokenIsNotEmpty) {
  EXPECT_EQ(complaints_of("access = 'token', token = ''"),
            "3:36: error: stats.token is empty; found a string; allowed: a string that is not "
            "empty\n");
}

TEST(StatsTable, TokenCanBeSentInAHeader) {
  constexpr std::string_view kExpected =
      "3:18: error: stats.token cannot be sent in a header; found a string; allowed: visible ASCII "
      "characters without blanks, at most 8192 of them\n";
  EXPECT_EQ(complaints_of("token = 'a b'"), kExpected);
  EXPECT_EQ(complaints_of("token = '\xC3\xA4'"), kExpected);
  EXPECT_EQ(complaints_of("token = '" + std::string(8193, 'a') + "'"), kExpected);
}

TEST(StatsTable, NamesTheNearestKey) {
  EXPECT_EQ(complaints_of("tokn = 'hush'"),
            "3:10: error: stats.tokn is not a known key; allowed: window, history, keys, "
            "key_secret, access, token; did you mean \"token\"?\n");
}

}  // namespace
}  // namespace plugboard::manifest
