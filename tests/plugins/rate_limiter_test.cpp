#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "keyed_hash/keyed_hash.hpp"
#include "plugins/shipped_plugin.hpp"

namespace plugboard::test {
namespace {

using namespace std::chrono_literals;

// What the relay makes of the limiter's answers for one connection: leases counted down by itself.
class LimitedPeer {
 public:
  LimitedPeer(ShippedPlugin& limiter, testing::TestHost& host, const std::string& address,
              bool adopted = false)
      : limiter_(limiter), host_(host) {
    auto subject = limit_subject(address);
    subject.flags = adopted ? PLUGBOARD_LIMIT_ADOPTED : 0;
    plugboard_limit_refusal refusal{};
    refusal.size = sizeof refusal;
    connected_ = limiter_.rate_limiter().connect(limiter_.self(), &subject, &slot_, &refusal) ==
                 PLUGBOARD_OK;
    retry_after_ms_ = refusal.retry_after_ms;
  }
  LimitedPeer(const LimitedPeer&) = delete;
  LimitedPeer& operator=(const LimitedPeer&) = delete;
  ~LimitedPeer() { leave(); }

  bool connected() const { return connected_; }
  std::uint64_t retry_after_ms() const { return retry_after_ms_; }

  struct GrantLimits {
    std::uint64_t connections = 0;
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
  };
  bool admit(const std::string& key, GrantLimits limits = {0, 0, 0}, bool adopted = false) {
    auto subject = limit_subject("192.0.2.1");
    subject.flags = adopted ? PLUGBOARD_LIMIT_ADOPTED : 0;
    subject.key = detail::bytes(key);
    subject.max_connections = limits.connections;
    subject.max_messages = limits.messages;
    subject.max_bytes = limits.bytes;
    plugboard_limit_refusal refusal{};
    refusal.size = sizeof refusal;
    return limiter_.rate_limiter().admit(limiter_.self(), slot_, &subject, &refusal) ==
           PLUGBOARD_OK;
  }

  /// Whether a message passes.
  bool send(std::uint64_t bytes = 1) {
    const auto now = static_cast<std::uint64_t>(host_.now().count());
    if (now < dropping_until_) return false;
    if (now >= valid_until_ || messages_left_ == 0 || bytes_left_ < bytes) {
      plugboard_usage usage = this->usage(bytes);
      plugboard_lease lease{};
      lease.size = sizeof lease;
      sent_ = {};
      ++renewals_;
      const auto status = limiter_.rate_limiter().renew(limiter_.self(), slot_, &usage, &lease);
      if (status != PLUGBOARD_OK) {
        messages_left_ = 0;
        dropping_until_ = now + lease.valid_ns;
        told_ += (lease.flags & PLUGBOARD_LEASE_TELL) != 0;
        return false;
      }
      EXPECT_GE(lease.messages, 1u);
      EXPECT_GE(lease.bytes, bytes);
      EXPECT_GT(lease.valid_ns, 0u);
      messages_left_ = lease.messages;
      bytes_left_ = lease.bytes;
      valid_until_ = now + lease.valid_ns;
    }
    if (messages_left_ != PLUGBOARD_LEASE_UNLIMITED) --messages_left_;
    if (bytes_left_ != PLUGBOARD_LEASE_UNLIMITED) bytes_left_ -= bytes;
    ++sent_.messages;
    sent_.bytes += bytes;
    return true;
  }
  /// How many of `count` messages pass.
  int send_many(int count, std::uint64_t bytes = 1) {
    int passed = 0;
    for (int i = 0; i < count; ++i) passed += send(bytes);
    return passed;
  }
  int renewals() const { return renewals_; }
  int told() const { return told_; }
  std::chrono::nanoseconds lease_left() const {
    return std::chrono::nanoseconds(valid_until_) - host_.now();
  }

  void leave() {
    if (!connected_) return;
    connected_ = false;
    const plugboard_usage usage = this->usage(0);
    limiter_.rate_limiter().release(limiter_.self(), slot_, &usage);
  }

 private:
  struct Sent {
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
  };

  plugboard_limit_subject limit_subject(const std::string& address) const {
    plugboard_limit_subject subject{};
    subject.size = sizeof subject;
    subject.now_ns = static_cast<std::uint64_t>(host_.now().count());
    subject.client_address = detail::bytes(address);
    return subject;
  }
  plugboard_usage usage(std::uint64_t next_bytes) const {
    plugboard_usage usage{};
    usage.size = sizeof usage;
    usage.now_ns = static_cast<std::uint64_t>(host_.now().count());
    usage.messages = sent_.messages;
    usage.bytes = sent_.bytes;
    usage.next_bytes = next_bytes;
    return usage;
  }

  ShippedPlugin& limiter_;
  testing::TestHost& host_;
  bool connected_ = false;
  std::uint64_t slot_ = 0;
  std::uint64_t retry_after_ms_ = 0;
  std::uint64_t messages_left_ = 0;
  std::uint64_t bytes_left_ = 0;
  std::uint64_t valid_until_ = 0;
  std::uint64_t dropping_until_ = 0;
  Sent sent_;
  int renewals_ = 0;
  int told_ = 0;
};

class RateLimiter : public ::testing::Test {
 protected:
  void start(const std::string& config) {
    limiter = std::make_unique<ShippedPlugin>("rate-limiter", host, config);
  }
  std::unique_ptr<LimitedPeer> connect(const std::string& address = "192.0.2.1") {
    return std::make_unique<LimitedPeer>(*limiter, host, address);
  }
  std::unique_ptr<LimitedPeer> connect_with(const std::string& key,
                                            LimitedPeer::GrantLimits limits = {0, 0, 0}) {
    auto peer = connect();
    EXPECT_TRUE(peer->admit(key, limits));
    return peer;
  }
  struct RequestVerdict {
    bool allowed;
    std::uint64_t retry_after_ms;
  };
  RequestVerdict request(const std::string& address = "192.0.2.1") {
    plugboard_limit_subject subject{};
    subject.size = sizeof subject;
    subject.now_ns = static_cast<std::uint64_t>(host.now().count());
    subject.client_address = detail::bytes(address);
    plugboard_limit_refusal refusal{};
    refusal.size = sizeof refusal;
    const auto status = limiter->rate_limiter().request(limiter->self(), &subject, &refusal);
    return {status == PLUGBOARD_OK, refusal.retry_after_ms};
  }

  testing::TestHost host;
  std::unique_ptr<ShippedPlugin> limiter;
};

// --- Connections of an address -------------------------------------------------------------------

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

// --- Messages of a connection --------------------------------------------------------------------

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

// --- Keys ----------------------------------------------------------------------------------------

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

// --- HTTP requests -------------------------------------------------------------------------------

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

// --- Bounds --------------------------------------------------------------------------------------

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

// --- Reload --------------------------------------------------------------------------------------

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

// --- Threads -------------------------------------------------------------------------------------

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

// --- The hash of its tables ----------------------------------------------------------------------

// From the reference implementation of SipHash-1-3: key 00 01 .. 0f, input 00 01 .. (n - 1).
TEST(KeyedHash, IsSipHash13) {
  const KeyedHash hash(0x0706050403020100, 0x0f0e0d0c0b0a0908);
  std::string input;
  EXPECT_EQ(hash(input), 0xabac0158050fc4dcu);
  for (char c = 0; c < 15; ++c) input += c;
  EXPECT_EQ(hash(input), 0xd320d86d2a519956u);
}

TEST(KeyedHash, DrawsAKeyOfItsOwn) {
  EXPECT_NE(KeyedHash()("192.0.2.1"), KeyedHash()("192.0.2.1"));
}

}  // namespace
}  // namespace plugboard::test
