#include "http/field.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "http/bearer.hpp"

namespace plugboard::http {
namespace {

std::vector<std::string_view> elements(std::string_view list) {
  std::vector<std::string_view> all;
  ListReader reader(list);
  while (const auto element = reader.next()) all.push_back(*element);
  return all;
}

using Elements = std::vector<std::string_view>;

TEST(Field, ComparesTextWithoutRegardToLetterCase) {
  EXPECT_TRUE(same_text("Content-LENGTH", "content-length"));
  EXPECT_FALSE(same_text("Content-Length", "Content-Lengt"));
  EXPECT_FALSE(same_text("K", "\xE2\x84\xAA"));
}

TEST(Field, FoldsLettersOnly) {
  EXPECT_FALSE(same_text("@", "`"));
  EXPECT_FALSE(same_text("[", "{"));
}

TEST(Field, TokensAreOfTheirCharacters) {
  EXPECT_TRUE(is_token("aZ09!#$%&'*+-.^_`|~"));
  for (const char c : std::string_view("()<>@,;:\\\"/[]?={} \t\r\n\x7F\x80\0", 24)) {
    EXPECT_FALSE(is_token(std::string(1, c))) << static_cast<int>(c);
  }
  EXPECT_FALSE(is_token(""));
}

TEST(Field, ListsAreReadElementByElement) {
  EXPECT_EQ(elements("a, b ,\tc"), (Elements{"a", "b", "c"}));
}

TEST(Field, EmptyElementsArePassedOver) {
  EXPECT_EQ(elements(",, a ,\t, b,"), (Elements{"a", "b"}));
  EXPECT_EQ(elements(" , "), Elements{});
  EXPECT_EQ(elements(""), Elements{});
}

TEST(Field, TokensAreFoundInListsAsAWhole) {
  EXPECT_TRUE(lists_token("keep-alive, UPGRADE", "upgrade"));
  EXPECT_FALSE(lists_token("upgrades, no-upgrade", "upgrade"));
}

TEST(Bearer, ATokenFollowsItsScheme) {
  EXPECT_EQ(bearer_token("Bearer abc"), "abc");
  EXPECT_EQ(bearer_token("bEARER   abc  "), "abc");
}

TEST(Bearer, OtherSchemesBringNone) {
  EXPECT_EQ(bearer_token("Basic abc"), std::nullopt);
  EXPECT_EQ(bearer_token("Bearerabc"), std::nullopt);
  EXPECT_EQ(bearer_token("abc"), std::nullopt);
  EXPECT_EQ(bearer_token(""), std::nullopt);
}

TEST(Bearer, AnEmptyTokenIsNone) {
  EXPECT_EQ(bearer_token("Bearer"), std::nullopt);
  EXPECT_EQ(bearer_token("Bearer  "), std::nullopt);
}

TEST(Bearer, ATokenIsGivenWholeWhateverItHolds) { EXPECT_EQ(bearer_token("Bearer a b"), "a b"); }

}  // namespace
}  // namespace plugboard::http
