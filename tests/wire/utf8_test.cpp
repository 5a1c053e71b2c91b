#include "wire/utf8.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace plugboard::wire {
namespace {

const std::vector<std::string> kValid = {
    "",
    "plain",
    "\x7F",
    "\xC2\x80",
    "\xDF\xBF",
    "\xE0\xA0\x80",
    "\xED\x9F\xBF",
    "\xEE\x80\x80",
    "\xEF\xBF\xBF",
    "\xF0\x90\x80\x80",
    "\xF4\x8F\xBF\xBF",
    "\xEF\xBB\xBF after a byte order mark",
    "\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5 and then more text in ASCII to fill a block",
};

/// Texts that fail, and the index of the byte that is the first impossible one.
struct Wrong {
  std::string text;
  std::size_t at;
};
const std::vector<Wrong> kWrong = {
    {"\x80", 0},
    {"\xBF", 0},
    {"\xC0", 0},
    {"\xC1", 0},
    {"\xF5", 0},
    {"\xFE", 0},
    {"\xFF", 0},
    {"\xE0\x9F", 1},
    {"\xED\xA0", 1},
    {"\xED\xBF", 1},
    {"\xF0\x8F", 1},
    {"\xF4\x90", 1},
    {"\xC2 ", 1},
    {"\xC2\xC2", 1},
    {"\xE1\x80 ", 2},
    {"\xE1\x80\xC0", 2},
    {"\xF1\x80\x80 ", 3},
    {"\xF1\x80\x80\xFF", 3},
    {"ab\xE2\x82\xAC\x80", 5},
};

/// Slow and plain, straight from the Unicode standard's table 3-7.
bool reference(std::string_view text) {
  const auto in = [text](std::size_t at, int low, int high) {
    if (at >= text.size()) return false;
    const int byte = static_cast<unsigned char>(text[at]);
    return byte >= low && byte <= high;
  };
  std::size_t at = 0;
  while (at < text.size()) {
    if (in(at, 0, 0x7F)) {
      at += 1;
    } else if (in(at, 0xC2, 0xDF) && in(at + 1, 0x80, 0xBF)) {
      at += 2;
    } else if (((in(at, 0xE0, 0xE0) && in(at + 1, 0xA0, 0xBF)) ||
                (in(at, 0xE1, 0xEC) && in(at + 1, 0x80, 0xBF)) ||
                (in(at, 0xED, 0xED) && in(at + 1, 0x80, 0x9F)) ||
                (in(at, 0xEE, 0xEF) && in(at + 1, 0x80, 0xBF))) &&
               in(at + 2, 0x80, 0xBF)) {
      at += 3;
    } else if (((in(at, 0xF0, 0xF0) && in(at + 1, 0x90, 0xBF)) ||
                (in(at, 0xF1, 0xF3) && in(at + 1, 0x80, 0xBF)) ||
                (in(at, 0xF4, 0xF4) && in(at + 1, 0x80, 0x8F))) &&
               in(at + 2, 0x80, 0xBF) && in(at + 3, 0x80, 0xBF)) {
      at += 4;
    } else {
      return false;
    }
  }
  return true;
}

TEST(Utf8, EveryValidFormPasses) {
  for (const std::string& text : kValid) EXPECT_TRUE(valid_utf8(text)) << text;
}

TEST(Utf8, EveryWrongFormIsRefused) {
  for (const Wrong& wrong : kWrong) EXPECT_FALSE(valid_utf8(wrong.text)) << wrong.text;
}

TEST(Utf8, AWrongByteIsSeenWhereverItStands) {
  for (std::size_t size = 1; size < 300; ++size) {
    for (const std::size_t at : {std::size_t{0}, size / 2, size - 1}) {
      std::string text(size, 'x');
      text[at] = '\xC0';
      EXPECT_FALSE(valid_utf8(text)) << size << " " << at;
    }
  }
}

TEST(Utf8, ACharacterLeftOpenAtTheEndIsRefused) {
  for (const std::string tail : {"\xC3", "\xE2\x82", "\xF0\x9F\x98"}) {
    for (std::size_t before = 0; before < 200; ++before) {
      EXPECT_FALSE(valid_utf8(std::string(before, 'x') + tail));
    }
  }
}

TEST(Utf8, AgreesWithTheStandardsTableOnRandomBytes) {
  std::mt19937 random(11);
  constexpr std::string_view kLikely =
      "\x41\x7F\x80\x8F\x90\x9F\xA0\xBF\xC1\xC2\xDF\xE0\xE1\xED\xEE\xEF\xF0\xF1\xF4\xF5";
  for (int round = 0; round < 200000; ++round) {
    std::string text;
    for (std::size_t size = random() % 7; size > 0; --size)
      text += kLikely[random() % kLikely.size()];
    Utf8Stream stream;
    const bool whole = stream.feed(text) && stream.complete();
    ASSERT_EQ(valid_utf8(text), reference(text));
    ASSERT_EQ(whole, reference(text));
  }
}

TEST(Utf8Prefix, EndsBeforeTheCharacterThatIsWrong) {
  EXPECT_EQ(valid_utf8_prefix("abc"), 3U);
  EXPECT_EQ(valid_utf8_prefix("ab\xE2\x82"), 2U);
  EXPECT_EQ(valid_utf8_prefix("ab\xE2\x82\xAC\xFFzz"), 5U);
  EXPECT_EQ(valid_utf8_prefix(""), 0U);
}

TEST(Utf8Cut, FallsBetweenCharacters) {
  const std::string text = "a\xE2\x82\xAC\xF0\x9F\x98\x80";
  const std::vector<std::size_t> expected = {0, 1, 1, 1, 4, 4, 4, 4, 8, 8};
  for (std::size_t limit = 0; limit < expected.size(); ++limit) {
    EXPECT_EQ(utf8_cut(text, limit), expected[limit]) << limit;
  }
}

TEST(Utf8Stream, TakesFourBytes) { EXPECT_LE(sizeof(Utf8Stream), 4U); }

TEST(Utf8Stream, ValidTextPassesAtEveryPairOfChops) {
  for (const std::string& text : kValid) {
    for (std::size_t first = 0; first <= text.size(); ++first) {
      for (std::size_t second = first; second <= text.size(); ++second) {
        Utf8Stream stream;
        const std::string_view view = text;
        EXPECT_TRUE(stream.feed(view.substr(0, first)));
        EXPECT_TRUE(stream.feed(view.substr(first, second - first)));
        EXPECT_TRUE(stream.feed(view.substr(second)));
        EXPECT_TRUE(stream.complete());
      }
    }
  }
}

TEST(Utf8Stream, FailsAtTheFirstImpossibleByteAtEveryChop) {
  for (const Wrong& wrong : kWrong) {
    for (std::size_t chop = 0; chop <= wrong.at; ++chop) {
      Utf8Stream stream;
      const std::string_view view = wrong.text;
      EXPECT_TRUE(stream.feed(view.substr(0, chop)));
      EXPECT_TRUE(stream.feed(view.substr(chop, wrong.at - chop)));
      EXPECT_FALSE(stream.feed(view.substr(wrong.at, 1))) << wrong.text;
    }
  }
}

TEST(Utf8Stream, AFailureLasts) {
  Utf8Stream stream;
  EXPECT_FALSE(stream.feed("\xFF"));
  EXPECT_FALSE(stream.feed("plain"));
  EXPECT_FALSE(stream.complete());
}

TEST(Utf8Stream, IsIncompleteInsideACharacter) {
  Utf8Stream stream;
  EXPECT_TRUE(stream.complete());
  EXPECT_TRUE(stream.feed("\xE2\x82"));
  EXPECT_FALSE(stream.complete());
  EXPECT_TRUE(stream.feed(""));
  EXPECT_FALSE(stream.complete());
  EXPECT_TRUE(stream.feed("\xAC"));
  EXPECT_TRUE(stream.complete());
}

TEST(Utf8Stream, BeginsAnewAfterReset) {
  Utf8Stream stream;
  EXPECT_FALSE(stream.feed("\xFF"));
  stream.reset();
  EXPECT_TRUE(stream.feed("plain"));
  EXPECT_TRUE(stream.complete());
}

}  // namespace
}  // namespace plugboard::wire
