#include "extension/log_text.hpp"

#include <gtest/gtest.h>

#include "extension/complaints.hpp"
#include "extension/fake_services.hpp"

namespace plugboard::extension::test {
namespace {

TEST(LogText, PlainTextStays) { EXPECT_EQ(log_text("naïve 日本 \\n"), "naïve 日本 \\n"); }

TEST(LogText, ControlCharactersAreEscaped) {
  EXPECT_EQ(log_text("a\nb\rc\td\x1b[31m\x7f"), "a\\nb\\rc\\td\\x1b[31m\\x7f");
}

TEST(LogText, LineSeparatorsAndC1ControlsAreEscaped) {
  EXPECT_EQ(log_text("a\u2028b\u0085c"), "a\\xe2\\x80\\xa8b\\xc2\\x85c");
}

TEST(LogText, BytesThatAreNotUtf8AreEscaped) {
  EXPECT_EQ(log_text("a\xff\xc3z\xe2\x82"), "a\\xff\\xc3z\\xe2\\x82");
}

TEST(LogText, ANulIsEscaped) { EXPECT_EQ(log_text(std::string_view("a\0b", 3)), "a\\x00b"); }

TEST(LogText, ALongTextIsCutBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "é";
  const std::string cut = log_text(text);
  EXPECT_EQ(cut.size(), 4095u);
  EXPECT_EQ(cut.substr(cut.size() - 5), "é...");
}

TEST(LogText, ATextOfExactlyTheLimitIsNotCut) {
  EXPECT_EQ(log_text(std::string(4096, 'a')), std::string(4096, 'a'));
  EXPECT_EQ(log_text(std::string(4097, 'a')), std::string(4093, 'a') + "...");
}

TEST(Complaints, AreWrittenOnceASecondWithTheNumberLeftOut) {
  FakeServices services;
  Complaints complaints(services, "fake");
  for (int i = 0; i < 5; ++i) complaints.add(PLUGBOARD_LOG_ERROR, "it is broken");
  ASSERT_EQ(services.lines().size(), 1u);
  EXPECT_EQ(services.lines()[0].text, "it is broken");
  EXPECT_EQ(services.lines()[0].instance, "fake");
  services.advance(1'000'000'000);
  complaints.add(PLUGBOARD_LOG_ERROR, "it is broken");
  ASSERT_EQ(services.lines().size(), 2u);
  EXPECT_EQ(services.lines()[1].text, "it is broken (4 more lines about it were left out)");
}

}  // namespace
}  // namespace plugboard::extension::test
