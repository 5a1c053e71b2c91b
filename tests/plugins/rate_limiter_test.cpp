// What the rate limiter counts by address and connection.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "plugins/rate_limiter_fixture.hpp"

namespace plugboard::test {
namespace {

using namespace std::chrono_literals;

TEST_F(RateLimiter, TakesThirtyConnectionsOfAnAddressByDefault) {
  start("{}");
  std::vector<std::unique_ptr<LimitedPeer>> peers;
  for (int i = 0; i < 30; ++i) {
    peers.push_back(connect());
    EXPECT_TRUE(peers.back()->connected());
  }
  EXPECT_FALSE(connect()->connected());
  EXPECT_TRUE(connect("192.0.2.2")->connected());
}

TEST_F(RateLimiter, AConnectionThatEndsMakesRoom) {
  start(R"({"max_connections":1})");
  auto first = connect();
  EXPECT_FALSE(connect()->connected());
  first->leave();
  EXPECT_TRUE(connect()->connected());
}

TEST_F(RateLimiter, ARefusedConnectionTakesNoRoom) {
  start(R"({"max_connections":1})");
  const auto first = connect();
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(connect()->connected());
  first->leave();
  EXPECT_TRUE(connect()->connected());
}

TEST_F(RateLimiter, Ipv6AddressesOfOneNetworkShareTheirLimit) {
  start(R"({"max_connections":1})");
  const auto first = connect("2001:db8:1:2::1");
  EXPECT_FALSE(connect("2001:db8:1:2:ffff::9")->connected());
  EXPECT_FALSE(connect("2001:0db8:0001:0002:0:0:0:1")->connected());
  EXPECT_TRUE(connect("2001:db8:1:3::1")->connected());
}

TEST_F(RateLimiter, AnIpv4AddressWrittenAsIpv6IsTheSame) {
  start(R"({"max_connections":1})");
  const auto first = connect("192.0.2.1");
  EXPECT_FALSE(connect("::ffff:192.0.2.1")->connected());
  EXPECT_TRUE(connect("::ffff:192.0.2.2")->connected());
}

TEST_F(RateLimiter, ConnectionsByUnixSocketAreOneAddress) {
  start(R"({"max_connections":1})");
  const auto first = connect("unix");
  EXPECT_FALSE(connect("unix")->connected());
  EXPECT_TRUE(connect("192.0.2.1")->connected());
}

TEST_F(RateLimiter, ZeroMeansNoLimit) {
  start(R"({"max_connections":0,"max_messages":0,"max_requests":0})");
  std::vector<std::unique_ptr<LimitedPeer>> peers;
  for (int i = 0; i < 1000; ++i) peers.push_back(connect());
  EXPECT_TRUE(peers.back()->connected());
  EXPECT_EQ(peers.back()->send_many(10'000), 10'000);
  for (int i = 0; i < 1000; ++i) request();
  EXPECT_TRUE(request().allowed);
}

TEST_F(RateLimiter, CountsNewConnectionsInAWindow) {
  start(R"({"max_connects":2,"window":"10s"})");
  EXPECT_TRUE(connect()->connected());
  host.advance(4s);
  EXPECT_TRUE(connect()->connected());
  const auto refused = connect();
  EXPECT_FALSE(refused->connected());
  EXPECT_EQ(refused->retry_after_ms(), 6000u);
  host.advance(6s);
  EXPECT_TRUE(connect()->connected());
}

TEST_F(RateLimiter, AdoptedConnectionsAreCountedAndNotRefused) {
  start(R"({"max_connections":1,"max_connects":1})");
  const LimitedPeer first(*limiter, host, "192.0.2.1", true);
  const LimitedPeer second(*limiter, host, "192.0.2.1", true);
  EXPECT_TRUE(first.connected());
  EXPECT_TRUE(second.connected());
  EXPECT_FALSE(connect()->connected());
}

TEST_F(RateLimiter, LetsAHundredMessagesPassInAMinuteByDefault) {
  start("{}");
  const auto peer = connect();
  EXPECT_EQ(peer->send_many(150), 100);
  host.advance(59'999ms);
  EXPECT_FALSE(peer->send());
  host.advance(1ms);
  EXPECT_EQ(peer->send_many(150), 100);
}

TEST_F(RateLimiter, ConnectionsDoNotShareTheirMessages) {
  start(R"({"max_messages":5})");
  const auto one = connect();
  const auto other = connect();
  EXPECT_EQ(one->send_many(10), 5);
  EXPECT_EQ(other->send_many(10), 5);
}

TEST_F(RateLimiter, TellsThePeerOnceAWindow) {
  start(R"({"max_messages":5,"window":"10s"})");
  const auto peer = connect();
  peer->send_many(100);
  EXPECT_EQ(peer->told(), 1);
  host.advance(5s);
  peer->send_many(100);
  EXPECT_EQ(peer->told(), 1);
  host.advance(5s);
  peer->send_many(100);
  EXPECT_EQ(peer->told(), 2);
}

TEST_F(RateLimiter, ThereIsOneLeaseForAWindow) {
  start(R"({"max_messages":100})");
  const auto peer = connect();
  peer->send_many(100);
  EXPECT_EQ(peer->renewals(), 1);
}

TEST_F(RateLimiter, LimitsTheBytesOfAWindow) {
  start(R"({"max_bytes":"1000 B","max_messages":0,"window":"10s"})");
  const auto peer = connect();
  EXPECT_EQ(peer->send_many(20, 100), 10);
  host.advance(10s);
  EXPECT_EQ(peer->send_many(20, 100), 10);
}

TEST_F(RateLimiter, AMessageThatDoesNotFitLeavesRoomForSmallerOnes) {
  start(R"({"max_bytes":1000,"max_messages":0})");
  const auto peer = connect();
  EXPECT_TRUE(peer->send(900));
  EXPECT_FALSE(peer->send(200));
  EXPECT_FALSE(peer->send(300));
  EXPECT_TRUE(peer->send(100));
  EXPECT_FALSE(peer->send(1));
  EXPECT_EQ(peer->told(), 1);
}

TEST_F(RateLimiter, AWindowBeginsWithItsFirstMessage) {
  start(R"({"max_messages":2,"window":"10s"})");
  const auto peer = connect();
  host.advance(7s);
  EXPECT_EQ(peer->send_many(3), 2);
  host.advance(9s);
  EXPECT_FALSE(peer->send());
  host.advance(1s);
  EXPECT_TRUE(peer->send());
}

TEST_F(RateLimiter, LimitsTheRequestsOfAnAddressInAWindow) {
  start(R"({"max_requests":3,"window":"10s"})");
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(request().allowed);
  host.advance(2500ms);
  EXPECT_FALSE(request().allowed);
  EXPECT_EQ(request().retry_after_ms, 7500u);
  EXPECT_TRUE(request("192.0.2.2").allowed);
  host.advance(7500ms);
  EXPECT_TRUE(request().allowed);
}

TEST_F(RateLimiter, TakesSixHundredRequestsByDefault) {
  start("{}");
  for (int i = 0; i < 600; ++i) EXPECT_TRUE(request().allowed);
  EXPECT_FALSE(request().allowed);
}

TEST_F(RateLimiter, RequestsAndConnectionsAreCountedApart) {
  start(R"({"max_requests":1,"max_connects":1})");
  EXPECT_TRUE(request().allowed);
  EXPECT_TRUE(connect()->connected());
}

}  // namespace
}  // namespace plugboard::test
