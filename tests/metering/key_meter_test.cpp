#include "metering/key_meter.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

namespace plugboard::metering {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using std::chrono::system_clock;

constexpr steady_clock::time_point kStart(100h);
constexpr system_clock::time_point kWall(1000000h);

steady_clock::time_point at(steady_clock::duration since_start) { return kStart + since_start; }

WindowGrid grid(std::uint32_t history = 3, std::chrono::milliseconds length = 1h) {
  return {kStart, kWall, length, history};
}

/// Bytes in of each window, oldest first, the present one last.
std::vector<std::uint64_t> bytes_in(KeyMeter& meter, steady_clock::time_point now) {
  const KeyMeter::Reading reading = meter.read(now);
  std::vector<std::uint64_t> bytes;
  for (const TrafficWindow& window : reading.history) bytes.push_back(window.bytes_in);
  bytes.push_back(reading.current.bytes_in);
  return bytes;
}

using Bytes = std::vector<std::uint64_t>;

TEST(KeyMeter, BeginsWithoutTrafficOrHistory) {
  KeyMeter meter(grid(), at(0h));
  EXPECT_EQ(bytes_in(meter, at(0h)), Bytes{0});
}

TEST(KeyMeter, CountsBothDirections) {
  KeyMeter meter(grid(), at(0h));
  meter.add_in(3, at(1min));
  meter.add_in(4, at(2min));
  meter.add_out(5, at(2min));
  EXPECT_EQ(meter.read(at(3min)).current, (TrafficWindow{kWall, 7, 5}));
}

TEST(KeyMeter, CountsTheLastMomentOfAWindowIntoIt) {
  KeyMeter meter(grid(), at(0h));
  meter.add_in(3, at(1h) - 1ns);
  EXPECT_EQ(bytes_in(meter, at(1h) - 1ns), Bytes{3});
}

TEST(KeyMeter, BeginsAWindowAtItsFirstMoment) {
  KeyMeter meter(grid(), at(0h));
  meter.add_in(3, at(30min));
  meter.add_in(4, at(1h));
  EXPECT_EQ(bytes_in(meter, at(1h)), (Bytes{3, 4}));
}

TEST(KeyMeter, RollsWhenItIsRead) {
  KeyMeter meter(grid(), at(0h));
  meter.add_in(3, at(0h));
  EXPECT_EQ(bytes_in(meter, at(1h)), (Bytes{3, 0}));
}

TEST(KeyMeter, ListsEmptyWindowsToo) {
  KeyMeter meter(grid(), at(0h));
  meter.add_in(3, at(0h));
  meter.add_in(4, at(3h));
  EXPECT_EQ(bytes_in(meter, at(3h)), (Bytes{3, 0, 0, 4}));
}

TEST(KeyMeter, ForgetsWindowsBeyondTheHistory) {
  KeyMeter meter(grid(2), at(0h));
  for (int hour = 0; hour < 5; ++hour) {
    meter.add_in(static_cast<std::uint64_t>(hour) + 1, at(std::chrono::hours(hour)));
  }
  EXPECT_EQ(bytes_in(meter, at(4h)), (Bytes{3, 4, 5}));
}

TEST(KeyMeter, MayKeepNoHistory) {
  KeyMeter meter(grid(0), at(0h));
  meter.add_in(3, at(0h));
  EXPECT_EQ(bytes_in(meter, at(1h)), Bytes{0});
}

TEST(KeyMeter, ListsNoWindowsBeforeTheKeyCame) {
  KeyMeter meter(grid(), at(100h));
  EXPECT_EQ(bytes_in(meter, at(101h)), (Bytes{0, 0}));
}

TEST(KeyMeter, ListsEmptyWindowsAfterALongSilence) {
  KeyMeter meter(grid(), at(0h));
  meter.add_in(3, at(0h));
  EXPECT_EQ(bytes_in(meter, at(1000h)), (Bytes{0, 0, 0, 0}));
}

TEST(KeyMeter, TellsWhenWindowsBegan) {
  KeyMeter meter(grid(), at(90min));
  const KeyMeter::Reading reading = meter.read(at(2h + 59min));
  EXPECT_EQ(reading.current.start, kWall + 2h);
  ASSERT_EQ(reading.history.size(), 1u);
  EXPECT_EQ(reading.history[0].start, kWall + 1h);
}

TEST(KeyMeter, CountsWhatComesLateIntoThePresentWindow) {
  KeyMeter meter(grid(), at(0h));
  meter.add_in(1, at(1h));
  meter.add_in(2, at(59min));
  EXPECT_EQ(bytes_in(meter, at(1h)), (Bytes{0, 3}));
}

TEST(KeyMeter, TakesTimesBeforeItsGrid) {
  KeyMeter meter(grid(), at(-5h));
  meter.add_in(1, at(-4h));
  EXPECT_EQ(bytes_in(meter, at(0h)), Bytes{1});
}

TEST(KeyMeter, WorksOnAGridThatBeginsWithItsClock) {
  KeyMeter meter({steady_clock::time_point(), kWall, 1h, 3}, steady_clock::time_point());
  meter.add_in(1, steady_clock::time_point(59min));
  meter.add_in(2, steady_clock::time_point(61min));
  EXPECT_EQ(bytes_in(meter, steady_clock::time_point(61min)), (Bytes{1, 2}));
}

TEST(KeyMeter, IsSilentOnceItsTrafficIsBeyondTheHistory) {
  KeyMeter meter(grid(2), at(0h));
  EXPECT_TRUE(meter.silent(at(0h)));
  meter.add_out(1, at(0h));
  EXPECT_FALSE(meter.silent(at(0h)));
  EXPECT_FALSE(meter.silent(at(2h)));
  EXPECT_TRUE(meter.silent(at(3h)));
}

TEST(KeyMeter, BeginsAnewOnAnotherGrid) {
  KeyMeter meter(grid(), at(0h));
  meter.add_in(3, at(0h));
  meter.lay({at(90min), kWall + 90min, 1min, 3}, at(90min));
  EXPECT_EQ(meter.read(at(90min)).current, (TrafficWindow{kWall + 90min, 0, 0}));
  EXPECT_EQ(bytes_in(meter, at(91min)), (Bytes{0, 0}));
}

TEST(KeyMeter, KeepsItsWindowsUnderAnotherHistory) {
  KeyMeter meter(grid(3), at(0h));
  for (int hour = 0; hour < 4; ++hour) meter.add_in(1, at(std::chrono::hours(hour)));
  meter.lay(grid(1), at(3h));
  EXPECT_EQ(bytes_in(meter, at(3h)), (Bytes{1, 1}));
}

TEST(KeyMeter, LosesNothingToManyThreads) {
  constexpr int kThreads = 4;
  constexpr int kAdds = 20'000;
  KeyMeter meter(grid(1'000'000, 1ms), at(0h));
  {
    std::vector<std::jthread> threads;
    threads.reserve(kThreads);
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&meter] {
        for (int add = 0; add < kAdds; ++add) {
          meter.add_in(1, at(std::chrono::microseconds(add)));
          meter.add_out(2, at(std::chrono::microseconds(add)));
        }
      });
    }
  }
  const KeyMeter::Reading reading = meter.read(at(1s));
  std::uint64_t in = reading.current.bytes_in;
  std::uint64_t out = reading.current.bytes_out;
  for (const TrafficWindow& window : reading.history) {
    in += window.bytes_in;
    out += window.bytes_out;
  }
  EXPECT_EQ(std::pair(in, out),
            (std::pair<std::uint64_t, std::uint64_t>(kThreads * kAdds, 2 * kThreads * kAdds)));
}

}  // namespace
}  // namespace plugboard::metering
