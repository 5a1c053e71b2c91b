#include "extension/credential_table.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace plugboard::extension::test {
namespace {

using Peers = std::vector<PeerHandle>;

TEST(CredentialTable, ARevocationFindsThoseListed) {
  CredentialTable table;
  const auto one = table.admit(5, 11, table.epoch());
  const auto other = table.admit(6, 12, table.epoch());
  EXPECT_EQ(table.revoke(5), Peers{11});
}

TEST(CredentialTable, AnEntryThatHasGoneIsNotFound) {
  CredentialTable table;
  auto first = table.admit(5, 11, table.epoch());
  auto middle = table.admit(5, 12, table.epoch());
  auto last = table.admit(5, 13, table.epoch());
  middle.reset();
  EXPECT_EQ(table.revoke(5), (Peers{13, 11}));
  last.reset();
  EXPECT_EQ(table.revoke(5), Peers{11});
  first.reset();
  EXPECT_TRUE(table.revoke(5).empty());
  EXPECT_TRUE(table.list().empty());
}

TEST(CredentialTable, WhoWasAskedAboutBeforeARevocationIsNotAdmitted) {
  CredentialTable table;
  const std::uint64_t asked_at = table.epoch();
  EXPECT_TRUE(table.revoke(5).empty());
  EXPECT_EQ(table.admit(5, 11, asked_at), nullptr);
  EXPECT_NE(table.admit(6, 11, asked_at), nullptr);
  EXPECT_NE(table.admit(5, 11, table.epoch()), nullptr);
}

TEST(CredentialTable, ARefusedAdmissionLeavesTheListAlone) {
  CredentialTable table;
  const std::uint64_t asked_at = table.epoch();
  (void)table.revoke(5);
  const auto listed = table.admit(5, 11, table.epoch());
  EXPECT_EQ(table.admit(5, 12, asked_at), nullptr);
  EXPECT_EQ(table.list(), (std::vector<std::pair<std::uint64_t, std::uint64_t>>{{5, 1}}));
}

TEST(CredentialTable, MoreRevocationsThanAreRememberedRefuseRatherThanForget) {
  CredentialTable table;
  const std::uint64_t asked_at = table.epoch();
  (void)table.revoke(5);
  for (std::uint64_t other = 100; other < 100 + 20'000; ++other) (void)table.revoke(other);
  EXPECT_EQ(table.admit(5, 11, asked_at), nullptr);
  EXPECT_EQ(table.admit(6, 11, asked_at), nullptr) << "it may have been among the forgotten";
  EXPECT_NE(table.admit(5, 11, table.epoch()), nullptr);
}

// A store's own truth is a flag; whoever is admitted after the flag was cleared and the revocation
// done has slipped through.
TEST(CredentialTable, NobodySlipsThroughARevocation) {
  for (int round = 0; round < 2000; ++round) {
    CredentialTable table;
    std::atomic<bool> valid = true;
    std::unique_ptr<CredentialEntry> entry;
    Peers revoked;
    {
      std::jthread asking([&] {
        const std::uint64_t asked_at = table.epoch();
        if (valid.load()) entry = table.admit(5, 11, asked_at);
      });
      std::jthread revoking([&] {
        valid.store(false);
        revoked = table.revoke(5);
      });
    }
    ASSERT_EQ(entry != nullptr, revoked == Peers{11});
  }
}

}  // namespace
}  // namespace plugboard::extension::test
