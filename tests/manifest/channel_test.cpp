#include <gtest/gtest.h>

#include "manifest_text.hpp"

namespace plugboard::manifest {
namespace {

constexpr std::string_view kOpenChain = "chain.key_store = \"open\"\n";

/// The channel made of `members`.
Channel channel_of(std::string_view members) {
  const Manifest manifest =
      manifest_of(std::string(kOpenChain) + "[[channel]]\n" + std::string(members));
  return manifest.channels.empty() ? Channel{} : manifest.channels.front();
}

/// What is said of a channel made of `members`, which begin at line 3.
std::string complaints_of(std::string_view members) {
  const std::string all =
      complaints_about(std::string(kOpenChain) + "[[channel]]\n" + std::string(members));
  std::string lines;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = all.find('\n', at) + 1;
    // Line 1 is warned of for being open.
    if (all.compare(at, 2, "1:") != 0) lines += all.substr(at, end - at);
    at = end;
  }
  return lines;
}

constexpr std::string_view kNameForm =
    "; allowed: up to 256 bytes without \":\", \"?\", \"#\" and control characters; slashes only "
    "between segments\n";

TEST(ChannelTable, HasTheDefaultsOfItsReference) {
  const Channel channel = channel_of("name = 'pwa'");
  EXPECT_EQ(channel.name, (Name{"pwa", {}}));
  EXPECT_EQ(channel.name.position, (Position{3, 8}));
  EXPECT_EQ(channel.on_duplicate, OnDuplicate::kReplace);
  EXPECT_EQ(channel.id_pattern.text, "[A-Za-z0-9_-]{8,64}");
  EXPECT_EQ(channel.id_parser, std::nullopt);
  EXPECT_EQ(channel.undeliverable, Undeliverable::kSilent);
  EXPECT_FALSE(channel.presence_list);
  EXPECT_EQ(channel.stale_evict, std::chrono::seconds(0));
}

TEST(ChannelTable, IsNeeded) {
  EXPECT_EQ(complaints_about("chain = {key_store = ['a'], rate_limiter = ['a']}\n"
                             "[[plugin]]\nname = 'a'\nlibrary = 'a'\n"),
            "1:1: error: there is no channel; allowed: at least one [[channel]] with a name\n");
}

TEST(ChannelTable, EmptyListIsNoChannel) {
  EXPECT_EQ(complaints_about("chain = {key_store = ['a'], rate_limiter = ['a']}\n"
                             "channel = []\n"
                             "[[plugin]]\nname = 'a'\nlibrary = 'a'\n"),
            "2:11: error: there is no channel; allowed: at least one [[channel]] with a name\n");
}

TEST(ChannelTable, StandsInDoubleBrackets) {
  EXPECT_EQ(complaints_about("chain = {key_store = ['a'], rate_limiter = ['a']}\n"
                             "[channel]\nname = 'a'\n"
                             "[[plugin]]\nname = 'a'\nlibrary = 'a'\n"),
            "2:1: error: channel has the wrong type; found a table; allowed: [[channel]] tables, "
            "in double brackets\n");
}

TEST(ChannelTable, ItemThatIsNoTable) {
  EXPECT_EQ(complaints_about("chain = {key_store = ['a'], rate_limiter = ['a']}\n"
                             "channel = ['pwa']\n"
                             "[[plugin]]\nname = 'a'\nlibrary = 'a'\n"),
            "2:12: error: channel has the wrong type; found 'pwa'; allowed: a table\n");
}

TEST(ChannelTable, NamesTheNearestKey) {
  EXPECT_EQ(complaints_of("name = 'pwa'\nonDuplicate = 'replace'"),
            "4:1: error: channel.onDuplicate is not a known key; allowed: name, on_duplicate, "
            "id_pattern, id_parser, undeliverable, presence_list, stale_evict; did you mean "
            "\"on_duplicate\"?\n");
}

TEST(ChannelName, IsNeeded) {
  EXPECT_EQ(complaints_of("presence_list = true"),
            "2:1: error: channel.name is missing; allowed: a string, up to 256 bytes without "
            "\":\", \"?\", \"#\" and control characters; slashes only between segments\n");
}

TEST(ChannelName, MayHoldSlashesAndOtherCharacters) {
  EXPECT_EQ(channel_of("name = 'pwa/key *%\xC3\xA4.'").name.text, "pwa/key *%\xC3\xA4.");
}

TEST(ChannelName, IsNotEmpty) {
  EXPECT_EQ(complaints_of("name = ''"),
            "3:8: error: channel.name is empty; found ''; allowed: a string that is not empty\n");
}

TEST(ChannelName, IsAString) {
  EXPECT_EQ(complaints_of("name = 3"),
            "3:8: error: channel.name has the wrong type; found 3; allowed: a string\n");
}

TEST(ChannelName, HoldsNoColon) {
  EXPECT_EQ(complaints_of("name = 'a:b'"),
            "3:8: error: channel.name holds a colon, which ends a channel's name in addresses; "
            "found 'a:b'" +
                std::string(kNameForm));
}

TEST(ChannelName, HoldsNothingThatEndsAPath) {
  for (const char* name : {"'a?b'", "'a#b'"}) {
    EXPECT_EQ(complaints_of("name = " + std::string(name)),
              "3:8: error: channel.name holds a character that ends the path of a URL; found " +
                  std::string(name) + std::string(kNameForm));
  }
}

TEST(ChannelName, HoldsNoControlCharacter) {
  EXPECT_EQ(complaints_of("name = \"a\\nb\""),
            "3:8: error: channel.name holds a control character; found \"a\\nb\"" +
                std::string(kNameForm));
}

TEST(ChannelName, BeginsWithNoSlash) {
  EXPECT_EQ(complaints_of("name = '/a'"),
            "3:8: error: channel.name begins with a slash; found '/a'" + std::string(kNameForm));
}

TEST(ChannelName, EndsWithNoSlash) {
  EXPECT_EQ(complaints_of("name = 'a/'"),
            "3:8: error: channel.name ends with a slash; found 'a/'" + std::string(kNameForm));
}

TEST(ChannelName, HoldsNoEmptySegment) {
  EXPECT_EQ(
      complaints_of("name = 'a//b'"),
      "3:8: error: channel.name holds an empty segment; found 'a//b'" + std::string(kNameForm));
}

TEST(ChannelName, HoldsNoDotSegments) {
  for (const char* name : {"'.'", "'a/../b'", "'a/.'"}) {
    EXPECT_EQ(complaints_of("name = " + std::string(name)),
              "3:8: error: channel.name holds a segment that URLs resolve away; found " +
                  std::string(name) + std::string(kNameForm));
  }
}

TEST(ChannelName, IsAtMost256Bytes) {
  const std::string longest(256, 'a');
  EXPECT_EQ(channel_of("name = '" + longest + "'").name.text, longest);
  EXPECT_EQ(complaints_of("name = '" + longest + "a'"),
            "3:8: error: channel.name is longer than 256 bytes; found '" + std::string(59, 'a') +
                "..." + std::string(kNameForm));
}

TEST(ChannelName, IsTakenOnce) {
  EXPECT_EQ(complaints_of("name = 'pwa'\n[[channel]]\nname = 'app'\n[[channel]]\nname = 'pwa'"),
            "7:8: error: channel.name is taken by the channel at line 3; found 'pwa'\n");
}

TEST(OnDuplicateKey, TakesBothValues) {
  EXPECT_EQ(channel_of("name = 'a'\non_duplicate = 'reject'").on_duplicate, OnDuplicate::kReject);
  EXPECT_EQ(channel_of("name = 'a'\non_duplicate = 'replace'").on_duplicate, OnDuplicate::kReplace);
}

TEST(IdPattern, IsTaken) {
  EXPECT_EQ(channel_of("name = 'a'\nid_pattern = '[0-9]+'").id_pattern.text, "[0-9]+");
}

TEST(IdPattern, Compiles) {
  EXPECT_EQ(complaints_of("name = 'a'\nid_pattern = '[a'"),
            "4:14: error: channel.id_pattern is not a regular expression (missing ]: [a); found "
            "'[a'; allowed: RE2 syntax\n");
}

TEST(IdPattern, IsNotEmpty) {
  EXPECT_EQ(complaints_of("name = 'a'\nid_pattern = ''"),
            "4:14: error: channel.id_pattern is empty; found ''; allowed: a string that is not "
            "empty\n");
}

TEST(IdParser, NamesAPlugin) {
  const Channel channel =
      channel_of("name = 'a'\nid_parser = 'p'\n[[plugin]]\nname = 'p'\nlibrary = 'p'");
  EXPECT_EQ(channel.id_parser, (Name{"p", {}}));
}

TEST(IdParser, NamesTheNearestPlugin) {
  EXPECT_EQ(
      complaints_of("name = 'a'\nid_parser = 'parsr'\n[[plugin]]\nname = 'parser'\nlibrary = 'p'"),
      "4:13: error: channel.id_parser names no [[plugin]]; found 'parsr'; allowed: "
      "\"parser\"; did you mean \"parser\"?\n");
}

TEST(IdParser, WithoutAnyPlugin) {
  EXPECT_EQ(complaints_of("name = 'a'\nid_parser = 'p'"),
            "4:13: error: channel.id_parser names no [[plugin]]; found 'p'; allowed: the name of a "
            "[[plugin]]; there is none\n");
}

TEST(IdParser, StandsWithoutAPattern) {
  EXPECT_EQ(complaints_of("name = 'a'\nid_pattern = 'x'\nid_parser = 'p'\n"
                          "[[plugin]]\nname = 'p'\nlibrary = 'p'"),
            "5:13: error: channel.id_parser stands beside channel.id_pattern; found 'p'; allowed: "
            "one of id_pattern and id_parser\n");
}

TEST(UndeliverableKey, TakesBothValues) {
  EXPECT_EQ(channel_of("name = 'a'\nundeliverable = 'notify'").undeliverable,
            Undeliverable::kNotify);
  EXPECT_EQ(channel_of("name = 'a'\nundeliverable = 'silent'").undeliverable,
            Undeliverable::kSilent);
}

TEST(PresenceList, IsTrueOrFalse) {
  EXPECT_TRUE(channel_of("name = 'a'\npresence_list = true").presence_list);
}

TEST(StaleEvict, IsADurationOrZero) {
  EXPECT_EQ(channel_of("name = 'a'\nstale_evict = '90s'").stale_evict, std::chrono::seconds(90));
  EXPECT_EQ(channel_of("name = 'a'\nstale_evict = '0ms'").stale_evict, std::chrono::seconds(0));
}

}  // namespace
}  // namespace plugboard::manifest
