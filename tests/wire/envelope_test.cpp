#include "wire/envelope.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "wire/message_maker.hpp"
#include "wire/reference_json.hpp"
#include "wire/utf8.hpp"

namespace plugboard::wire {
namespace {

using test::MessageMaker;
using test::ReferenceJson;

constexpr std::string_view kSender = MessageMaker::kSender;

Envelope scan(std::string_view message) { return scan_envelope(message, kSender); }

bool valid(std::string_view message) { return scan(message).valid; }

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

// What is read.

TEST(Envelope, ARoutedMessageIsReadWhole) {
  const Envelope envelope =
      scan(R"( {"from":"pwa:alice001", "to" : "pwa:bob00002","payload": {"a":[1,2]} } )");
  ASSERT_TRUE(envelope.valid);
  EXPECT_FALSE(envelope.foreign_from);
  EXPECT_FALSE(envelope.duplicate);
  EXPECT_FALSE(envelope.reserved_type);
  EXPECT_TRUE(envelope.routed());
  EXPECT_EQ(envelope.from.raw, "pwa:alice001");
  EXPECT_EQ(envelope.to.raw, "pwa:bob00002");
  EXPECT_EQ(envelope.payload, R"({"a":[1,2]})");
  EXPECT_FALSE(envelope.type.present());
  EXPECT_FALSE(envelope.address.present());
}

TEST(Envelope, AWatchIsRead) {
  const Envelope envelope = scan(R"({"type":"watch","address":"pwa:bob00002"})");
  ASSERT_TRUE(envelope.valid);
  EXPECT_FALSE(envelope.routed());
  EXPECT_TRUE(equals(envelope.type, "watch"));
  EXPECT_TRUE(equals(envelope.address, "pwa:bob00002"));
  EXPECT_EQ(envelope.payload.data(), nullptr);
}

TEST(Envelope, AnEmptyObjectHasNothing) {
  const Envelope envelope = scan("{}");
  ASSERT_TRUE(envelope.valid);
  EXPECT_FALSE(envelope.from.present() || envelope.to.present() || envelope.type.present() ||
               envelope.address.present());
  EXPECT_FALSE(envelope.foreign_from || envelope.duplicate || envelope.reserved_type);
}

TEST(Envelope, AnEmptyStringIsPresent) {
  const Envelope envelope = scan(R"({"from":"pwa:alice001","to":""})");
  EXPECT_TRUE(envelope.to.present());
  EXPECT_TRUE(envelope.routed());
}

TEST(Envelope, NamesMayBeSpelledInEscapes) {
  const Envelope envelope =
      scan(R"({"fr\u006fm":"pwa:\u0061lice001","\u0074o":"b","pa\u0079load":1,"typ\u0065":"x"})");
  ASSERT_TRUE(envelope.valid);
  EXPECT_FALSE(envelope.foreign_from);
  EXPECT_TRUE(envelope.routed());
  EXPECT_TRUE(envelope.from.escaped);
  EXPECT_TRUE(equals(envelope.from, kSender));
  EXPECT_EQ(envelope.payload, "1");
  EXPECT_TRUE(equals(envelope.type, "x"));
}

TEST(Envelope, MembersThatAreNotStringsAreNotPresent) {
  const Envelope envelope = scan(R"({"to":1,"type":null,"address":["x"]})");
  ASSERT_TRUE(envelope.valid);
  EXPECT_FALSE(envelope.to.present() || envelope.type.present() || envelope.address.present());
}

TEST(Envelope, MembersInOtherLetterCaseAreNotPresent) {
  const Envelope envelope = scan(R"({"From":"pwa:alice001","TO":"x","Type":"x","Address":"x"})");
  ASSERT_TRUE(envelope.valid);
  EXPECT_FALSE(envelope.foreign_from || envelope.duplicate);
  EXPECT_FALSE(envelope.from.present() || envelope.to.present() || envelope.type.present() ||
               envelope.address.present());
}

TEST(Envelope, MembersFurtherDownAreThePayloadsOwn) {
  const Envelope envelope = scan(
      R"({"payload":{"from":"pwa:mallory1","to":"x","to":"y","type":"error"},"x":[{"from":1}]})");
  ASSERT_TRUE(envelope.valid);
  EXPECT_FALSE(envelope.foreign_from || envelope.duplicate || envelope.reserved_type);
  EXPECT_FALSE(envelope.from.present() || envelope.to.present() || envelope.type.present());
}

TEST(Envelope, ThePayloadIsAnyValueWithoutTheSpacesAroundIt) {
  for (const std::string value : {"0", "-1.5e+3", "true", "null", R"("a \" b")", "[]", "{}",
                                  "[ 1 , 2 ]", R"({"a":{"b":[]}})"}) {
    EXPECT_EQ(scan("{ \"payload\" :\t" + value + " \n}").payload, value);
    EXPECT_EQ(scan(R"({"payload":)" + value + R"(,"x":1})").payload, value);
  }
}

TEST(Envelope, TheFirstOfSeveralPayloadsCounts) {
  EXPECT_EQ(scan(R"({"payload":1,"payload":2})").payload, "1");
}

// What is judged.

struct Judged {
  const char* message;
  bool foreign_from;
  bool duplicate;
  bool reserved_type;
};

const std::vector<Judged> kJudged = {
    // The sender's own address, in any spelling, is not foreign.
    {R"({"from":"pwa:alice001"})", false, false, false},
    {R"({"from":"\u0070wa\u003Aalice001"})", false, false, false},
    {R"({"FROM":"pwa:alice001"})", false, false, false},
    // Anything else is.
    {R"({"from":"pwa:mallory1"})", true, false, false},
    {R"({"from":"pwa:alice00"})", true, false, false},
    {R"({"from":"pwa:alice0011"})", true, false, false},
    {R"({"from":"PWA:ALICE001"})", true, false, false},
    {R"({"from":""})", true, false, false},
    {R"({"from":null})", true, false, false},
    {R"({"from":1})", true, false, false},
    {R"({"from":["pwa:alice001"]})", true, false, false},
    {R"({"from":{"from":"pwa:alice001"}})", true, false, false},
    {R"({"from":"pwa:alice001\u0000"})", true, false, false},
    {R"({"from":"pwa:alice001\ud800"})", true, false, false},
    {R"({"from":"pwa:alice\ud800001"})", true, false, false},
    // Under any name that some reader takes for `from`.
    {R"({"From":"pwa:mallory1"})", true, false, false},
    {R"({"fRoM":1})", true, false, false},
    {R"({"fro\u006D":"pwa:mallory1"})", true, false, false},
    {R"({"\u0046\u0052\u004f\u004d":"pwa:mallory1"})", true, false, false},
    {R"({"from\u0000":"pwa:mallory1"})", true, false, false},
    {R"({"from\u0000anything":"pwa:mallory1"})", true, false, false},
    // But not under a name that is merely like it.
    {R"({"fro":"pwa:mallory1"})", false, false, false},
    {R"({"fromm":"pwa:mallory1"})", false, false, false},
    {R"({"from ":"pwa:mallory1"})", false, false, false},
    {R"({" from":"pwa:mallory1"})", false, false, false},
    {R"({"\u0000from":"pwa:mallory1"})", false, false, false},
    {R"({"fr\u00f6m":"pwa:mallory1"})", false, false, false},
    {R"({"\ud800from":"pwa:mallory1"})", false, false, false},
    {"{\"fr\xC3\xB6m\":\"pwa:mallory1\"}", false, false, false},
    {"{\"\xEF\xBD\x86rom\":\"pwa:mallory1\"}", false, false, false},
    // The first, the last and the one in between all count.
    {R"({"from":"pwa:mallory1","from":"pwa:alice001"})", true, true, false},
    {R"({"from":"pwa:alice001","from":"pwa:mallory1"})", true, true, false},
    {R"({"from":"pwa:alice001","FROM":1,"from":"pwa:alice001"})", true, true, false},
    // Twice the same is a duplicate, of any kind of value.
    {R"({"from":"pwa:alice001","from":"pwa:alice001"})", false, true, false},
    {R"({"from":"pwa:alice001","From":"pwa:alice001"})", false, true, false},
    {R"({"to":"a","to":"a"})", false, true, false},
    {R"({"to":"a","tO":1})", false, true, false},
    {R"({"to":1,"x":2,"t\u006f":3})", false, true, false},
    {R"({"type":"a","type":"b"})", false, true, false},
    {R"({"TYPE":"a","Type":"b"})", false, true, false},
    {R"({"type":"a","type\u0000":"b"})", false, true, false},
    {R"({"address":"a","ADDRESS":"b"})", false, true, false},
    {R"({"address":"a","addre\u017Fs":"b"})", false, true, false},
    {"{\"address\":\"a\",\"addre\xC3\x9F\":\"b\"}", false, true, false},
    {"{\"addre\xC5\xBF\xC5\xBF\":\"a\",\"ADDRE\xE1\xBA\x9E\":\"b\"}", false, true, false},
    // Other names may stand as often as they like, and each of these once.
    {R"({"payload":1,"payload":2,"x":1,"x":2,"Payload":3})", false, false, false},
    {R"({"from":"pwa:alice001","to":"b","type":"c","address":"d"})", false, false, false},
    {R"({"to":"a","too":"b","t":"c","":"d","tö":"e"})", false, false, false},
    // The server's own types, in any letter case of name and value.
    {R"({"type":"peer-status"})", false, false, true},
    {R"({"type":"error"})", false, false, true},
    {R"({"type":"Error"})", false, false, true},
    {R"({"TYPE":"PEER-STATUS"})", false, false, true},
    {R"({"t\u0079pe":"peer\u002dstatus"})", false, false, true},
    {R"({"type\u0000x":"error"})", false, false, true},
    {R"({"type":"error\u0000x"})", false, false, true},
    {"{\"type\":\"peer-\xC5\xBFtatus\"}", false, false, true},
    {R"({"type":"errors"})", false, false, false},
    {R"({"type":"peer_status"})", false, false, false},
    {R"({"type":["error"]})", false, false, false},
    {R"({"typ":"error","types":"error"})", false, false, false},
    {R"({"type":"x","TYPE":"error"})", false, true, true},
};

TEST(Envelope, EveryWayToReadAMessageIsJudged) {
  for (const Judged& judged : kJudged) {
    const Envelope envelope = scan(judged.message);
    EXPECT_TRUE(envelope.valid) << judged.message;
    EXPECT_EQ(envelope.foreign_from, judged.foreign_from) << judged.message;
    EXPECT_EQ(envelope.duplicate, judged.duplicate) << judged.message;
    EXPECT_EQ(envelope.reserved_type, judged.reserved_type) << judged.message;
  }
}

TEST(Envelope, JudgementDoesNotDependOnWhereAMemberStands) {
  for (std::size_t before = 0; before < 200; ++before) {
    const std::string filling = R"({"x":")" + std::string(before, 'x') + R"(",)";
    EXPECT_TRUE(scan(filling + R"("from":"pwa:mallory1"})").foreign_from);
    EXPECT_TRUE(scan(filling + R"("From\u0000":"pwa:mallory1"})").foreign_from);
    EXPECT_FALSE(scan(filling + R"("from":"pwa:alice001"})").foreign_from);
    EXPECT_TRUE(scan(filling + R"("to":"a","To":"b"})").duplicate);
    EXPECT_TRUE(scan(filling + "\"address\":1,\"addre\xC3\x9F\":2}").duplicate);
    EXPECT_TRUE(scan(filling + R"("type":"ERROR"})").reserved_type);
  }
}

TEST(Envelope, ANameBeyondAsciiIsJudgedBehindOneThatIsNot) {
  EXPECT_TRUE(scan("{\"\xC3\xBC\":1,\"to\":1,\"to\":2}").duplicate);
  EXPECT_TRUE(scan("{\"x\":\"\xC3\xBC\",\"from\":\"pwa:mallory1\"}").foreign_from);
}

TEST(Envelope, SenderAddressesOfAnyLengthAreCompared) {
  for (std::size_t size = 1; size < 300; ++size) {
    const std::string address = "c:" + std::string(size, 'i');
    std::string other = address;
    for (const std::size_t at : {std::size_t{0}, size / 2, size + 1}) {
      other[at] = '#';
      EXPECT_TRUE(scan_envelope(R"({"from":")" + other + "\"}", address).foreign_from);
      other = address;
    }
    EXPECT_FALSE(scan_envelope(R"({"from":")" + address + "\"}", address).foreign_from);
    EXPECT_TRUE(scan_envelope(R"({"from":")" + address + "i\"}", address).foreign_from);
  }
}

TEST(Envelope, AnAddressThatNeedsEscapesIsComparedByValue) {
  const std::string address = "c:a\"b\\c\n\xC3\xBC";
  EXPECT_FALSE(scan_envelope(R"({"from":"c:a\"b\\c\n\u00fc"})", address).foreign_from);
  EXPECT_FALSE(scan_envelope("{\"from\":\"c:a\\\"b\\\\c\\n\xC3\xBC\"}", address).foreign_from);
  EXPECT_TRUE(scan_envelope(R"({"from":"c:a\"b\\c\n\u00fd"})", address).foreign_from);
}

TEST(Envelope, AMessageThatIsNotValidIsNotJudged) {
  const Envelope envelope = scan(R"({"from":"pwa:mallory1","to":"a","to":"b","type":"error",})");
  EXPECT_FALSE(envelope.valid);
  EXPECT_FALSE(envelope.foreign_from || envelope.duplicate || envelope.reserved_type);
  EXPECT_FALSE(envelope.from.present() || envelope.to.present() || envelope.type.present());
}

// What is JSON.

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

// Other readers' opinion.

/// What nlohmann::json makes of a message, without its known errors: it refuses numbers that fit no
/// double and lone surrogates, skips a byte order mark, and takes a zero byte for the end.
enum class Opinion { object, other, exempt };

Opinion opinion_of_nlohmann(std::string_view message, nlohmann::json& out) {
  if (message.starts_with("\xEF\xBB\xBF")) return Opinion::other;
  if (message.find('\0') != std::string_view::npos) return Opinion::other;
  try {
    out = nlohmann::json::parse(message);
    return out.is_object() ? Opinion::object : Opinion::other;
  } catch (const nlohmann::json::out_of_range&) {
    return Opinion::exempt;  // 1e999
  } catch (const nlohmann::json::parse_error& error) {
    const bool surrogate = std::string_view(error.what()).find("surrogate") != std::string::npos;
    return surrogate ? Opinion::exempt : Opinion::other;
  }
}

TEST(Envelope, AgreesWithAPlainReadingOnGeneratedMessages) {
  MessageMaker maker(1);
  int accepted = 0;
  for (int round = 0; round < 100000; ++round) {
    const std::string message = maker.next();
    const bool expected = ReferenceJson::is_object(message, kMaxNesting) && valid_utf8(message);
    ASSERT_EQ(valid(message), expected) << message;
    accepted += expected ? 1 : 0;
  }
  EXPECT_GT(accepted, 50000);
  EXPECT_LT(accepted, 95000);
}

TEST(Envelope, AgreesWithNlohmannOnGeneratedMessages) {
  MessageMaker maker(2);
  for (int round = 0; round < 20000; ++round) {
    const std::string message = maker.next();
    const Envelope envelope = scan(message);
    nlohmann::json theirs;
    const Opinion opinion = opinion_of_nlohmann(message, theirs);
    if (opinion == Opinion::exempt) continue;
    ASSERT_EQ(envelope.valid, opinion == Opinion::object) << message;
    if (!envelope.valid || envelope.duplicate) continue;
    const auto same = [&theirs](const char* name, JsonText text) {
      const auto found = theirs.find(name);
      if (found == theirs.end() || !found->is_string()) return !text.present();
      return text.present() && unescape(text) == found->get<std::string>();
    };
    ASSERT_TRUE(same("from", envelope.from)) << message;
    ASSERT_TRUE(same("to", envelope.to)) << message;
    ASSERT_TRUE(same("type", envelope.type)) << message;
    ASSERT_TRUE(same("address", envelope.address)) << message;
    ASSERT_EQ(theirs.contains("payload"), envelope.payload.data() != nullptr) << message;
  }
}

}  // namespace
}  // namespace plugboard::wire
