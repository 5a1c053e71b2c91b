#include "backoff.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace plugboard::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;

constexpr milliseconds kNever{0};

std::vector<milliseconds> waits(Backoff& backoff, int count, double chance) {
  std::vector<milliseconds> all;
  for (int i = 0; i < count; ++i) all.push_back(backoff.next(kNever, {}, chance));
  return all;
}

TEST(Backoff, BoundDoublesUpToTheLongestWait) {
  Backoff backoff(seconds(30));
  EXPECT_THAT(waits(backoff, 7, 1.0), ElementsAre(seconds(1), seconds(2), seconds(4), seconds(8),
                                                  seconds(16), seconds(30), seconds(30)));
}

TEST(Backoff, WaitsAreDrawnFromZeroOn) {
  Backoff backoff(seconds(30));
  EXPECT_THAT(waits(backoff, 3, 0.0), ElementsAre(seconds(0), seconds(0), seconds(0)));
}

TEST(Backoff, WaitsAreDrawnEvenly) {
  Backoff backoff(seconds(30));
  EXPECT_THAT(waits(backoff, 2, 0.25), ElementsAre(milliseconds(250), milliseconds(500)));
}

TEST(Backoff, ALongestWaitBelowTheFirstBoundIsKept) {
  Backoff backoff(milliseconds(50));
  EXPECT_THAT(waits(backoff, 3, 1.0),
              ElementsAre(milliseconds(50), milliseconds(50), milliseconds(50)));
}

TEST(Backoff, AConnectionThatLastedStartsFromTheBottom) {
  Backoff backoff(seconds(30));
  waits(backoff, 5, 1.0);
  EXPECT_EQ(backoff.next(Backoff::kLasting, {}, 1.0), seconds(1));
}

TEST(Backoff, AConnectionThatDidNotLastGoesOnWhereItWas) {
  Backoff backoff(seconds(30));
  waits(backoff, 3, 1.0);
  EXPECT_EQ(backoff.next(Backoff::kLasting - milliseconds(1), {}, 1.0), seconds(8));
}

TEST(Backoff, ResetStartsFromTheBottom) {
  Backoff backoff(seconds(30));
  waits(backoff, 5, 1.0);
  backoff.reset();
  EXPECT_EQ(backoff.next(kNever, {}, 1.0), seconds(1));
}

TEST(Backoff, ServiceRestartMeansAtLeastFiveSeconds) {
  EXPECT_EQ(Backoff(seconds(60)).next(seconds(99), {.close_code = 1012}, 0.0), seconds(5));
}

TEST(Backoff, ServiceRestartMeansAtMostThirtySeconds) {
  EXPECT_EQ(Backoff(seconds(60)).next(seconds(99), {.close_code = 1012}, 1.0), seconds(30));
}

TEST(Backoff, ServiceRestartNeverPassesTheLongestWait) {
  EXPECT_EQ(Backoff(seconds(6)).next(seconds(99), {.close_code = 1012}, 1.0), seconds(6));
}

TEST(Backoff, TryAgainLaterMeansTheLaterHalfOfTheLongestWait) {
  EXPECT_EQ(Backoff(seconds(30)).next(kNever, {.close_code = 1013}, 0.0), seconds(15));
}

TEST(Backoff, TryAgainLaterKeepsTheBoundAtTheLongestWait) {
  Backoff backoff(seconds(30));
  backoff.next(kNever, {.close_code = 1013}, 0.0);
  EXPECT_EQ(backoff.next(kNever, {}, 1.0), seconds(30));
}

TEST(Backoff, RetryAfterIsTheLeastWait) {
  EXPECT_EQ(Backoff(seconds(30)).next(kNever, {.retry_after = seconds(7)}, 0.0), seconds(7));
}

TEST(Backoff, AfterRetryAfterPeersAreSpread) {
  EXPECT_EQ(Backoff(seconds(30)).next(kNever, {.retry_after = seconds(7)}, 0.5),
            milliseconds(7'500));
}

TEST(Backoff, RetryAfterNeverPassesTheLongestWait) {
  EXPECT_EQ(Backoff(seconds(30)).next(kNever, {.retry_after = seconds(3600)}, 0.0), seconds(30));
}

}  // namespace
}  // namespace plugboard::client
