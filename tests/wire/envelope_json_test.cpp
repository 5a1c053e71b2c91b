// Which messages are JSON objects.
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "wire/envelope.hpp"
#include "wire/scanned_message.hpp"

namespace plugboard::wire {
namespace {

std::string with_payload(std::string_view value) {
  return R"({"payload":)" + std::string(value) + "}";
}

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const std::string_view part : parts) out += part;
  return out;
}

std::string nested(std::size_t levels, std::string_view open, std::string_view close) {
  std::string out = R"({"payload":)";
  for (std::size_t i = 1; i < levels; ++i) out += open;
  out += "0";
  for (std::size_t i = 1; i < levels; ++i) out += close;
  return out + "}";
}

TEST(Envelope, OnlyAnObjectIsAMessage) {
  for (const std::string_view message : {"",
                                         " ",
                                         "[]",
                                         "\"x\"",
                                         "1",
                                         "true",
                                         "null",
                                         "[{}]",
                                         "{",
                                         "}",
                                         "{}{}",
                                         "{}x",
                                         "x{}",
                                         "{},",
                                         "{}}",
                                         "{{}}",
                                         "{}\v",
                                         "\xC2\xA0{}",
                                         "{}\xEF\xBB\xBF",
                                         "\xEF\xBB\xBF{}",
                                         "//\n{}",
                                         "{}//"}) {
    EXPECT_FALSE(valid(message)) << message;
  }
  EXPECT_FALSE(valid(std::string_view("{}\0", 3)));
  EXPECT_FALSE(valid(std::string_view("\0{}", 3)));
}

TEST(Envelope, WhiteSpaceMayStandAround) {
  for (const std::string_view message :
       {"{}", " {} ", "\t\r\n{\t\r\n}\n", R"({ "a" : 1 , "b" : [ 1 , 2 , { } , [ ] ] })"}) {
    EXPECT_TRUE(valid(message)) << message;
  }
}

const std::vector<std::string> kValues = {
    // Words and structure.
    "true",
    "false",
    "null",
    "[]",
    "{}",
    "[[]]",
    "[{}]",
    R"({"":""})",
    R"({"a":{"a":{"a":1}}})",
    "[1,2]",
    "[ ]",
    "{ }",
    "[[],[],{}]",
    R"([null,1,"1",{}])",
    // Numbers of any size.
    "0",
    "-0",
    "1",
    "-1",
    "10",
    "0.0",
    "-0.5",
    "1e1",
    "1E1",
    "1e+1",
    "1e-1",
    "1.5E-10",
    "0e0",
    "0.1e1",
    "1e999",
    "-1e999",
    "1e-999",
    "123456789012345678901234567890",
    "0.123456789012345678901234567890",
    "1e00000001",
    "9223372036854775808",
    "1e4294967296",
    // Strings: every escape, lone surrogates, zeros, what need not be escaped.
    R"("")",
    R"("\"\\\/\b\f\n\r\t")",
    R"("\u0000")",
    R"("\u0020\uABCD\uabcd\uFfFf")",
    R"("\ud83d\ude00")",
    R"("\ud800")",
    R"("\udc00")",
    R"("\udc00\ud800")",
    R"("\ud800\ud800")",
    R"("\ud800x")",
    R"("\ud800\n")",
    "\"\x7F\"",
    "\"\xC2\x80\"",
    "\"\xED\x9F\xBF\"",
    "\"\xEE\x80\x80\"",
    "\"\xEF\xBF\xBF\"",
    "\"\xEF\xBB\xBF\"",
    "\"\xF0\x90\x80\x80\"",
    "\"\xF4\x8F\xBF\xBF\"",
    "\"\xE2\x80\xA8\"",
    "\"/\"",
    "\"'\"",
    R"("a\\")",
    R"("\\\\")",
    R"("\\\"")",
    "\"{}[]:,\"",
    "\"\xF0\x9F\x98\x80\"",
};

const std::vector<std::string> kWrongValues = {
    // Words and structure.
    "",
    "True",
    "tru",
    "truee",
    "nul",
    "nulll",
    "fals",
    "undefined",
    "NaN",
    "Infinity",
    "-Infinity",
    "[",
    "]",
    "[1",
    "[1,",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[1,,2]",
    "[,]",
    "{",
    "{]",
    "[}",
    "[1}",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{,\"a\":1}",
    "{\"a\" 1}",
    "{\"a\"::1}",
    "{\"a\",1}",
    "{a:1}",
    "{'a':1}",
    "{1:1}",
    "{null:1}",
    "{[]:1}",
    "{\"a\":1 \"b\":2}",
    "{\"a\":1;\"b\":2}",
    "[\"a\":1]",
    "[1:2]",

    "1 2",
    "[]]",
    "{}}",
    "()",
    "[1]x",
    "/*c*/1",
    "1//c",
    "#",
    "@",
    "\v1",
    "\f1",
    "\xC2\xA0{}",
    "\xE2\x80\xA8{}",
    "\xEF\xBB\xBF{}",
    // Numbers.
    "+1",
    "01",
    "-01",
    "00",
    "-",
    "--1",
    "1.",
    ".1",
    "-.1",
    "1.e1",
    "1e",
    "1e+",
    "1E-",
    "1ee1",
    "1e1.5",
    "0x1",
    "1_000",
    "1a",
    "0b1",
    "- 1",
    "1 .5",
    "1.5.5",
    "1e1e1",
    "1f",
    "1L",
    "\xEF\xBC\x91",
    "0e",
    "0.e1",
    "1e\xC2\xB9",
    // Strings.
    "\"",
    "\"a",
    "a\"",
    "'a'",
    R"("\")",
    R"("\a")",
    R"("\v")",
    R"("\0")",
    R"("\x41")",
    R"("\')",
    R"("\u")",
    R"("\u1")",
    R"("\u12")",
    R"("\u123")",
    R"("\u123g")",
    R"("\u 123")",
    R"("\U0041")",
    R"("\u{41}")",
    R"("\u+123")",
    R"("\u-123")",
    R"("\ud800\u")",
    R"("\ud800\ud8")",
    "\"\n\"",
    "\"\t\"",
    "\"\r\"",
    "\"\x01\"",
    "\"\x1F\"",
    "\"\\\n\"",
    "\"\x80\"",
    "\"\xBF\"",
    "\"\xC0\x80\"",
    "\"\xC1\xBF\"",
    "\"\xC2\"",
    "\"\xE0\x80\x80\"",
    "\"\xE0\x9F\xBF\"",
    "\"\xED\xA0\x80\"",
    "\"\xED\xBF\xBF\"",
    "\"\xE2\x82\"",
    "\"\xF0\x80\x80\x80\"",
    "\"\xF0\x8F\xBF\xBF\"",
    "\"\xF4\x90\x80\x80\"",
    "\"\xF5\x80\x80\x80\"",
    "\"\xF0\x9F\x98\"",
    "\"\xFE\"",
    "\"\xFF\"",
    "\"\xC3\\\"\"",
    "\"a\" \"b\"",
    "\"a\"b",
};

TEST(Envelope, EveryValueOfJsonMayStandInAMessage) {
  for (const std::string& value : kValues) {
    for (const std::string& message :
         {with_payload(value), with_payload(joined({" ", value, " "})),
          with_payload(joined({"[", value, "]"})), with_payload(joined({"[1, ", value, " , 2]"})),
          with_payload(joined({R"({"a":)", value, "}"})),
          joined({R"({"a":)", value, R"(,"b":)", value, "}"})}) {
      EXPECT_TRUE(valid(message)) << message;
    }
    EXPECT_EQ(scan(with_payload(value)).payload, value);
  }
}

TEST(Envelope, WhatIsNoValueOfJsonMayNotStandInAMessage) {
  for (const std::string& value : kWrongValues) {
    for (const std::string& message :
         {with_payload(value), with_payload(" " + value + " "), with_payload("[1," + value + "]"),
          with_payload("[" + value + ",1]"), with_payload(R"({"a":)" + value + "}"),
          R"({"a":)" + value + R"(,"b":1})"}) {
      EXPECT_FALSE(valid(message)) << message;
    }
  }
}

TEST(Envelope, ANulByteStandsNowhere) {
  const std::string message = R"({"a":"b","c":[1,true]})";
  for (std::size_t at = 0; at <= message.size(); ++at) {
    std::string with_nul = message;
    with_nul.insert(at, 1, '\0');
    EXPECT_FALSE(valid(with_nul)) << at;
  }
}

TEST(Envelope, NoStartOfAMessageIsOne) {
  const std::string message =
      R"({"from":"pwa:alice001","to":"pwa:bob00002","payload":{"a":[1,-2.5e3,"\u00fc\n"],"b":true}})";
  for (std::size_t size = 0; size < message.size(); ++size) {
    EXPECT_FALSE(valid(std::string_view(message).substr(0, size))) << size;
  }
  EXPECT_TRUE(valid(message));
}

TEST(Envelope, NestingToTheLimitIsValidAndOneLevelMoreIsNot) {
  for (const auto& [open, close] : std::vector<std::pair<const char*, const char*>>{
           {"[", "]"}, {R"({"a":)", "}"}, {"[1,", ",2]"}, {R"( { "a" : 1 , "b" : )", " } "}}) {
    EXPECT_TRUE(valid(nested(kMaxNesting, open, close))) << open;
    EXPECT_FALSE(valid(nested(kMaxNesting + 1, open, close))) << open;
    EXPECT_FALSE(valid(nested(100000, open, close))) << open;
  }
}

TEST(Envelope, BracketsMustMatchAtEveryDepth) {
  for (std::size_t level = 0; level < 200; ++level) {
    std::string message = R"({"payload":)";
    std::string closing = "}";
    for (std::size_t i = 0; i < 200; ++i) {
      message += i % 3 == 0 ? R"({"a":)" : "[";
      closing.insert(closing.begin(), i % 3 == 0 ? '}' : ']');
    }
    EXPECT_TRUE(valid(joined({message, "0", closing})));
    closing[level] = closing[level] == '}' ? ']' : '}';
    EXPECT_FALSE(valid(joined({message, "0", closing}))) << level;
  }
}

TEST(Envelope, DeepOpeningWithoutEndIsRefused) {
  EXPECT_FALSE(valid(R"({"a":)" + std::string(1 << 20, '[') + "}"));
}

TEST(Envelope, AStringIsCrossedAtEveryAlignment) {
  for (std::size_t before = 0; before < 70; ++before) {
    for (std::size_t size = 0; size < 150; ++size) {
      std::string head = "{\"";
      head.append(before, 'n').append("\":\"").append(size, 'x');
      ASSERT_TRUE(valid(head + "\"}"));
      ASSERT_TRUE(valid(head + "\\n\"}"));
      ASSERT_FALSE(valid(head + "\n\"}"));
      ASSERT_FALSE(valid(head + "\xFF\"}"));
      ASSERT_FALSE(valid(head + "}"));
      ASSERT_TRUE(valid(head + R"(\\\"\\","a":"b","c":"","d":"\""})"));
    }
  }
}

TEST(Envelope, LongSpacesAndNumbersBetweenStringsAreCrossed) {
  for (std::size_t size = 0; size < 300; ++size) {
    const std::string gap(size, ' ');
    const std::string zeros(size, '0');
    ASSERT_TRUE(valid(joined(
        {"{", gap, R"("a")", gap, ":", gap, "1", zeros, gap, ",", gap, R"("b":"c")", gap, "}"})));
  }
}

}  // namespace
}  // namespace plugboard::wire
