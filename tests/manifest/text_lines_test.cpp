#include "manifest/text_lines.hpp"

#include <gtest/gtest.h>

namespace plugboard::manifest {
namespace {

TEST(TextLines, ColumnsCountCharactersNotBytes) {
  constexpr std::string_view kText = "a\n\xC3\xA4\xF0\x9F\x98\x80z";
  EXPECT_EQ(TextLines(kText).offset({2, 3}), 8U);
  EXPECT_EQ(TextLines(kText).position(8), (Position{2, 3}));
}

TEST(TextLines, LongLinesAreAddressedAsShortOnes) {
  std::string text =
      "\xEF\xBB\xBF"
      "a\n";
  for (int i = 0; i < 1000; ++i) text += "\xC3\xA4";
  text += "z";
  const TextLines lines(text);
  for (const std::uint32_t column : {1U, 254U, 255U, 256U, 257U, 1000U, 1001U}) {
    EXPECT_EQ(lines.offset({2, column}), 5 + 2 * (column - 1)) << column;
    EXPECT_EQ(lines.position(5 + 2 * (column - 1)), (Position{2, column}));
  }
}

TEST(TextLines, ByteWithinACharacterIsAtThatCharacter) {
  EXPECT_EQ(TextLines("\xC3\xA4z").position(1), (Position{1, 1}));
}

TEST(TextLines, ByteOrderMarkIsNoCharacter) {
  constexpr std::string_view kText =
      "\xEF\xBB\xBF"
      "ab";
  EXPECT_EQ(TextLines(kText).offset({1, 2}), 4U);
  EXPECT_EQ(TextLines(kText).position(4), (Position{1, 2}));
}

TEST(TextLines, PlacesBeyondTheTextAreItsEnd) {
  EXPECT_EQ(TextLines("ab").offset({9, 1}), 2U);
  EXPECT_EQ(TextLines("ab").offset({1, 9}), 2U);
}

TEST(TextLines, LineZeroIsTheBeginning) { EXPECT_EQ(TextLines("ab").offset({}), 0U); }

TEST(InvalidUtf8, IsNotFoundInUtf8) {
  EXPECT_EQ(first_invalid_utf8("a\n\xC3\xA4\xF0\x9F\x98\x80"), std::nullopt);
}

TEST(InvalidUtf8, IsFoundWhereItBegins) { EXPECT_EQ(first_invalid_utf8("a\n\xC3\xA4\xFFz"), 4U); }

TEST(InvalidUtf8, CharacterCutOffAtTheEndIsFound) { EXPECT_EQ(first_invalid_utf8("ab\n\xC3"), 3U); }

TEST(InvalidUtf8, CharacterCutOffByALineEndIsFound) {
  EXPECT_EQ(first_invalid_utf8("ab\xC3"
                               "\ncd"),
            2U);
}

TEST(InvalidUtf8, SurrogatesAreFound) { EXPECT_EQ(first_invalid_utf8("a\xED\xA0\x80"), 1U); }

TEST(Shortened, ShortTextStays) { EXPECT_EQ(shortened("abc"), "abc"); }

TEST(Shortened, TextOfSixtyCharactersStays) {
  EXPECT_EQ(shortened(std::string(60, 'a')), std::string(60, 'a'));
}

TEST(Shortened, LongerTextIsCut) {
  EXPECT_EQ(shortened(std::string(61, 'a')), std::string(60, 'a') + "...");
}

TEST(Shortened, CharactersAreNotCutApart) {
  std::string text;
  std::string cut;
  for (int i = 0; i < 61; ++i) text += "\xC3\xA4";
  for (int i = 0; i < 60; ++i) cut += "\xC3\xA4";
  EXPECT_EQ(shortened(text), cut + "...");
}

TEST(Shortened, OnlyTheFirstLineStays) {
  EXPECT_EQ(shortened("ab\ncd"), "ab...");
  EXPECT_EQ(shortened("ab\r\ncd"), "ab...");
}

}  // namespace
}  // namespace plugboard::manifest
