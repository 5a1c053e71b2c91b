#include <gtest/gtest.h>

#include "manifest/key_depth.hpp"
#include "manifest_text.hpp"

namespace plugboard::manifest {
namespace {

std::string repeated(std::string_view part, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += part;
  return text;
}

TEST(Syntax, MistakeIsNamedWithItsPlace) {
  EXPECT_EQ(complaints_about("[server]\nlisten = [\"a:1\"\nthreads = 2\n"),
            "3:1: error: not valid TOML: array: expected comma or closing ']', saw 't'\n");
}

TEST(Syntax, OnlyTheFirstMistakeIsTold) {
  EXPECT_EQ(complaints_about("a = 1 2\nb = 3 4\n"),
            "1:7: error: not valid TOML: key-value pair: expected a comment or whitespace, saw "
            "'2'\n");
}

TEST(Syntax, KeyWrittenTwice) {
  EXPECT_EQ(complaints_about("[log]\nlevel = \"info\"\nlevel = \"info\"\n"),
            "3:9: error: not valid TOML: key-value pair: cannot redefine existing string "
            "'level'\n");
}

TEST(Syntax, BytesThatAreNotUtf8AreNamedWithTheirPlace) {
  EXPECT_EQ(complaints_about("a = 1\nb = \"\xC3\xA4\xFF\"\n"),
            "2:7: error: the manifest is not UTF-8 text\n");
}

TEST(Syntax, ZeroByteIsAMistake) {
  EXPECT_EQ(complaints_about(std::string_view("a = 1\nb = \0", 11)),
            "2:5: error: not valid TOML: value: unexpected control character\n");
}

TEST(Syntax, AnyCharacterMayFollowAnEscapedLineEnd) {
  EXPECT_EQ(manifest_of("chain.key_store = \"open\"\n[[channel]]\n"
                        "name = \"\"\"a\\\n  \xC2\xA7\"\"\"\n")
                .channels.front()
                .name.text,
            "a\xC2\xA7");
}

TEST(Syntax, CharactersBeyondAsciiStandInStringsOnly) {
  EXPECT_EQ(complaints_about("a = 1\n\xC2\xA7 = 2\n"),
            "2:1: error: not valid TOML: root table: expected keys, tables, whitespace or "
            "comments, saw '\xC2\xA7'\n");
}

TEST(Syntax, EmptyManifestSaysWhatItNeeds) {
  EXPECT_EQ(to_text(std::get<std::vector<Diagnostic>>(read_text(""))),
            "/etc/relay/relay.toml: error: the manifest is empty; allowed: at least a [[channel]] "
            "with a name, and chain.key_store\n");
}

TEST(Syntax, ManifestOfCommentsIsEmpty) {
  EXPECT_EQ(to_text(std::get<std::vector<Diagnostic>>(read_text("# nothing\n\n"))),
            "/etc/relay/relay.toml: error: the manifest is empty; allowed: at least a [[channel]] "
            "with a name, and chain.key_store\n");
}

TEST(Syntax, ManifestOfOneMebibyteIsRead) {
  std::string text(kNeeded);
  text += "#" + std::string(kMaxManifestBytes - text.size() - 1, ' ');
  EXPECT_EQ(manifest_of(text).channels.size(), 1U);
}

TEST(Syntax, PlacesInLongLinesAreKept) {
  std::string text = std::string(kNeeded) + "[[plugin]]\nname = 'p'\nlibrary = 'p'\nconfig.k = [";
  for (int i = 0; i < 20'000; ++i) text += "1,";
  const Manifest manifest = manifest_of(text + "'\xC3\xA4', true]");
  EXPECT_EQ(manifest.plugins.front().config_sources.at("/k/20001").value, (Position{6, 40'018}));
  EXPECT_EQ(manifest.plugins.front().config_sources.at("/k/20001").written, "true");
}

TEST(Syntax, ManyMistakesAreAllTold) {
  std::string text(kNeeded);
  for (int i = 0; i < 10'000; ++i) text += "[[plugin]]\nname = 'p" + std::to_string(i) + "'\n";
  text += "[server]\norigins = [";
  for (int i = 0; i < 10'000; ++i) text += "'',";
  text += "]\nlisten = [";
  for (int i = 0; i < 10'000; ++i) text += "'a:1',";
  const std::string complaints = complaints_about(text + "]");
  EXPECT_EQ(std::count(complaints.begin(), complaints.end(), '\n'), 30'001);
}

TEST(Syntax, LargerManifestIsRefused) {
  std::string text(kNeeded);
  text += "#" + std::string(kMaxManifestBytes - text.size(), ' ');
  EXPECT_EQ(to_text(std::get<std::vector<Diagnostic>>(read_text(text))),
            "/etc/relay/relay.toml: error: the manifest is larger than 1048576 bytes\n");
}

TEST(Syntax, ByteOrderMarkAndWindowsLinesAreRead) {
  EXPECT_EQ(manifest_of("\xEF\xBB\xBF[chain]\r\nkey_store = \"open\"\r\n"
                        "[[channel]]\r\nname = \"pwa\"\r\n")
                .channels.front()
                .name.position,
            (Position{4, 8}));
}

TEST(Syntax, NamesOfVeryManyPartsAreRefused) {
  EXPECT_EQ(complaints_about("a = 1\n[" + repeated("a.", 500'000) + "a]\n"),
            "2:65: error: a name has too many parts; allowed: at most 32 parts joined by dots\n");
}

TEST(Syntax, VeryDeepListsAreRefused) {
  EXPECT_EQ(complaints_about("a = " + repeated("[", 100'000)),
            "1:37: error: not valid TOML: value: exceeded maximum nested value depth of 32\n");
}

TEST(KeyDepth, NameOfThePermittedPartsIsFine) {
  EXPECT_EQ(first_overlong_key(repeated("a.", 31) + "a = 1"), std::nullopt);
}

TEST(KeyDepth, NameOfOneMoreIsFoundAtTheDot) {
  EXPECT_EQ(first_overlong_key("x = 1\n" + repeated("a.", 32) + "a = 1"), 6U + 63U);
}

TEST(KeyDepth, QuotedPartsCount) {
  EXPECT_TRUE(first_overlong_key(repeated("\"a\".", 32) + "a = 1"));
}

TEST(KeyDepth, NamesInInlineTablesCount) {
  EXPECT_TRUE(first_overlong_key("x = {" + repeated("a.", 32) + "a = 1}"));
}

TEST(KeyDepth, NamesOfTablesCount) {
  EXPECT_TRUE(first_overlong_key("[[" + repeated("a.", 32) + "a]]"));
}

TEST(KeyDepth, DotsInCommentsDoNotCount) {
  EXPECT_EQ(first_overlong_key("a = 1 # " + std::string(99, '.') + "\nb = 2"), std::nullopt);
  EXPECT_EQ(first_overlong_key("# " + std::string(99, '.')), std::nullopt);
}

TEST(KeyDepth, DotsInStringsDoNotCount) {
  const std::string dots(99, '.');
  EXPECT_EQ(first_overlong_key("a = \"\\\"" + dots + "\""), std::nullopt);
  EXPECT_EQ(first_overlong_key("a = '" + dots + "\\'"), std::nullopt);
  EXPECT_EQ(first_overlong_key("a = \"\"\"\n\"\"" + dots + "\n" + dots + "\"\"\""), std::nullopt);
  EXPECT_EQ(first_overlong_key("a = '''\n'" + dots + "\n" + dots + "'''"), std::nullopt);
}

TEST(KeyDepth, StringsThatNeverEndReachToTheEnd) {
  EXPECT_EQ(first_overlong_key("a = \"\"\"" + std::string(99, '.')), std::nullopt);
  EXPECT_EQ(first_overlong_key("a = '" + std::string(99, '.')), std::nullopt);
  EXPECT_EQ(first_overlong_key("a = \"" + std::string(99, '.') + "\\"), std::nullopt);
}

TEST(KeyDepth, QuotesBeforeTheEndOfALongStringBelongToIt) {
  EXPECT_TRUE(first_overlong_key("a = \"\"\"say \"hi\"\"\"\"\"\n" + repeated("a.", 32) + "a = 1"));
}

TEST(KeyDepth, DotsOfSeveralNumbersDoNotAddUp) {
  EXPECT_EQ(first_overlong_key("a = [" + repeated("1.5, ", 99) + "]"), std::nullopt);
}

}  // namespace
}  // namespace plugboard::manifest
