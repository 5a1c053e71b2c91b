#include "manifest/nearest.hpp"

#include <gtest/gtest.h>

namespace plugboard::manifest {
namespace {

const std::vector<std::string> kKeys = {"listen", "threads", "max_message", "max_watches"};

TEST(Nearest, LetterLeftOut) { EXPECT_EQ(nearest("lisen", kKeys), "listen"); }

TEST(Nearest, LetterPutIn) { EXPECT_EQ(nearest("listeen", kKeys), "listen"); }

TEST(Nearest, LetterChanged) { EXPECT_EQ(nearest("lidten", kKeys), "listen"); }

TEST(Nearest, NeighboursSwappedAreOneSlip) { EXPECT_EQ(nearest("lk", {"kl"}), "kl"); }

TEST(Nearest, LetterCaseCountsForNothing) { EXPECT_EQ(nearest("THREADS", kKeys), "threads"); }

TEST(Nearest, DashesAndUnderscoresCountForNothing) {
  EXPECT_EQ(nearest("max-message", kKeys), "max_message");
  EXPECT_EQ(nearest("maxMessage", kKeys), "max_message");
}

TEST(Nearest, OfSeveralTheOneWithTheFewestSlips) {
  EXPECT_EQ(nearest("max_mesages", kKeys), "max_message");
}

TEST(Nearest, OfEqualsTheFirst) { EXPECT_EQ(nearest("cat", {"bat", "rat"}), "bat"); }

TEST(Nearest, OtherEndingsOfOneStem) {
  EXPECT_EQ(nearest("warning", {"trace", "warn"}), "warn");
  EXPECT_EQ(nearest("mask", {"plain", "masked"}), "masked");
  EXPECT_EQ(nearest("notifies", {"silent", "notify"}), "notify");
  EXPECT_EQ(nearest("heartbeat", {"listen", "heartbeat_interval"}), "heartbeat_interval");
}

TEST(Nearest, AFewLettersAreNoStem) { EXPECT_EQ(nearest("max", {"max_message"}), std::nullopt); }

TEST(Nearest, WhatIsTooFarAwayIsNotMeant) { EXPECT_EQ(nearest("port", kKeys), std::nullopt); }

TEST(Nearest, WhereEverythingDiffersNothingIsMeant) {
  EXPECT_EQ(nearest("x", {"y"}), std::nullopt);
}

TEST(Nearest, OfNoCandidatesNothing) { EXPECT_EQ(nearest("listen", {}), std::nullopt); }

TEST(Nearest, VeryLongNamesAreNotCompared) {
  EXPECT_EQ(nearest(std::string(65, 'a'), {std::string(64, 'a')}), std::nullopt);
}

TEST(Nearest, EmptyNameMeansNothing) { EXPECT_EQ(nearest("", {"a", "b"}), std::nullopt); }

TEST(Nearest, OfVeryManyTheFirstHundredAreCompared) {
  std::vector<std::string> names(101, "other");
  names[100] = "listen";
  EXPECT_EQ(nearest("lisen", names), std::nullopt);
  names[99] = "listen";
  EXPECT_EQ(nearest("lisen", names), "listen");
}

TEST(QuotedList, LeavesOutWhatIsBeyondTheTwentieth) {
  EXPECT_FALSE(quoted_list(std::vector<std::string>(20, "a")).ends_with("..."));
  EXPECT_TRUE(quoted_list(std::vector<std::string>(21, "a")).ends_with("\"a\", ..."));
}

TEST(QuotedList, ShortensLongNames) {
  EXPECT_EQ(quoted_list({std::string(99, 'a')}), "\"" + std::string(60, 'a') + "...\"");
}

TEST(QuotedList, JoinsByCommas) { EXPECT_EQ(quoted_list({"a", "b"}), "\"a\", \"b\""); }

}  // namespace
}  // namespace plugboard::manifest
