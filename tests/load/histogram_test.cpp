#include "load/histogram.hpp"

#include <gtest/gtest.h>

namespace plugboard::load {
namespace {

TEST(LoadHistogram, HasNoPercentilesWhenNothingWasRecorded) {
  const Histogram histogram;
  EXPECT_EQ(histogram.percentile(0.5), 0);
  EXPECT_EQ(histogram.mean(), 0);
}

TEST(LoadHistogram, IsExactForSmallValues) {
  Histogram histogram;
  for (int value = 1; value <= 50; ++value) histogram.record(value);
  EXPECT_EQ(histogram.percentile(0.5), 25);
  EXPECT_EQ(histogram.percentile(0.9), 45);
  EXPECT_EQ(histogram.percentile(1), 50);
}

TEST(LoadHistogram, StaysWithinItsPrecisionForAllMagnitudes) {
  for (Nanoseconds value = 1; value < INT64_MAX / 3; value *= 3) {
    Histogram histogram;
    histogram.record(value);
    histogram.record(INT64_MAX);
    const auto measured = static_cast<double>(histogram.percentile(0.5));
    EXPECT_GE(measured, static_cast<double>(value));
    EXPECT_LE(measured, static_cast<double>(value) * (1 + 1.0 / 64));
  }
}

TEST(LoadHistogram, NeverReportsMoreThanTheLargestValue) {
  Histogram histogram;
  histogram.record(1'000'003);
  EXPECT_EQ(histogram.percentile(0.99), 1'000'003);
  EXPECT_EQ(histogram.max(), 1'000'003);
}

TEST(LoadHistogram, OneOutlierInAThousandShowsOnlyBeyondThatShare) {
  Histogram histogram;
  for (int i = 0; i < 999; ++i) histogram.record(10);
  histogram.record(5000);
  EXPECT_EQ(histogram.percentile(0.999), 10);
  EXPECT_EQ(histogram.percentile(0.9995), 5000);
}

TEST(LoadHistogram, MeanIsExact) {
  Histogram histogram;
  histogram.record(1'000'000);
  histogram.record(3'000'001);
  EXPECT_DOUBLE_EQ(histogram.mean(), 2'000'000.5);
}

TEST(LoadHistogram, NegativeValuesCountAsNone) {
  Histogram histogram;
  histogram.record(-5);
  EXPECT_EQ(histogram.count(), 1U);
  EXPECT_EQ(histogram.max(), 0);
}

}  // namespace
}  // namespace plugboard::load
