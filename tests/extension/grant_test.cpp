#include "extension/grant.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace plugboard::extension::test {
namespace {

plugboard_bytes bytes(std::string_view text) { return {text.data(), text.size()}; }

class GrantTest : public testing::Test {
 protected:
  GrantTest() { granted_.size = sizeof granted_; }

  std::shared_ptr<const Grant> copy() {
    auto copied = Grant::copy(granted_);
    if (auto* problem = std::get_if<std::string>(&copied)) {
      ADD_FAILURE() << *problem;
      return nullptr;
    }
    return std::get<std::shared_ptr<const Grant>>(copied);
  }
  std::string problem() {
    auto copied = Grant::copy(granted_);
    auto* problem = std::get_if<std::string>(&copied);
    return problem == nullptr ? "" : *problem;
  }

  plugboard_grant granted_ = {};
};

TEST_F(GrantTest, WithoutConditionsItAllowsEverything) {
  const auto grant = copy();
  EXPECT_TRUE(grant->allows_channel("pwa"));
  EXPECT_TRUE(grant->allows_id("anything"));
  EXPECT_TRUE(grant->reaches("pwa:bob"));
  EXPECT_TRUE(grant->reaches("nothing like an address"));
}

TEST_F(GrantTest, AListHoldsWhatItNames) {
  const std::vector<plugboard_bytes> names = {bytes("z"), bytes("pwa/key"), bytes("a")};
  granted_.channels = names.data();
  granted_.channel_count = names.size();
  const auto grant = copy();
  EXPECT_TRUE(grant->allows_channel("pwa/key"));
  EXPECT_FALSE(grant->allows_channel("pwa"));
}

TEST_F(GrantTest, ReachHoldsThePeersOfTheChannelsNamed) {
  const std::vector<plugboard_bytes> names = {bytes("pwa/key"), bytes("pwa")};
  granted_.reach = names.data();
  granted_.reach_count = names.size();
  const auto grant = copy();
  for (const char* address : {"pwa:bob", "pwa/key:b:c", "pwa:*"}) {
    EXPECT_TRUE(grant->reaches(address)) << address;
  }
  for (const char* address : {"app:bob", "pw:bob", "pwa/k:bob"}) {
    EXPECT_FALSE(grant->reaches(address)) << address;
  }
}

TEST_F(GrantTest, ReachDoesNotHoldWhatNamesNoChannel) {
  const plugboard_bytes name = bytes("pwa");
  granted_.reach = &name;
  granted_.reach_count = 1;
  const auto grant = copy();
  for (const char* address : {"pwa", "", ":pwa"}) EXPECT_FALSE(grant->reaches(address)) << address;
}

TEST_F(GrantTest, AnEmptyListAllowsNothing) {
  const plugboard_bytes none = {};
  granted_.channels = &none;
  granted_.reach = &none;
  const auto grant = copy();
  EXPECT_FALSE(grant->allows_channel("pwa"));
  EXPECT_FALSE(grant->reaches("pwa:bob"));
}

TEST_F(GrantTest, TheWholeIdMustMatch) {
  granted_.ids = bytes("alice-[0-9]+");
  const auto grant = copy();
  EXPECT_TRUE(grant->allows_id("alice-1"));
  EXPECT_FALSE(grant->allows_id("xalice-1"));
  EXPECT_FALSE(grant->allows_id("alice-1x"));
}

TEST_F(GrantTest, ItOwnsWhatItWasGiven) {
  std::string name = "pwa";
  std::string attributes = R"({"team":"blue"})";
  const plugboard_bytes names = bytes(name);
  granted_.channels = &names;
  granted_.channel_count = 1;
  granted_.attributes = bytes(attributes);
  granted_.expires_at_ms = 12;
  granted_.credential = 13;
  granted_.max_connections = 1;
  granted_.max_messages = 2;
  granted_.max_bytes = 3;
  const auto grant = copy();
  name.assign("xxx");
  attributes.assign(attributes.size(), 'x');
  EXPECT_TRUE(grant->allows_channel("pwa"));
  EXPECT_EQ(grant->attributes(), R"({"team":"blue"})");
  EXPECT_EQ(grant->expires_at_ms(), 12);
  EXPECT_EQ(grant->credential(), 13u);
  EXPECT_EQ(grant->limits().max_connections, 1u);
  EXPECT_EQ(grant->limits().max_messages, 2u);
  EXPECT_EQ(grant->limits().max_bytes, 3u);
}

TEST_F(GrantTest, AnIdPatternThatIsNoneIsAProblem) {
  granted_.ids = bytes("(");
  EXPECT_NE(problem().find("ids is not an RE2 pattern"), std::string::npos);
}

TEST_F(GrantTest, AnIdPatternThatIsTooLongIsAProblem) {
  const std::string pattern(5000, 'a');
  granted_.ids = bytes(pattern);
  EXPECT_NE(problem(), "");
}

TEST_F(GrantTest, AttributesThatAreNoObjectAreAProblem) {
  for (const std::string_view text : {"3", "[]", "{", "\"x\"", "{\"a\":\"\xff\"}"}) {
    granted_.attributes = bytes(text);
    EXPECT_NE(problem(), "") << text;
  }
}

TEST_F(GrantTest, AStructOfNoReleaseIsAProblem) {
  granted_.size = sizeof granted_ - 8;
  EXPECT_NE(problem(), "");
}

TEST_F(GrantTest, AStructOfALaterReleaseIsFine) {
  granted_.size = sizeof granted_ + 80;
  EXPECT_EQ(problem(), "");
}

TEST_F(GrantTest, DataThatIsNotThereIsAProblem) {
  const plugboard_bytes hollow = {nullptr, 4};
  granted_.ids = hollow;
  EXPECT_NE(problem(), "");
  granted_.ids = {};
  granted_.attributes = hollow;
  EXPECT_NE(problem(), "");
  granted_.attributes = {};
  granted_.channels = &hollow;
  granted_.channel_count = 1;
  EXPECT_NE(problem(), "");
}

TEST_F(GrantTest, AListOfAbsurdLengthIsAProblem) {
  const plugboard_bytes name = bytes("pwa");
  granted_.reach = &name;
  granted_.reach_count = UINT64_MAX;
  EXPECT_NE(problem(), "");
}

}  // namespace
}  // namespace plugboard::extension::test
