#include "admission/channel_table.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace plugboard::admission {
namespace {

manifest::Channel channel(std::string name, std::string pattern = manifest::kDefaultIdPattern) {
  manifest::Channel channel;
  channel.name.text = std::move(name);
  channel.id_pattern.text = std::move(pattern);
  return channel;
}

manifest::Channel parsed_channel(std::string name) {
  manifest::Channel parsed = channel(std::move(name));
  parsed.id_parser = manifest::Name{"parser", {}};
  return parsed;
}

const std::vector<manifest::Channel>& channels() {
  static const std::vector<manifest::Channel> kChannels = {
      channel("pwa"),           channel("pwa/key"),       channel("short", "[a-z]{1,3}|long-one"),
      channel("any", "(?s).*"), parsed_channel("parsed"), channel("gr\xC3\xBC\xC3\x9F"),
      channel("100%")};
  return kChannels;
}

struct Case {
  const char* name;
  std::string path;
  const char* destination;  ///< `channel:id`; "" for none

  friend std::ostream& operator<<(std::ostream& out, const Case& one) { return out << one.name; }
};

class PathOf : public testing::TestWithParam<Case> {};

std::string words(const std::optional<Destination>& found) {
  return found ? channels()[found->channel].name.text + ":" + found->id : "";
}

TEST_P(PathOf, NamesItsDestination) {
  const ChannelTable table(channels());
  EXPECT_EQ(words(table.find(GetParam().path)), GetParam().destination);
}

INSTANTIATE_TEST_SUITE_P(
    Channels, PathOf,
    testing::Values(
        Case{"Plain", "/pwa/alice001", "pwa:alice001"},
        Case{"LongestName", "/pwa/key/alice001", "pwa/key:alice001"},
        Case{"IdLikeTheLongerName", "/pwa/key_1234", "pwa:key_1234"},
        Case{"Unknown", "/other/alice001", ""},
        Case{"UnknownBelowAChannel", "/pwa/other/alice001", ""},
        Case{"LetterCaseCounts", "/PWA/alice001", ""}, Case{"OnlyAChannel", "/pwa", ""},
        Case{"OnlyALongChannel", "/pwa/key", ""}, Case{"NoId", "/pwa/", ""}, Case{"Root", "/", ""},
        Case{"Nothing", "", ""}, Case{"NoSlash", "pwa", ""},
        Case{"NoSlashAtTheStart", "pwa/alice001", ""}, Case{"NoChannel", "//alice001", ""},
        Case{"SlashBehind", "/pwa/alice001/", ""}, Case{"SlashBefore", "//pwa/alice001", ""},
        Case{"SlashBetween", "/pwa//alice001", ""},
        Case{"DotsAreNoSteps", "/other/../pwa/alice001", ""}, Case{"Asterisk", "*", ""},
        Case{"EncodedChannel", "/gr%C3%BC%c3%9F/alice001", "gr\xC3\xBC\xC3\x9F:alice001"},
        Case{"ChannelInBytes", "/gr\xC3\xBC\xC3\x9F/alice001", "gr\xC3\xBC\xC3\x9F:alice001"},
        Case{"ChannelThatIsNoEscape", "/100%/alice001", "100%:alice001"},
        Case{"ChannelThatIsNoEscapeEncoded", "/100%25/alice001", "100%:alice001"},
        Case{"BrokenEscapeInTheChannel", "/gr%C/alice001", ""}),
    [](const auto& one) { return std::string(one.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Ids, PathOf,
    testing::Values(
        Case{"Encoded", "/pwa/%61lice%30%301", "pwa:alice001"},
        Case{"TooShort", "/pwa/alice01", ""}, Case{"TooLong", "/pwa/" + std::string(65, 'a'), ""},
        Case{"OtherCharacter", "/pwa/alice.001", ""}, Case{"Colon", "/pwa/alice:001", ""},
        Case{"EncodedSlash", "/pwa/alice%2F001", ""}, Case{"BrokenEscape", "/pwa/alice001%", ""},
        Case{"BrokenEscapeOfLetters", "/pwa/alice%xx001", ""},
        Case{"HalfAnEscape", "/pwa/alice001%4", ""}, Case{"NotUtf8", "/any/alice%FF001", ""},
        Case{"OverlongUtf8", "/any/%C0%AF", ""}, Case{"Surrogate", "/any/%ED%A0%80", ""},
        Case{"Utf8", "/any/%C3%A4", "any:\xC3\xA4"}, Case{"Star", "/any/*", ""},
        Case{"EncodedStar", "/any/%2A", ""}, Case{"TwoStars", "/any/**", "any:**"},
        Case{"AnyColon", "/any/a:b", "any:a:b"}, Case{"AnyEncodedSlash", "/any/a%2Fb", "any:a/b"},
        Case{"AnyEmpty", "/any/", ""}, Case{"Of257Bytes", "/any/" + std::string(257, 'a'), ""},
        Case{"Pattern", "/short/abc", "short:abc"},
        Case{"PatternsOtherHalf", "/short/long-one", "short:long-one"},
        Case{"PatternMatchesTheWhole", "/short/abcd", ""},
        Case{"PatternMatchesNoLine", "/short/abc%0A", ""},
        Case{"Parsed", "/parsed/what%20ever", "parsed:what ever"},
        Case{"ParsedStar", "/parsed/*", ""}, Case{"ParsedNotUtf8", "/parsed/%FF", ""},
        Case{"ParsedTooLong", "/parsed/" + std::string(257, 'a'), ""}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(ChannelTable, LeavesTheLastWordToParsers) {
  const ChannelTable table(channels());
  EXPECT_FALSE(table.find("/parsed/whatever")->judged);
  EXPECT_TRUE(table.find("/pwa/alice001")->judged);
}

TEST(ChannelTable, JudgesIdsFromElsewhere) {
  const ChannelTable table(channels());
  EXPECT_TRUE(table.valid_id(0, "alice001"));
  EXPECT_FALSE(table.valid_id(0, "alice"));
  EXPECT_FALSE(table.valid_id(3, "*"));
  EXPECT_TRUE(table.valid_id(4, "whatever"));
}

TEST(ChannelTable, TakesIdsOf256Bytes) {
  const ChannelTable table(channels());
  EXPECT_EQ(table.find("/any/" + std::string(256, 'a'))->id.size(), 256u);
}

TEST(ChannelTable, MeasuresIdsDecoded) {
  const ChannelTable table(channels());
  std::string path = "/any/";
  for (int count = 0; count < 256; ++count) path += "%61";
  EXPECT_TRUE(table.find(path).has_value());
}

TEST(ChannelTable, DecodesAnIdOnce) {
  const ChannelTable table(channels());
  EXPECT_EQ(table.find("/any/%2541")->id, "%41");
}

TEST(ChannelTable, StaysRightWhenMoved) {
  ChannelTable table(channels());
  const ChannelTable moved = std::move(table);
  EXPECT_EQ(words(moved.find("/short/abc")), "short:abc");
}

TEST(ChannelTable, WantsPatternsThatCompile) {
  const std::vector<manifest::Channel> broken = {channel("broken", "[")};
  EXPECT_THROW(ChannelTable table(broken), std::invalid_argument);
}

}  // namespace
}  // namespace plugboard::admission
