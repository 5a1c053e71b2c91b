// Messages that the relay does not forward: what it judges must be what every receiver reads.
#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

class Refusing : public SharedRelay<Refusing> {
 public:
  static Manifest manifest() { return {}; }

 protected:
  Peer alice_{endpoint(), fresh_id()};
  Peer bob_{endpoint(), fresh_id()};

  /// Puts Alice's address, in quotes, for the value A, and Bob's for B.
  [[nodiscard]] std::string filled(std::string text) const {
    const auto replace = [&text](const std::string& mark, const std::string& address) {
      for (std::size_t at = text.find(mark); at != std::string::npos;
           at = text.find(mark, at + 1)) {
        text.replace(at + 1, 1, "\"" + address + "\"");
      }
    };
    replace(":A", alice_.address());
    replace(":B", bob_.address());
    return text;
  }

  /// Alice sends it and is told `code`; Bob hears nothing of it and both stay connected.
  void expect_error(const std::string& text, const std::string& code) {
    alice_.send_text(filled(text));
    const nlohmann::json told = alice_.receive_json();
    EXPECT_EQ(told.at("type"), "error") << text;
    EXPECT_EQ(told.at("payload").at("code"), code) << text;
    EXPECT_TRUE(told.at("payload").at("message").is_string()) << text;
    const std::string marker = alice_.send(bob_.address(), "after");
    EXPECT_EQ(bob_.receive(), marker) << text;
  }

  /// Alice sends it, nobody hears anything of it, and she stays connected.
  void expect_silence(const std::string& text) {
    alice_.send_text(filled(text));
    alice_.fence();
    const std::string marker = alice_.send(bob_.address(), "after");
    EXPECT_EQ(bob_.receive(), marker) << text;
  }
};

TEST_F(Refusing, AForeignSenderIsToldAndStays) {
  alice_.send_text(routed(bob_.address(), bob_.address(), "I am you"));
  EXPECT_EQ(alice_.receive_json(),
            error("INVALID_FROM", "From field does not match sender identity"));
  bob_.fence();
  alice_.fence();
}

TEST_F(Refusing, AForeignSenderIsFoundHoweverItIsWritten) {
  expect_error(R"({"from":B,"to":B})", "INVALID_FROM");
  expect_error(R"({"to":B,"from":"pwa:nobody01"})", "INVALID_FROM");
  expect_error(R"({"fr\u006fm":B,"to":B})", "INVALID_FROM");
  expect_error(R"({"from":"","to":B})", "INVALID_FROM");
  expect_error(R"({"from":A,"to":B,"from":B})", "INVALID_FROM");
  expect_error(R"({"from":B,"to":B,"from":A})", "INVALID_FROM");
  expect_error(R"({"from":A,"to":B,"FROM":B})", "INVALID_FROM");
  expect_error(R"({"From":B,"from":A,"to":B})", "INVALID_FROM");
  expect_error(R"({"from":A,"to":B,"fRo\u006d":B})", "INVALID_FROM");
}

TEST_F(Refusing, AnyMemberThatReadsAsFromMustBeTheSender) {
  // These are not routed, but some receiver behind a hook might read them otherwise.
  expect_error(R"({"from":A,"to":B,"FROM":7})", "INVALID_FROM");
  expect_error(R"({"from":A,"to":B,"from":null})", "INVALID_FROM");
}

TEST_F(Refusing, TheAddressIsComparedExactly) {
  std::string other_case = alice_.address();
  other_case[0] = 'P';
  expect_error(R"({"from":")" + other_case + R"(","to":B})", "INVALID_FROM");
  expect_error(R"({"from":")" + alice_.address() + R"( ","to":B})", "INVALID_FROM");
  expect_error(R"({"from":")" + alice_.address() + R"(\u0000","to":B})", "INVALID_FROM");
}

TEST_F(Refusing, MembersThatStandTwiceAreRefused) {
  for (const char* text :
       {R"({"from":A,"to":B,"from":A})", R"({"from":A,"to":B,"to":B})",
        R"({"from":A,"to":B,"TO":B})", R"({"from":A,"to":B,"t\u006f":B})",
        R"({"from":A,"to":B,"type":"x","type":"y"})", R"({"from":A,"to":B,"type":1,"Type":2})",
        R"({"from":A,"to":B,"address":1,"address":2})", R"({"from":A,"to":B,"From":A})"}) {
    expect_error(text, "INVALID_MESSAGE");
  }
}

TEST_F(Refusing, MembersThatStandTwiceAreRefusedInRequestsToTheRelayToo) {
  expect_error(R"({"type":"watch","type":"unwatch","address":B})", "INVALID_MESSAGE");
  expect_error(R"({"type":"watch","address":B,"address":A})", "INVALID_MESSAGE");
  expect_error(R"({"type":"watch","address":B,"ADDRESS":A})", "INVALID_MESSAGE");
}

TEST_F(Refusing, OtherMembersMayStandTwice) {
  const std::string text = filled(R"({"from":A,"to":B,"x":1,"x":2,"payload":1,"payload":2})");
  alice_.send_text(text);
  EXPECT_EQ(bob_.receive(), text);
}

TEST_F(Refusing, MembersOfInnerObjectsMayHaveAnyName) {
  const std::string text = filled(
      R"({"from":A,"to":B,"payload":{"from":B,"from":1,"type":"error","type":2,"to":[{"to":1,"to":2}]}})");
  alice_.send_text(text);
  EXPECT_EQ(bob_.receive(), text);
}

TEST_F(Refusing, TheRelaysOwnTypesAreReserved) {
  for (const char* text :
       {R"({"from":A,"to":B,"type":"peer-status"})", R"({"from":A,"to":B,"type":"error"})",
        R"({"type":"error","from":A,"to":B,"payload":{"code":"REPLACED"}})",
        R"({"from":A,"to":B,"type":"Peer-Status"})", R"({"from":A,"to":B,"type":"ERROR"})",
        R"({"from":A,"to":B,"TYPE":"error"})", R"({"from":A,"to":B,"t\u0079pe":"err\u006fr"})"}) {
    expect_error(text, "RESERVED_TYPE");
  }
}

TEST_F(Refusing, OtherTypesAreNot) {
  for (const char* text :
       {R"({"from":A,"to":B,"type":"offer"})", R"({"from":A,"to":B,"type":"errors"})",
        R"({"from":A,"to":B,"type":["error"]})", R"({"from":A,"to":B,"type":"watch"})",
        R"({"from":A,"to":B,"typed":"error"})"}) {
    const std::string message = filled(text);
    alice_.send_text(message);
    EXPECT_EQ(bob_.receive(), message);
  }
}

TEST_F(Refusing, AForeignSenderIsReportedFirstThenDuplicatesThenReservedTypes) {
  expect_error(R"({"from":B,"to":B,"to":B,"type":"error"})", "INVALID_FROM");
  expect_error(R"({"from":A,"to":B,"to":B,"type":"error"})", "INVALID_MESSAGE");
}

TEST_F(Refusing, WhatIsNoJsonObjectGoesNowhere) {
  for (const std::string& text : {std::string(""),
                                  std::string("hello"),
                                  std::string("null"),
                                  std::string("7"),
                                  std::string("\"text\""),
                                  std::string("[]"),
                                  std::string("{"),
                                  std::string("}"),
                                  std::string("{}x"),
                                  std::string("{} {}"),
                                  std::string(R"({"from":A,"to":B,})"),
                                  std::string(R"({"from":A,"to":B)"),
                                  std::string(R"({'from':A,"to":B})"),
                                  std::string(R"({"from":A "to":B})"),
                                  std::string(R"({"from":A,"to":B,"n":01})"),
                                  std::string(R"({"from":A,"to":B,"n":+1})"),
                                  std::string(R"({"from":A,"to":B,"n":.5})"),
                                  std::string(R"({"from":A,"to":B,"n":NaN})"),
                                  std::string(R"({"from":A,"to":B,"s":"\x"})"),
                                  std::string(R"({"from":A,"to":B,"s":"\u12"})"),
                                  std::string("{\"from\":A,\"to\":B,\"s\":\"a\nb\"}"),
                                  std::string(R"({"from":A,"to":B} // comment)"),
                                  std::string("\xef\xbb\xbf") + R"({"from":A,"to":B})"}) {
    expect_silence(text);
  }
}

TEST_F(Refusing, AnObjectThatNobodyHandlesGoesNowhere) {
  for (const char* text :
       {"{}", R"({"from":A})", R"({"to":B})", R"({"from":A,"to":7})", R"({"type":"unknown"})",
        R"({"type":"watch"})", R"({"type":"watch","address":7})", R"({"type":7,"address":B})",
        R"({"type":"unwatch"})", R"({"payload":"nothing else"})"}) {
    expect_silence(text);
  }
}

TEST_F(Refusing, BinaryMessagesAreJudgedInTheSameWay) {
  alice_.socket().send_binary("\xff\xfe not UTF-8");
  alice_.socket().send_binary(routed(bob_.address(), bob_.address(), 1));
  EXPECT_EQ(alice_.receive_json().at("payload").at("code"), "INVALID_FROM");
  alice_.socket().send_binary(watch(bob_.address()));
  EXPECT_EQ(alice_.receive_json(), peer_status(bob_.address(), true));
}

TEST_F(Refusing, BinaryThatIsNotUtf8GoesNowhere) {
  alice_.socket().send_binary(filled("{\"from\":A,\"to\":B,\"s\":\"\xff\"}"));
  alice_.fence();
  const std::string marker = alice_.send(bob_.address(), "after");
  EXPECT_EQ(bob_.receive(), marker);
}

TEST_F(Refusing, NestingGoesToAThousandAndTwentyFourLevels) {
  const auto nested = [&](int arrays) {
    return filled(R"({"from":A,"to":B,"payload":)") + std::string(arrays, '[') +
           std::string(arrays, ']') + "}";
  };
  // The message itself is the first level.
  const std::string deepest = nested(1023);
  alice_.send_text(deepest);
  EXPECT_EQ(bob_.receive(), deepest);
  alice_.send_text(nested(1024));
  alice_.fence();
  const std::string marker = alice_.send(bob_.address(), "after");
  EXPECT_EQ(bob_.receive(), marker);
}

TEST_F(Refusing, AHundredThousandBracketsHurtNobody) {
  expect_silence(std::string(100'000, '['));
  expect_silence(R"({"a":)" + std::string(100'000, '['));
}

}  // namespace
}  // namespace plugboard::test
