#include "admission/grant_check.hpp"

#include <gtest/gtest.h>
#include <plugboard/key_store.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plugboard::admission {
namespace {

using Names = std::optional<std::vector<std::string_view>>;

plugboard_bytes bytes(std::string_view text) {
  plugboard_bytes borrowed{};
  borrowed.data = text.data();
  borrowed.size = text.size();
  return borrowed;
}

/// A grant of these; what is not given does not restrict.
std::shared_ptr<const extension::Grant> grant(const Names& channels, std::string_view ids,
                                              const Names& reach) {
  static const plugboard_bytes kNone{};
  plugboard_grant granted{};
  granted.size = sizeof(granted);
  granted.ids = bytes(ids);
  std::vector<plugboard_bytes> channel_names;
  std::vector<plugboard_bytes> reach_names;
  if (channels) {
    for (const std::string_view name : *channels) channel_names.push_back(bytes(name));
    granted.channels = channel_names.empty() ? &kNone : channel_names.data();
    granted.channel_count = channel_names.size();
  }
  if (reach) {
    for (const std::string_view name : *reach) reach_names.push_back(bytes(name));
    granted.reach = reach_names.empty() ? &kNone : reach_names.data();
    granted.reach_count = reach_names.size();
  }
  return std::get<std::shared_ptr<const extension::Grant>>(extension::Grant::copy(granted));
}

std::string judged(const extension::Grant* grant, std::string_view channel, std::string_view id) {
  const auto refusal = check_grant(grant, channel, id);
  return refusal ? refusal->code : "allowed";
}

TEST(GrantCheck, AllowsEverythingWithoutAGrant) {
  EXPECT_EQ(judged(nullptr, "pwa", "alice001"), "allowed");
}

TEST(GrantCheck, AllowsEverythingThatIsNotRestricted) {
  EXPECT_EQ(judged(grant({}, "", {}).get(), "pwa", "alice001"), "allowed");
}

TEST(GrantCheck, AllowsTheChannelsNamed) {
  const auto restricted = grant(Names{{"pwa", "app"}}, "", {});
  EXPECT_EQ(judged(restricted.get(), "app", "alice001"), "allowed");
  EXPECT_EQ(judged(restricted.get(), "pwa/key", "alice001"), "FORBIDDEN_CHANNEL");
}

TEST(GrantCheck, AllowsNoChannelIfNoneIsNamed) {
  EXPECT_EQ(judged(grant(Names{std::vector<std::string_view>{}}, "", {}).get(), "pwa", "alice001"),
            "FORBIDDEN_CHANNEL");
}

TEST(GrantCheck, AllowsIdsThatMatchAsAWhole) {
  const auto restricted = grant({}, "team-.*|bob", {});
  EXPECT_EQ(judged(restricted.get(), "pwa", "team-alice"), "allowed");
  EXPECT_EQ(judged(restricted.get(), "pwa", "my-team-alice"), "FORBIDDEN_ID");
  EXPECT_EQ(judged(restricted.get(), "pwa", "bobby"), "FORBIDDEN_ID");
}

TEST(GrantCheck, NamesTheChannelFirst) {
  EXPECT_EQ(judged(grant(Names{{"app"}}, "x", {}).get(), "pwa", "alice001"), "FORBIDDEN_CHANNEL");
}

TEST(GrantCheck, ReachIsNotJoining) {
  EXPECT_EQ(judged(grant({}, "", Names{{"app"}}).get(), "pwa", "alice001"), "allowed");
}

}  // namespace
}  // namespace plugboard::admission
