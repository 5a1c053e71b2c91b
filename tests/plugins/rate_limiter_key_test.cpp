// What the rate limiter counts by key.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "plugins/rate_limiter_fixture.hpp"

namespace plugboard::test {
namespace {

using namespace std::chrono_literals;

TEST_F(RateLimiter, LimitsTheConnectionsOfAKey) {
  start(R"({"per_key":{"max_connections":2}})");
  const auto one = connect_with("team-key");
  auto two = connect_with("team-key");
  const auto three = connect();
  EXPECT_FALSE(three->admit("team-key"));
  const auto other = connect_with("other-key");
  two->leave();
  EXPECT_TRUE(connect_with("team-key")->connected());
}

TEST_F(RateLimiter, AConnectionThatIsNotAdmittedStillTakesItsAddress) {
  start(R"({"max_connections":2,"per_key":{"max_connections":1}})");
  const auto one = connect_with("team-key");
  auto refused = connect();
  EXPECT_FALSE(refused->admit("team-key"));
  EXPECT_FALSE(connect()->connected());
  refused->leave();
  EXPECT_TRUE(connect()->connected());
}

TEST_F(RateLimiter, LimitsTheMessagesOfAKeyOverAllItsConnections) {
  start(R"({"max_messages":0,"per_key":{"max_messages":10}})");
  const auto one = connect_with("team-key");
  const auto two = connect_with("team-key");
  EXPECT_EQ(one->send_many(4), 4);
  EXPECT_EQ(two->send_many(4), 4);
  EXPECT_EQ(one->send_many(10), 2);
  EXPECT_FALSE(two->send());
  EXPECT_EQ(connect_with("other-key")->send_many(20), 10);
}

TEST_F(RateLimiter, AKeysMessagesReturnWithItsWindow) {
  start(R"({"max_messages":0,"window":"10s","per_key":{"max_messages":3}})");
  const auto one = connect_with("team-key");
  EXPECT_EQ(one->send_many(5), 3);
  host.advance(9'900ms);
  EXPECT_FALSE(one->send());
  host.advance(100ms);
  EXPECT_EQ(one->send_many(5), 3);
}

TEST_F(RateLimiter, TellsAPeerOnceAWindowAlsoAboutItsKey) {
  start(R"({"max_messages":0,"window":"10s","per_key":{"max_messages":3}})");
  const auto one = connect_with("team-key");
  for (int i = 0; i < 50; ++i) {
    one->send_many(3);
    host.advance(100ms);
  }
  EXPECT_EQ(one->told(), 1);
}

TEST_F(RateLimiter, LimitsTheBytesOfAKey) {
  start(R"({"max_messages":0,"per_key":{"max_bytes":1000}})");
  const auto one = connect_with("team-key");
  const auto two = connect_with("team-key");
  EXPECT_EQ(one->send_many(7, 100), 7);
  EXPECT_EQ(two->send_many(7, 100), 3);
}

TEST_F(RateLimiter, ReconnectingDoesNotRenewAKeysWindow) {
  start(R"({"max_messages":0,"window":"60s","per_key":{"max_messages":10}})");
  auto one = connect_with("team-key");
  host.advance(50s);
  EXPECT_EQ(one->send_many(20), 10);
  host.advance(20s);
  one->leave();
  EXPECT_EQ(connect_with("team-key")->send_many(20), 0);
}

TEST_F(RateLimiter, LeasesAreShortWhereAKeysLimitIsShared) {
  start(R"({"max_messages":0,"per_key":{"max_messages":1000000}})");
  const auto one = connect_with("team-key");
  one->send();
  EXPECT_GT(one->lease_left(), 0ms);
  EXPECT_LE(one->lease_left(), 100ms);
}

TEST_F(RateLimiter, ALargeLimitOfAKeyNeedsFewQuestions) {
  start(R"({"max_messages":0,"per_key":{"max_messages":1000000}})");
  const auto one = connect_with("team-key");
  one->send_many(10'000);
  EXPECT_LT(one->renewals(), 10);
}

TEST_F(RateLimiter, WhatAConnectionTookAheadIsGivenBackWhenItEnds) {
  start(R"({"max_messages":0,"per_key":{"max_messages":10000}})");
  auto one = connect_with("team-key");
  const auto two = connect_with("team-key");
  one->send();
  one->leave();
  EXPECT_EQ(two->send_many(20'000), 9'999);
}

TEST_F(RateLimiter, WhatSilentConnectionsTookAheadIsLittle) {
  start(R"({"max_messages":0,"per_key":{"max_messages":10000}})");
  std::vector<std::unique_ptr<LimitedPeer>> silent;
  for (int i = 0; i < 10; ++i) silent.push_back(connect_with("team-key"));
  for (auto& peer : silent) peer->send();
  const auto busy = connect_with("team-key");
  const int passed = busy->send_many(20'000);
  EXPECT_LE(passed, 9'990);
  EXPECT_GE(passed, 9'990 - 10'000 / 64);
}

TEST_F(RateLimiter, AKeyNeverSendsMoreThanItsLimit) {
  start(R"({"max_messages":0,"window":"10s","per_key":{"max_messages":5000}})");
  std::vector<std::unique_ptr<LimitedPeer>> peers;
  for (int i = 0; i < 7; ++i) peers.push_back(connect_with("team-key"));
  int passed = 0;
  for (int round = 0; round < 90; ++round) {
    for (auto& peer : peers) passed += peer->send_many(round % 23);
    host.advance(100ms);
  }
  EXPECT_LE(passed, 5000);
  EXPECT_GE(passed, 5000 - 5000 / 64);
}

TEST_F(RateLimiter, AGrantsLimitsStandInPlaceOfThoseForKeys) {
  start(R"({"max_messages":0,"per_key":{"max_connections":1,"max_messages":3,"max_bytes":100}})");
  const LimitedPeer::GrantLimits grant{.connections = 2, .messages = 5, .bytes = 0};
  const auto one = connect_with("rich-key", grant);
  const auto two = connect_with("rich-key", grant);
  EXPECT_FALSE(connect()->admit("rich-key", grant));
  EXPECT_EQ(one->send_many(10), 5);
  EXPECT_EQ(connect_with("poor-key")->send_many(10), 3);
}

TEST_F(RateLimiter, AGrantsLimitsHoldWithoutAnyForKeys) {
  start(R"({"max_messages":0})");
  EXPECT_EQ(connect_with("some-key", {.connections = 0, .messages = 2, .bytes = 0})->send_many(9),
            2);
  EXPECT_EQ(
      connect_with("more-key", {.connections = 0, .messages = 0, .bytes = 20})->send_many(9, 10),
      2);
}

TEST_F(RateLimiter, AConnectionsOwnLimitHoldsBesideItsKeys) {
  start(R"({"max_messages":3,"per_key":{"max_messages":5}})");
  const auto one = connect_with("team-key");
  const auto two = connect_with("team-key");
  EXPECT_EQ(one->send_many(10), 3);
  EXPECT_EQ(two->send_many(10), 2);
}

TEST_F(RateLimiter, WithoutAKeyThereAreNoLimitsForKeys) {
  start(R"({"max_messages":0,"per_key":{"max_connections":1,"max_messages":1}})");
  const auto one = connect();
  const auto two = connect();
  EXPECT_TRUE(one->admit(""));
  EXPECT_TRUE(two->admit(""));
  EXPECT_EQ(one->send_many(10), 10);
}

TEST_F(RateLimiter, AdoptedConnectionsAreCountedForTheirKey) {
  start(R"({"per_key":{"max_connections":1}})");
  const auto one = connect();
  const auto two = connect();
  EXPECT_TRUE(one->admit("team-key", {}, true));
  EXPECT_TRUE(two->admit("team-key", {}, true));
  EXPECT_FALSE(connect()->admit("team-key"));
}

}  // namespace
}  // namespace plugboard::test
