#include "metering/relay_totals.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

namespace plugboard::metering {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::steady_clock::time_point kStart(100h);
constexpr std::chrono::system_clock::time_point kWall(1000000h);

TEST(RelayTotals, BeginAtNothing) {
  const RelayTotals totals(2, kStart, kWall);
  EXPECT_EQ(totals.sums().total_connections, 0u);
  EXPECT_EQ(totals.sums().messages_relayed, 0u);
  EXPECT_EQ(totals.sums().messages_dropped, 0u);
}

TEST(RelayTotals, AddUpAllThreads) {
  RelayTotals totals(2, kStart, kWall);
  totals.shard(0).connected();
  totals.shard(1).connected();
  totals.shard(0).relayed(5);
  totals.shard(1).relayed();
  totals.shard(1).dropped(2);
  totals.shard(1).dropped();
  EXPECT_EQ(totals.sums().total_connections, 2u);
  EXPECT_EQ(totals.sums().messages_relayed, 6u);
  EXPECT_EQ(totals.sums().messages_dropped, 3u);
}

TEST(RelayTotals, GiveThreadsBeyondTheLastASharedShard) {
  RelayTotals totals(2, kStart, kWall);
  EXPECT_EQ(&totals.shard(2), &totals.shard(1000));
  EXPECT_NE(&totals.shard(1), &totals.shard(2));
}

TEST(RelayTotals, KeepShardsOnCacheLinesOfTheirOwn) {
  RelayTotals totals(2, kStart, kWall);
  const auto first = reinterpret_cast<std::uintptr_t>(&totals.shard(0));
  const auto second = reinterpret_cast<std::uintptr_t>(&totals.shard(1));
  EXPECT_GE(second - first, 64u);
  EXPECT_EQ(first % 64, 0u);
}

TEST(RelayTotals, LoseNothingToThreadsThatShare) {
  RelayTotals totals(1, kStart, kWall);
  {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&totals] {
        for (int count = 0; count < 10'000; ++count) totals.shard(9).relayed();
      });
    }
  }
  EXPECT_EQ(totals.sums().messages_relayed, 40'000u);
}

TEST(RelayTotals, KnowWhenTheyBegan) {
  const RelayTotals totals(1, kStart, kWall);
  EXPECT_EQ(totals.start_wall(), kWall);
  EXPECT_EQ(totals.uptime(kStart + 90s), 90s);
}

}  // namespace
}  // namespace plugboard::metering
