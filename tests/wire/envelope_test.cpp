// What is read of a message, and how it is judged.
#include "wire/envelope.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "wire/scanned_message.hpp"

namespace plugboard::wire {
namespace {

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

}  // namespace
}  // namespace plugboard::wire
