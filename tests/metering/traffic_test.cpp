#include "metering/traffic.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
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
constexpr std::string_view kKey = "aaaaaaaa";

TrafficSettings settings(manifest::StatsKeys keys = manifest::StatsKeys::kPlain) {
  return {1h, 3, KeyNames(keys, "secret")};
}

/// A table that begins at kStart and names keys as they are.
class Traffic : public testing::Test {
 protected:
  /// What is listed of one key; nothing if it is not.
  std::optional<KeyTraffic> listed(std::string_view name, steady_clock::time_point now = kStart) {
    auto keys = table.snapshot(now);
    for (KeyTraffic& key : *keys) {
      if (key.name == name) return std::move(key);
    }
    return std::nullopt;
  }

  TrafficTable table{settings(), kStart, kWall};
};

TEST_F(Traffic, ListsNoKeysAtFirst) { EXPECT_TRUE(table.snapshot(kStart)->empty()); }

TEST_F(Traffic, CountsConnectionsOfAKey) {
  const auto first = table.open(kKey, kStart);
  {
    const auto second = table.open(kKey, kStart);
    EXPECT_EQ(listed(kKey)->connections, 2u);
  }
  EXPECT_EQ(listed(kKey)->connections, 1u);
}

TEST_F(Traffic, AddsUpTheConnectionsOfAKey) {
  const auto first = table.open(kKey, kStart);
  const auto second = table.open(kKey, kStart);
  first.add_in(1, kStart);
  second.add_in(2, kStart);
  second.add_out(4, kStart);
  EXPECT_EQ(listed(kKey)->current, (TrafficWindow{kWall, 3, 4}));
}

TEST_F(Traffic, KeepsKeysApart) {
  const auto first = table.open("aaaaaaaa", kStart);
  const auto second = table.open("bbbbbbbb", kStart);
  first.add_in(1, kStart);
  EXPECT_EQ(listed("bbbbbbbb")->current.bytes_in, 0u);
}

TEST_F(Traffic, ListsKeysByName) {
  const auto second = table.open("bbbbbbbb", kStart);
  const auto first = table.open("aaaaaaaa", kStart);
  const auto keys = *table.snapshot(kStart);
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys[0].name, "aaaaaaaa");
}

TEST_F(Traffic, KeepsTheTrafficOfKeysThatLeft) {
  table.open(kKey, kStart).add_in(5, kStart);
  EXPECT_EQ(listed(kKey)->connections, 0u);
  EXPECT_EQ(listed(kKey)->current.bytes_in, 5u);
}

TEST_F(Traffic, GoesOnWithAKeyThatComesBack) {
  table.open(kKey, kStart).add_in(5, kStart);
  const auto again = table.open(kKey, kStart + 1h);
  again.add_in(6, kStart + 1h);
  const auto key = listed(kKey, kStart + 1h);
  EXPECT_EQ(key->current.bytes_in, 6u);
  ASSERT_EQ(key->history.size(), 1u);
  EXPECT_EQ(key->history[0].bytes_in, 5u);
}

TEST_F(Traffic, ForgetsAKeyThatLeftWithoutTraffic) {
  (void)table.open(kKey, kStart);
  EXPECT_FALSE(listed(kKey).has_value());
}

TEST_F(Traffic, ForgetsAKeyWhoseTrafficIsBeyondTheHistory) {
  table.open(kKey, kStart).add_in(5, kStart);
  EXPECT_TRUE(listed(kKey, kStart + 3h).has_value());
  EXPECT_FALSE(listed(kKey, kStart + 4h).has_value());
}

TEST_F(Traffic, ListsASilentKeyThatIsConnected) {
  const auto connection = table.open(kKey, kStart);
  EXPECT_TRUE(listed(kKey, kStart + 1000h).has_value());
}

TEST_F(Traffic, CountsAMovedConnectionOnce) {
  auto first = table.open(kKey, kStart);
  auto second = std::move(first);
  second.add_in(1, kStart);
  EXPECT_EQ(listed(kKey)->connections, 1u);
}

TEST_F(Traffic, EndsTheConnectionThatIsReplacedByMove) {
  auto connection = table.open("aaaaaaaa", kStart);
  connection.add_in(1, kStart);
  connection = table.open("bbbbbbbb", kStart);
  EXPECT_EQ(listed("aaaaaaaa")->connections, 0u);
  EXPECT_EQ(listed("bbbbbbbb")->connections, 1u);
}

TEST_F(Traffic, CountsNothingForAnEmptyConnection) {
  const TrafficTable::Connection none;
  none.add_in(1, kStart);
  none.add_out(1, kStart);
  EXPECT_TRUE(table.snapshot(kStart)->empty());
}

TEST(TrafficNames, AreMasked) {
  TrafficTable table(settings(manifest::StatsKeys::kMasked), kStart, kWall);
  const auto connection = table.open(kKey, kStart);
  EXPECT_EQ(table.snapshot(kStart)->at(0).name,
            KeyNames(manifest::StatsKeys::kMasked, "secret").masked_name(kKey));
}

TEST(TrafficNames, AreNotListedIfTheManifestSaysSo) {
  TrafficTable table(settings(manifest::StatsKeys::kOff), kStart, kWall);
  const auto connection = table.open(kKey, kStart);
  EXPECT_EQ(table.snapshot(kStart), std::nullopt);
}

/// A table with room for two keys.
class FullTraffic : public Traffic {
 protected:
  bool is_listed(std::string_view name) { return find(name) != nullptr; }

  const KeyTraffic* find(std::string_view name) {
    keys_ = *small.snapshot(kStart);
    const auto key = std::find_if(keys_.begin(), keys_.end(),
                                  [name](const KeyTraffic& one) { return one.name == name; });
    return key == keys_.end() ? nullptr : &*key;
  }

  TrafficTable small{settings(), kStart, kWall, 2};

 private:
  std::vector<KeyTraffic> keys_;
};

TEST_F(FullTraffic, ForgetsTheKeyThatHasBeenGoneForLongest) {
  small.open("first---", kStart).add_in(1, kStart);
  small.open("second--", kStart).add_in(1, kStart);
  const auto third = small.open("third---", kStart);
  EXPECT_FALSE(is_listed("first---"));
  EXPECT_TRUE(is_listed("second--"));
  EXPECT_TRUE(is_listed("third---"));
}

TEST_F(FullTraffic, KeepsAKeyThatCameBackOverOneThatDidNot) {
  small.open("first---", kStart).add_in(1, kStart);
  small.open("second--", kStart).add_in(1, kStart);
  small.open("first---", kStart).add_in(1, kStart);
  const auto third = small.open("third---", kStart);
  EXPECT_TRUE(is_listed("first---"));
  EXPECT_FALSE(is_listed("second--"));
}

TEST_F(FullTraffic, NeverForgetsAConnectedKey) {
  const auto first = small.open("first---", kStart);
  small.open("second--", kStart).add_in(1, kStart);
  const auto third = small.open("third---", kStart);
  EXPECT_TRUE(is_listed("first---"));
}

TEST_F(FullTraffic, CountsFurtherKeysTogether) {
  const auto first = small.open("first---", kStart);
  const auto second = small.open("second--", kStart);
  const auto third = small.open("third---", kStart);
  const auto fourth = small.open("fourth--", kStart);
  third.add_in(1, kStart);
  fourth.add_in(2, kStart);
  const KeyTraffic* others = find(TrafficTable::kOtherKeys);
  ASSERT_NE(others, nullptr);
  EXPECT_EQ(others->connections, 2u);
  EXPECT_EQ(others->current.bytes_in, 3u);
}

TEST_F(FullTraffic, GivesANewKeyItsOwnMeterOnceThereIsRoom) {
  auto first = std::optional(small.open("first---", kStart));
  const auto second = small.open("second--", kStart);
  first.reset();
  const auto third = small.open("third---", kStart);
  EXPECT_TRUE(is_listed("third---"));
  EXPECT_FALSE(is_listed(TrafficTable::kOtherKeys));
}

TEST_F(FullTraffic, EndsConnectionsOfForgottenNamesAsTheyBegan) {
  {
    const auto first = small.open("first---", kStart);
    const auto second = small.open("second--", kStart);
    const auto third = small.open("third---", kStart);
  }
  EXPECT_TRUE(small.snapshot(kStart)->empty());
}

TEST_F(Traffic, RenamesKeysOnReload) {
  const auto connection = table.open(kKey, kStart);
  ASSERT_TRUE(listed(kKey).has_value());
  table.reconfigure(settings(manifest::StatsKeys::kMasked), kStart, kWall);
  EXPECT_TRUE(
      listed(KeyNames(manifest::StatsKeys::kMasked, "secret").masked_name(kKey)).has_value());
}

TEST_F(Traffic, KeepsItsWindowsOverAReloadThatLeavesThemAlone) {
  const auto connection = table.open(kKey, kStart);
  connection.add_in(5, kStart);
  table.reconfigure(settings(), kStart + 30min, kWall + 30min);
  EXPECT_EQ(listed(kKey, kStart + 30min)->current, (TrafficWindow{kWall, 5, 0}));
}

TEST_F(Traffic, BeginsAnewAtAReloadThatChangesTheWindow) {
  const auto connection = table.open(kKey, kStart);
  connection.add_in(5, kStart);
  TrafficSettings changed = settings();
  changed.window = 1min;
  table.reconfigure(changed, kStart + 30min, kWall + 30min);
  connection.add_in(6, kStart + 30min);
  const auto key = listed(kKey, kStart + 30min);
  EXPECT_EQ(key->current, (TrafficWindow{kWall + 30min, 6, 0}));
  EXPECT_TRUE(key->history.empty());
}

TEST_F(Traffic, GivesNewKeysTheWindowsOfTheReload) {
  TrafficSettings changed = settings();
  changed.window = 1min;
  table.reconfigure(changed, kStart + 30min, kWall + 30min);
  const auto connection = table.open(kKey, kStart + 32min);
  EXPECT_EQ(listed(kKey, kStart + 32min)->current.start, kWall + 32min);
}

TEST_F(Traffic, StandsManyThreadsAtOnce) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 300;
  {
    std::vector<std::jthread> threads;
    threads.reserve(kThreads);
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([this, thread] {
        for (int round = 0; round < kRounds; ++round) {
          const auto now = kStart + std::chrono::minutes(round % 60);
          const auto shared = table.open("shared--", now);
          const auto own = table.open("own-----" + std::to_string(thread), now);
          shared.add_in(1, now);
          own.add_out(1, now);
          if (round % 100 == 0) (void)table.snapshot(now);
          if (round % 150 == 149) table.reconfigure(settings(), now, kWall);
        }
      });
    }
  }
  EXPECT_EQ(listed("shared--")->connections, 0u);
  EXPECT_EQ(listed("shared--")->current.bytes_in, std::uint64_t{kThreads * kRounds});
}

}  // namespace
}  // namespace plugboard::metering
