#include "extension/limiter_chain.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "extension/fake_plugin.hpp"

namespace plugboard::extension::test {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

/// A limiter that hands out slots and leases as it is told, and writes down what it was told.
struct FakeLimiter : FakePlugin {
  FakeLimiter() {
    connect = [this](const plugboard_limit_subject& subject, std::uint64_t& slot,
                     plugboard_limit_refusal& refusal) {
      subjects.push_back(text(subject.client_address));
      flags_seen = subject.flags;
      refusal.retry_after_ms = retry_after_ms;
      if (connect_status == PLUGBOARD_OK) held.insert(slot = ++last_slot);
      return connect_status;
    };
    release = [this](std::uint64_t slot, const plugboard_usage& usage) {
      EXPECT_EQ(held.erase(slot), 1u) << "a slot was released twice, or was never given out";
      released.push_back(usage);
    };
    renew = [this](std::uint64_t slot, const plugboard_usage& usage, plugboard_lease& granted) {
      EXPECT_EQ(held.count(slot), 1u);
      renewals.push_back(usage);
      granted.messages = lease.messages;
      granted.bytes = lease.bytes;
      granted.valid_ns = lease.valid_ns;
      granted.flags = lease.flags;
      return renew_status;
    };
  }

  plugboard_status connect_status = PLUGBOARD_OK;
  plugboard_status renew_status = PLUGBOARD_OK;
  std::uint64_t retry_after_ms = 0;
  std::uint32_t flags_seen = 0;
  plugboard_lease lease = {0, 0, 3, PLUGBOARD_LEASE_UNLIMITED, 10 * kSecond};
  std::uint64_t last_slot = 0;
  std::set<std::uint64_t> held;
  std::vector<std::string> subjects;
  std::vector<plugboard_usage> renewals;
  std::vector<plugboard_usage> released;
};

class LimiterChainTest : public testing::Test {
 protected:
  LimiterChain chain(std::vector<LimiterLink> limiters) {
    return LimiterChain(std::move(limiters));
  }
  LimiterLink link(FakeLimiter& limiter, const std::string& name = "limits") {
    auto made = stage_.link<LimiterLink>(limiter, name);
    made.table = *made.instance->kinds().rate_limiter;
    return made;
  }
  LimiterTicket connected(const LimiterChain& chain) {
    return std::get<LimiterTicket>(chain.connect("192.0.2.7", now_));
  }

  FakeLimiter first_;
  FakeLimiter second_;
  Stage stage_;  // ends before the plugins
  std::uint64_t now_ = kSecond;
};

TEST_F(LimiterChainTest, WithoutLimitersEverythingIsAllowed) {
  const LimiterChain open;
  auto ticket = std::get<LimiterTicket>(open.connect("192.0.2.7", now_));
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(ticket.charge(1 << 20, now_), Charge::kAllowed);
  EXPECT_FALSE(ticket.admit({"192.0.2.7", "key", {}}, now_));
  EXPECT_FALSE(open.request("192.0.2.7", now_));
}

TEST_F(LimiterChainTest, ATicketGivesItsSlotBackWhenItGoes) {
  const LimiterChain limits = chain({link(first_)});
  {
    const LimiterTicket ticket = connected(limits);
    EXPECT_EQ(first_.held.size(), 1u);
  }
  EXPECT_TRUE(first_.held.empty());
}

TEST_F(LimiterChainTest, AMovedTicketReleasesItsSlotOnce) {
  const LimiterChain limits = chain({link(first_)});
  {
    LimiterTicket ticket = connected(limits);
    LimiterTicket moved = std::move(ticket);
    LimiterTicket assigned;
    assigned = std::move(moved);
    EXPECT_EQ(first_.held.size(), 1u);
  }
  EXPECT_EQ(first_.released.size(), 1u);
}

TEST_F(LimiterChainTest, ARefusalByTheSecondReleasesTheSlotOfTheFirst) {
  const LimiterChain limits = chain({link(first_, "a"), link(second_, "b")});
  second_.connect_status = PLUGBOARD_DENY;
  second_.retry_after_ms = 1500;
  const auto answer = limits.connect("192.0.2.7", now_);
  ASSERT_TRUE(std::holds_alternative<LimitRefusal>(answer));
  EXPECT_EQ(std::get<LimitRefusal>(answer).retry_after_ms, 1500u);
  EXPECT_TRUE(first_.held.empty());
  EXPECT_EQ(first_.released.size(), 1u);
}

TEST_F(LimiterChainTest, ALimiterThatFailsRefuses) {
  const LimiterChain limits = chain({link(first_)});
  first_.connect_status = PLUGBOARD_ERROR;
  EXPECT_TRUE(std::holds_alternative<LimitRefusal>(limits.connect("192.0.2.7", now_)));
}

TEST_F(LimiterChainTest, ALimiterThatReturnsGarbageRefuses) {
  const LimiterChain limits = chain({link(first_)});
  first_.connect_status = PLUGBOARD_NEXT;
  EXPECT_TRUE(std::holds_alternative<LimitRefusal>(limits.connect("192.0.2.7", now_)));
  EXPECT_TRUE(stage_.services.logged("connect returned 1"));
}

TEST_F(LimiterChainTest, ALimiterThatThrowsRefuses) {
  const LimiterChain limits = chain({link(first_)});
  first_.connect = [](auto&&...) -> plugboard_status { throw std::runtime_error("no table"); };
  EXPECT_TRUE(std::holds_alternative<LimitRefusal>(limits.connect("192.0.2.7", now_)));
  EXPECT_TRUE(stage_.services.logged("connect threw an exception: no table"));
}

TEST_F(LimiterChainTest, ALeaseIsCountedDownWithoutAskingTheLimiter) {
  const LimiterChain limits = chain({link(first_)});
  LimiterTicket ticket = connected(limits);
  for (int i = 0; i < 3; ++i) ASSERT_EQ(ticket.charge(10, now_), Charge::kAllowed);
  EXPECT_EQ(first_.renewals.size(), 1u);
}

TEST_F(LimiterChainTest, AUsedUpLeaseIsRenewedWithWhatWasDone) {
  const LimiterChain limits = chain({link(first_)});
  LimiterTicket ticket = connected(limits);
  for (int i = 0; i < 3; ++i) ASSERT_EQ(ticket.charge(10, now_), Charge::kAllowed);
  ASSERT_EQ(ticket.charge(7, now_ + 5), Charge::kAllowed);
  ASSERT_EQ(first_.renewals.size(), 2u);
  EXPECT_EQ(first_.renewals[1].messages, 3u);
  EXPECT_EQ(first_.renewals[1].bytes, 30u);
  EXPECT_EQ(first_.renewals[1].next_bytes, 7u);
  EXPECT_EQ(first_.renewals[1].now_ns, now_ + 5);
}

TEST_F(LimiterChainTest, ALeaseEndsWithItsTime) {
  const LimiterChain limits = chain({link(first_)});
  LimiterTicket ticket = connected(limits);
  ASSERT_EQ(ticket.charge(1, now_), Charge::kAllowed);
  ASSERT_EQ(ticket.charge(1, now_ + 10 * kSecond - 1), Charge::kAllowed);
  EXPECT_EQ(first_.renewals.size(), 1u);
  ASSERT_EQ(ticket.charge(1, now_ + 10 * kSecond), Charge::kAllowed);
  EXPECT_EQ(first_.renewals.size(), 2u);
}

TEST_F(LimiterChainTest, AMessageThatTheLeaseDoesNotHoldAsksForAnother) {
  first_.lease.bytes = 100;
  const LimiterChain limits = chain({link(first_)});
  LimiterTicket ticket = connected(limits);
  ASSERT_EQ(ticket.charge(60, now_), Charge::kAllowed);
  ASSERT_EQ(ticket.charge(41, now_), Charge::kAllowed);
  ASSERT_EQ(first_.renewals.size(), 2u);
  EXPECT_EQ(first_.renewals[1].bytes, 60u);
  EXPECT_EQ(first_.renewals[1].next_bytes, 41u);
}

TEST_F(LimiterChainTest, TheLeaseIsTheLeastOfAllLimiters) {
  first_.lease.messages = 5;
  second_.lease.messages = 2;
  const LimiterChain limits = chain({link(first_, "a"), link(second_, "b")});
  LimiterTicket ticket = connected(limits);
  for (int i = 0; i < 3; ++i) ASSERT_EQ(ticket.charge(1, now_), Charge::kAllowed);
  EXPECT_EQ(first_.renewals.size(), 2u);
  EXPECT_EQ(first_.renewals[1].messages, 2u);
}

TEST_F(LimiterChainTest, MessagesAreDroppedInSilenceUntilTheDenialIsOver) {
  const LimiterChain limits = chain({link(first_)});
  LimiterTicket ticket = connected(limits);
  first_.renew_status = PLUGBOARD_DENY;
  first_.lease = {0, PLUGBOARD_LEASE_TELL, 0, 0, kSecond};
  EXPECT_EQ(ticket.charge(1, now_), Charge::kDroppedAndTell);
  EXPECT_EQ(ticket.charge(1, now_ + 1), Charge::kDropped);
  EXPECT_EQ(ticket.charge(1, now_ + kSecond - 1), Charge::kDropped);
  EXPECT_EQ(first_.renewals.size(), 1u);
  first_.renew_status = PLUGBOARD_OK;
  first_.lease = {0, 0, 3, 100, kSecond};
  EXPECT_EQ(ticket.charge(1, now_ + kSecond), Charge::kAllowed);
}

TEST_F(LimiterChainTest, ADenialWithoutTellIsSilentFromTheFirst) {
  const LimiterChain limits = chain({link(first_)});
  LimiterTicket ticket = connected(limits);
  first_.renew_status = PLUGBOARD_DENY;
  first_.lease = {0, 0, 0, 0, kSecond};
  EXPECT_EQ(ticket.charge(1, now_), Charge::kDropped);
}

TEST_F(LimiterChainTest, ALimiterThatFailsToRenewDropsMessagesForASecond) {
  const LimiterChain limits = chain({link(first_)});
  LimiterTicket ticket = connected(limits);
  first_.renew_status = PLUGBOARD_ERROR;
  EXPECT_EQ(ticket.charge(1, now_), Charge::kDroppedAndTell);
  EXPECT_EQ(ticket.charge(1, now_ + kSecond - 1), Charge::kDropped);
  first_.renew_status = PLUGBOARD_OK;
  EXPECT_EQ(ticket.charge(1, now_ + kSecond), Charge::kAllowed);
}

TEST_F(LimiterChainTest, ALeaseTooSmallForTheMessageIsARefusal) {
  const LimiterChain limits = chain({link(first_)});
  LimiterTicket ticket = connected(limits);
  first_.lease = {0, 0, 3, 10, kSecond};
  EXPECT_EQ(ticket.charge(11, now_), Charge::kDroppedAndTell);
  EXPECT_TRUE(stage_.services.logged("does not hold the message"));
}

TEST_F(LimiterChainTest, TheLastUsageComesWithTheRelease) {
  const LimiterChain limits = chain({link(first_)});
  {
    LimiterTicket ticket = connected(limits);
    (void)ticket.charge(10, now_);
    (void)ticket.charge(20, now_);
  }
  ASSERT_EQ(first_.released.size(), 1u);
  EXPECT_EQ(first_.released[0].messages, 2u);
  EXPECT_EQ(first_.released[0].bytes, 30u);
}

TEST_F(LimiterChainTest, AdmitPassesTheKeyAndTheGrantsLimits) {
  plugboard_limit_subject seen = {};
  std::string key;
  first_.admit = [&](std::uint64_t, const plugboard_limit_subject& subject,
                     plugboard_limit_refusal&) {
    seen = subject;
    key = text(subject.key);
    return PLUGBOARD_OK;
  };
  const LimiterChain limits = chain({link(first_)});
  LimiterTicket ticket = connected(limits);
  EXPECT_FALSE(ticket.admit({"192.0.2.7", "team-key-1", {4, 5, 6}}, now_));
  EXPECT_EQ(key, "team-key-1");
  EXPECT_EQ(seen.max_connections, 4u);
  EXPECT_EQ(seen.max_messages, 5u);
  EXPECT_EQ(seen.max_bytes, 6u);
}

TEST_F(LimiterChainTest, ARefusedAdmissionKeepsTheSlotUntilTheTicketGoes) {
  first_.admit = [](std::uint64_t, const plugboard_limit_subject&,
                    plugboard_limit_refusal& refusal) {
    refusal.retry_after_ms = 9;
    return PLUGBOARD_DENY;
  };
  const LimiterChain limits = chain({link(first_)});
  LimiterTicket ticket = connected(limits);
  const auto refusal = ticket.admit({"192.0.2.7", "team-key-1", {}}, now_);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->retry_after_ms, 9u);
  EXPECT_EQ(first_.held.size(), 1u);
  ticket.release();
  EXPECT_TRUE(first_.held.empty());
}

TEST_F(LimiterChainTest, ARequestIsRefusedByAnyLimiter) {
  second_.request = [](const plugboard_limit_subject&, plugboard_limit_refusal& refusal) {
    refusal.retry_after_ms = 77;
    return PLUGBOARD_DENY;
  };
  const LimiterChain limits = chain({link(first_, "a"), link(second_, "b")});
  const auto refusal = limits.request("192.0.2.7", now_);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->retry_after_ms, 77u);
}

TEST_F(LimiterChainTest, ALimiterThatStaysKeepsItsSlotThroughAReload) {
  const LimiterLink kept = link(first_);
  const LimiterChain before = chain({kept});
  const LimiterChain after = chain({kept});
  LimiterTicket ticket = connected(before);
  (void)ticket.charge(10, now_);
  after.adopt(ticket, {"192.0.2.7", "", {}}, true, now_);
  EXPECT_EQ(first_.held, std::set<std::uint64_t>{1});
  (void)ticket.charge(10, now_);
  ASSERT_EQ(first_.renewals.size(), 2u);
  EXPECT_EQ(first_.renewals[1].messages, 1u) << "what was done before the reload is still told";
}

TEST_F(LimiterChainTest, ALimiterThatLeavesGetsItsSlotBack) {
  const LimiterChain before = chain({link(first_)});
  LimiterTicket ticket = connected(before);
  LimiterChain().adopt(ticket, {"192.0.2.7", "", {}}, true, now_);
  EXPECT_TRUE(first_.held.empty());
  EXPECT_EQ(ticket.charge(1 << 20, now_), Charge::kAllowed);
}

TEST_F(LimiterChainTest, ALimiterThatIsNewCountsAnAdoptedConnection) {
  const LimiterChain before = chain({link(first_, "a")});
  const LimiterChain after = chain({link(second_, "b")});
  LimiterTicket ticket = connected(before);
  after.adopt(ticket, {"192.0.2.7", "", {}}, true, now_);
  EXPECT_TRUE(first_.held.empty());
  EXPECT_EQ(second_.held.size(), 1u);
  EXPECT_EQ(second_.flags_seen, PLUGBOARD_LIMIT_ADOPTED);
}

TEST_F(LimiterChainTest, ATicketOfNobodyIsAdoptedWithItsKey) {
  std::string key;
  std::uint32_t flags = 0;
  first_.admit = [&](std::uint64_t, const plugboard_limit_subject& subject,
                     plugboard_limit_refusal&) {
    key = text(subject.key);
    flags = subject.flags;
    return PLUGBOARD_OK;
  };
  const LimiterChain after = chain({link(first_)});
  LimiterTicket ticket;
  after.adopt(ticket, {"192.0.2.7", "team-key-1", {}}, true, now_);
  EXPECT_EQ(key, "team-key-1");
  EXPECT_EQ(flags, PLUGBOARD_LIMIT_ADOPTED);
}

TEST_F(LimiterChainTest, ANewLimiterThatFailsHasNoSayOverAnAdoptedConnection) {
  const LimiterChain after = chain({link(first_)});
  first_.connect_status = PLUGBOARD_ERROR;
  LimiterTicket ticket;
  after.adopt(ticket, {"192.0.2.7", "", {}}, false, now_);
  EXPECT_EQ(ticket.charge(1, now_), Charge::kAllowed);
  EXPECT_TRUE(first_.renewals.empty());
}

TEST_F(LimiterChainTest, ATicketKeepsItsLimiterAliveAfterTheChainHasGone) {
  bool destroyed = false;
  first_.destroy = [&] { destroyed = true; };
  LimiterTicket ticket;
  {
    const LimiterChain limits = chain({link(first_)});
    ticket = connected(limits);
  }
  EXPECT_EQ(ticket.charge(1, now_), Charge::kAllowed);
  EXPECT_FALSE(destroyed);
  ticket.release();
  stage_.end();
  EXPECT_TRUE(destroyed);
}

}  // namespace
}  // namespace plugboard::extension::test
