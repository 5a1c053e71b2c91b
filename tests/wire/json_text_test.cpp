#include "wire/json_text.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "wire/utf8.hpp"

namespace plugboard::wire {
namespace {

JsonText text(std::string_view raw) { return {raw, raw.find('\\') != std::string_view::npos}; }

std::string written(std::string_view value) {
  std::string out;
  append_json_string(out, value);
  return out;
}

TEST(JsonText, APlainOneIsItsValue) {
  EXPECT_TRUE(equals(text("pwa:alice001"), "pwa:alice001"));
  EXPECT_FALSE(equals(text("pwa:alice001"), "pwa:alice002"));
  EXPECT_FALSE(equals(text("pwa:alice001"), "pwa:alice00"));
  EXPECT_TRUE(equals(text(""), ""));
}

TEST(JsonText, OneThatIsNotThereEqualsNothing) {
  EXPECT_FALSE(JsonText{}.present());
  EXPECT_FALSE(equals(JsonText{}, ""));
  EXPECT_FALSE(reads_as(JsonText{}, ""));
  EXPECT_EQ(unescape(JsonText{}), "");
}

const std::vector<std::pair<std::string, std::string>> kSpellings = {
    {R"(\"\\\/\b\f\n\r\t)", "\"\\/\b\f\n\r\t"},
    {R"(fr\u006fm)", "from"},
    {R"(\u0066\u0072\u006F\u006d)", "from"},
    {R"(\u00e9)", "\xC3\xA9"},
    {R"(\u20AC)", "\xE2\x82\xAC"},
    {R"(\uD83D\uDE00)", "\xF0\x9F\x98\x80"},
    {R"(\udbff\udfff)", "\xF4\x8F\xBF\xBF"},
    {R"(a\u0000b)", std::string("a\0b", 3)},
    {R"(\ud800)", "\xED\xA0\x80"},
    {R"(\udfff)", "\xED\xBF\xBF"},
    {R"(\ud800x)", "\xED\xA0\x80x"},
    {R"(\ud800\n)", "\xED\xA0\x80\n"},
    {R"(\ud800\u0041)",
     "\xED\xA0\x80"
     "A"},
    {R"(\ud800\ud83d\ude00)", "\xED\xA0\x80\xF0\x9F\x98\x80"},
    {R"(\ude00\ud83d)", "\xED\xB8\x80\xED\xA0\xBD"},
    {R"(\\u0041)", "\\u0041"},
};

TEST(JsonText, EscapesAreRead) {
  for (const auto& [raw, value] : kSpellings) EXPECT_EQ(unescape(text(raw)), value) << raw;
}

TEST(JsonText, ComparesByValue) {
  for (const auto& [raw, value] : kSpellings) {
    EXPECT_TRUE(equals(text(raw), value)) << raw;
    EXPECT_FALSE(equals(text(raw), value + "x")) << raw;
    EXPECT_FALSE(equals(text(raw + "x"), value)) << raw;
    EXPECT_FALSE(equals(text(raw), value.substr(0, value.size() - 1))) << raw;
  }
}

TEST(JsonText, MayBeReadInPlace) {
  for (const auto& [raw, value] : kSpellings) {
    std::string place = raw;
    const std::size_t size = unescape(JsonText{place, true}, place.data());
    EXPECT_EQ(place.substr(0, size), value);
  }
}

TEST(JsonText, ALoneSurrogateIsNotUtf8) {
  EXPECT_FALSE(valid_utf8(unescape(text(R"(pwa:\ud800lice001)"))));
}

TEST(JsonText, ReadsAsAWordInAnyLetterCase) {
  for (const char* raw : {"from", "FROM", "fRoM", R"(\u0046ROM)", R"(fro\u006D)"}) {
    EXPECT_TRUE(reads_as(text(raw), "from")) << raw;
  }
  for (const char* raw : {"fro", "fromm", "", "frob", "from ", " from", R"(from\n)", "fr\xC3\xB6m",
                          R"(\ud800from)", R"(f\u0020rom)", "&rom", "\x06rom"}) {
    EXPECT_FALSE(reads_as(text(raw), "from")) << raw;
  }
}

TEST(JsonText, ReadsAsAWordThatEndsAtAZero) {
  EXPECT_TRUE(reads_as(text(R"(from\u0000)"), "from"));
  EXPECT_TRUE(reads_as(text(R"(From\u0000and more)"), "from"));
  EXPECT_FALSE(reads_as(text(R"(\u0000from)"), "from"));
  EXPECT_FALSE(reads_as(text(R"(fr\u0000om)"), "from"));
}

TEST(JsonText, ReadsAsAWordThroughUnicodesFolding) {
  EXPECT_TRUE(reads_as(text("addre\xC5\xBF\xC5\xBF"), "address"));
  EXPECT_TRUE(reads_as(text(R"(addre\u017Fs)"), "address"));
  EXPECT_TRUE(reads_as(text("addre\xC3\x9F"), "address"));
  EXPECT_TRUE(reads_as(text("ADDRE\xE1\xBA\x9E"), "address"));
  EXPECT_TRUE(reads_as(text("peer-\xEF\xAC\x86"
                            "atus"),
                       "peer-status"));
  EXPECT_TRUE(reads_as(text("peer-\xEF\xAC\x85"
                            "atu\xC5\xBF"),
                       "peer-status"));
  EXPECT_TRUE(reads_as(text("\xE2\x84\xAA"), "k"));
  EXPECT_TRUE(reads_as(text("\xEF\xAC\x80\xEF\xAC\x81\xEF\xAC\x82\xEF\xAC\x83\xEF\xAC\x84"),
                       "fffiflffiffl"));
  EXPECT_FALSE(reads_as(text("addre\xC3\x9Fs"), "address"));
  EXPECT_FALSE(reads_as(text("addr\xC3\x9F"), "address"));
}

TEST(JsonWriter, EscapesWhatMustBe) {
  EXPECT_EQ(written("plain"), R"("plain")");
  EXPECT_EQ(written(""), R"("")");
  EXPECT_EQ(written("\"\\/\b\f\n\r\t"), R"("\"\\/\b\f\n\r\t")");
  EXPECT_EQ(written(std::string("\0\x1F\x7F", 3)), R"("\u0000\u001f\u007f")");
  EXPECT_EQ(written("\xE2\x82\xAC\xF0\x9F\x98\x80"), "\"\xE2\x82\xAC\xF0\x9F\x98\x80\"");
}

TEST(JsonWriter, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(written("a\xFF\x80z"), "\"a\xEF\xBF\xBD\xEF\xBF\xBDz\"");
  EXPECT_EQ(written("\xE2\x82"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
  EXPECT_EQ(written("\xF4\x90\x80\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST(JsonWriter, WritesLoneSurrogatesAsTheyCame) {
  EXPECT_EQ(written(unescape(text(R"(pwa:\ud800x\udfff)"))), R"("pwa:\ud800x\udfff")");
}

TEST(JsonWriter, AnyBytesBecomeValidJson) {
  std::mt19937 random(5);
  constexpr std::string_view kLikely = "ab\"\\\n\x7F\x80\xA0\xBF\xC2\xE0\xE2\x82\xAC\xED\xF0\x9F";
  for (int round = 0; round < 20000; ++round) {
    std::string value;
    for (std::size_t size = random() % 9; size > 0; --size) {
      value += kLikely[random() % kLikely.size()];
    }
    const std::string out = written(value);
    ASSERT_TRUE(valid_utf8(out));
    if (out.find("\\ud") == std::string::npos) {
      const auto parsed = nlohmann::json::parse(out, nullptr, false);
      ASSERT_TRUE(parsed.is_string()) << out;
      if (valid_utf8(value)) {
        ASSERT_EQ(parsed.get<std::string>(), value);
      }
    }
  }
}

}  // namespace
}  // namespace plugboard::wire
