// The rate limiter over time: its bounds, reloads, many threads.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "plugins/rate_limiter_fixture.hpp"

namespace plugboard::test {
namespace {

using namespace std::chrono_literals;

TEST_F(RateLimiter, AFloodOfAddressesDoesNotTouchThoseThatAreConnected) {
  start(R"({"max_connections":1,"max_requests":1})");
  const auto peer = connect("192.0.2.1");
  for (int i = 0; i < 200'000; ++i) {
    request("2001:db8:" + [](int n) {
      char text[16];
      std::snprintf(text, sizeof text, "%x:%x::1", n >> 16, n & 0xffff);
      return std::string(text);
    }(i));
  }
  EXPECT_FALSE(connect("192.0.2.1")->connected());
}

TEST_F(RateLimiter, AFloodOfAddressesStaysWithinBounds) {
  start(R"({"max_requests":1})");
  EXPECT_TRUE(request("192.0.2.1").allowed);
  EXPECT_FALSE(request("192.0.2.1").allowed);
  for (int i = 0; i < 400'000; ++i) {
    char text[40];
    std::snprintf(text, sizeof text, "2001:db8:%x:%x::1", i >> 16, i & 0xffff);
    request(text);
  }
  // Its count has been forgotten, as the oldest of too many.
  EXPECT_TRUE(request("192.0.2.1").allowed);
}

TEST_F(RateLimiter, CountersSurviveAReload) {
  start(R"({"max_connections":2,"max_messages":10,"max_requests":2,"window":"60s"})");
  const auto one = connect();
  const auto two = connect();
  EXPECT_EQ(one->send_many(6), 6);
  request();
  EXPECT_TRUE(limiter->reconfigure(
      R"({"max_connections":2,"max_messages":10,"max_requests":2,"window":"60s"})"));
  EXPECT_FALSE(connect()->connected());
  EXPECT_EQ(one->send_many(10), 4);
  EXPECT_TRUE(request().allowed);
  EXPECT_FALSE(request().allowed);
}

TEST_F(RateLimiter, NewLimitsHoldAfterAReload) {
  start(R"({"max_connections":1,"max_messages":10})");
  const auto one = connect();
  EXPECT_TRUE(limiter->reconfigure(R"({"max_connections":2,"max_messages":4})"));
  const auto two = connect();
  EXPECT_TRUE(two->connected());
  EXPECT_EQ(two->send_many(10), 4);
}

TEST_F(RateLimiter, LimitsForKeysThatComeWithAReloadCountConnectionsFromBefore) {
  start(R"({"max_messages":0})");
  const auto one = connect_with("team-key");
  EXPECT_TRUE(limiter->reconfigure(R"({"max_messages":0,"per_key":{"max_connections":1}})"));
  EXPECT_FALSE(connect()->admit("team-key"));
}

TEST_F(RateLimiter, GivesBackNoMoreThanWasCountedWhenALimitComesWithAReload) {
  start(R"({"max_messages":0,"per_key":{"max_bytes":1000}})");
  const auto one = connect_with("team-key");
  const auto two = connect_with("team-key");
  EXPECT_TRUE(one->send(10));
  EXPECT_TRUE(
      limiter->reconfigure(R"({"max_messages":0,"per_key":{"max_bytes":1000,"max_messages":5}})"));
  EXPECT_EQ(two->send_many(3), 3);
  host.advance(100ms);
  EXPECT_EQ(one->send_many(3) + two->send_many(3), 2);
}

TEST_F(RateLimiter, ManyThreadsNeverTogetherPassALimit) {
  start(R"({"max_connections":50,"max_messages":0,"per_key":{"max_messages":20000}})");
  std::atomic<int> connected = 0;
  std::atomic<int> passed = 0;
  std::atomic<int> arrived = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      std::vector<std::unique_ptr<LimitedPeer>> peers;
      for (int i = 0; i < 20; ++i) {
        peers.push_back(connect());
        if (peers.back()->connected()) {
          ++connected;
          peers.back()->admit("team-key");
        }
      }
      ++arrived;
      while (arrived < 8) std::this_thread::yield();
      for (int i = 0; i < 200; ++i) {
        for (auto& peer : peers) {
          if (peer->connected()) passed += peer->send_many(5);
        }
        request("192.0.2." + std::to_string(i % 50));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(connected, 50);
  EXPECT_LE(passed, 20'000);
  EXPECT_GE(passed, 20'000 - 20'000 / 64 - 50);
  EXPECT_TRUE(connect()->connected());
}

}  // namespace
}  // namespace plugboard::test
