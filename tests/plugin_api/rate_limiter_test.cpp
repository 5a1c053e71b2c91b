#include <gtest/gtest.h>

#include <stdexcept>

#include "plugin_api/described.hpp"

using namespace std::chrono_literals;
using plugboard::Lease;
using plugboard::LimitSubject;
using plugboard::LimitVerdict;
using plugboard::Plugin;
using plugboard::Usage;
using plugboard::testing::TestHost;

namespace {

struct Limiter : Plugin {
  LimitVerdict connect(const LimitSubject& subject, std::uint64_t& slot) {
    last = subject.client_address;
    adopted = subject.adopted;
    slot = 17;
    if (subject.client_address == "192.0.2.9") return plugboard::deny_for(1500us);
    if (subject.client_address == "throws") throw std::runtime_error("full");
    return plugboard::allow();
  }
  LimitVerdict admit(std::uint64_t slot, const LimitSubject& subject) {
    last = std::to_string(slot) + std::string(subject.key);
    limits = subject.max_connections * 100 + subject.max_messages * 10 + subject.max_bytes;
    return plugboard::deny();
  }
  Lease renew(std::uint64_t, const Usage& usage) {
    if (usage.next_bytes > 100) return Lease::refuse(5s, true);
    if (usage.next_bytes > 50) return Lease::refuse(0s, false);
    return Lease::grant(usage.messages + 1, Lease::kUnlimited, 100ms);
  }
  void release(std::uint64_t slot, const Usage& usage) { released = slot + usage.bytes; }
  LimitVerdict request(const LimitSubject& subject) {
    if (subject.now == 5ns) return plugboard::error();
    return plugboard::deny_for(2s);
  }

  std::string last;
  bool adopted = false;
  std::uint64_t limits = 0;
  std::uint64_t released = 0;
};

struct Bare : Plugin {
  LimitVerdict connect(const LimitSubject&, std::uint64_t&) { return plugboard::allow(); }
  void release(std::uint64_t, const Usage&) {}
};

class RateLimiterClass : public testing::Test {
 protected:
  plugboard_status connect(std::string_view address, std::uint32_t flags = 0) {
    plugboard_limit_subject subject{};
    subject.size = sizeof subject;
    subject.flags = flags;
    subject.client_address = plugboard::detail::bytes(address);
    refusal = {};
    refusal.size = sizeof refusal;
    return table.connect(instance.self(), &subject, &slot, &refusal);
  }
  plugboard_status renew(std::uint64_t next_bytes) {
    plugboard_usage usage{};
    usage.size = sizeof usage;
    usage.messages = 4;
    usage.next_bytes = next_bytes;
    lease = {};
    lease.size = sizeof lease;
    return table.renew(instance.self(), 17, &usage, &lease);
  }
  Limiter& object() { return plugboard::detail::Instance<Limiter>::from(instance.self()).object; }

  TestHost host;
  Instance<Limiter> instance{host};
  const plugboard_rate_limiter& table = instance.rate_limiter();
  std::uint64_t slot = 0;
  plugboard_limit_refusal refusal{};
  plugboard_lease lease{};
};

}  // namespace

TEST_F(RateLimiterClass, GivesOutSlots) {
  EXPECT_EQ(connect("192.0.2.1"), PLUGBOARD_OK);
  EXPECT_EQ(slot, 17u);
  EXPECT_EQ(object().last, "192.0.2.1");
  EXPECT_FALSE(object().adopted);
}

TEST_F(RateLimiterClass, SeesAdoptedConnections) {
  EXPECT_EQ(connect("192.0.2.1", PLUGBOARD_LIMIT_ADOPTED), PLUGBOARD_OK);
  EXPECT_TRUE(object().adopted);
}

TEST_F(RateLimiterClass, RefusalsSayWhenToTryAgainInWholeMilliseconds) {
  EXPECT_EQ(connect("192.0.2.9"), PLUGBOARD_DENY);
  EXPECT_EQ(refusal.retry_after_ms, 2u);
}

TEST_F(RateLimiterClass, ExceptionsAreErrors) { EXPECT_EQ(connect("throws"), PLUGBOARD_ERROR); }

TEST_F(RateLimiterClass, SeesKeysAndTheLimitsOfTheirGrants) {
  plugboard_limit_subject subject{};
  subject.size = sizeof subject;
  subject.key = plugboard::detail::bytes("-key");
  subject.max_connections = 1;
  subject.max_messages = 2;
  subject.max_bytes = 3;
  EXPECT_EQ(table.admit(instance.self(), 17, &subject, &refusal), PLUGBOARD_DENY);
  EXPECT_EQ(object().last, "17-key");
  EXPECT_EQ(object().limits, 123u);
}

TEST_F(RateLimiterClass, GrantsLeases) {
  EXPECT_EQ(renew(10), PLUGBOARD_OK);
  EXPECT_EQ(lease.messages, 5u);
  EXPECT_EQ(lease.bytes, PLUGBOARD_LEASE_UNLIMITED);
  EXPECT_EQ(lease.valid_ns, 100'000'000u);
}

TEST_F(RateLimiterClass, RefusesLeasesAloudOrInSilence) {
  EXPECT_EQ(renew(101), PLUGBOARD_DENY);
  EXPECT_EQ(lease.flags, PLUGBOARD_LEASE_TELL);
  EXPECT_EQ(lease.valid_ns, 5'000'000'000u);
  EXPECT_EQ(renew(51), PLUGBOARD_DENY);
  EXPECT_EQ(lease.flags, 0u);
  EXPECT_EQ(lease.valid_ns, 0u);
}

TEST_F(RateLimiterClass, LearnsOfTheEnd) {
  plugboard_usage usage{};
  usage.size = sizeof usage;
  usage.bytes = 100;
  table.release(instance.self(), 17, &usage);
  EXPECT_EQ(object().released, 117u);
}

TEST_F(RateLimiterClass, JudgesRequests) {
  plugboard_limit_subject subject{};
  subject.size = sizeof subject;
  EXPECT_EQ(table.request(instance.self(), &subject, &refusal), PLUGBOARD_DENY);
  EXPECT_EQ(refusal.retry_after_ms, 2000u);
  subject.now_ns = 5;
  EXPECT_EQ(table.request(instance.self(), &subject, &refusal), PLUGBOARD_ERROR);
}

TEST_F(RateLimiterClass, WhatIsNotThereIsLeftOut) {
  const Instance<Bare> bare(host);
  EXPECT_EQ(bare.rate_limiter().admit, nullptr);
  EXPECT_EQ(bare.rate_limiter().renew, nullptr);
  EXPECT_EQ(bare.rate_limiter().request, nullptr);
}
