#include "wire/extensions.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace plugboard::wire {
namespace {

DeflatePolicy with_takeover() {
  return {.server_context_takeover = true, .client_context_takeover = true};
}

DeflateTerms accepted(std::string_view header, const DeflatePolicy& policy) {
  const DeflateAnswer answer = negotiate_deflate(header, policy);
  EXPECT_TRUE(std::holds_alternative<DeflateTerms>(answer)) << header;
  return std::holds_alternative<DeflateTerms>(answer) ? std::get<DeflateTerms>(answer)
                                                      : DeflateTerms{};
}

std::string response(std::string_view header, const DeflatePolicy& policy = with_takeover()) {
  return accepted(header, policy).response;
}

bool declined(std::string_view header) {
  return std::holds_alternative<NoDeflate>(negotiate_deflate(header, with_takeover()));
}

TEST(Extensions, NamesAndParametersAreRead) {
  const auto extensions = parse_extensions(R"(foo, bar; a ;b=1 ; c="q\uoted" , foo;x=y)");
  ASSERT_TRUE(extensions.has_value());
  ASSERT_EQ(extensions->size(), 3U);
  EXPECT_EQ((*extensions)[0].name, "foo");
  EXPECT_TRUE((*extensions)[0].parameters.empty());
  const Extension& bar = (*extensions)[1];
  EXPECT_EQ(bar.name, "bar");
  ASSERT_EQ(bar.parameters.size(), 3U);
  EXPECT_EQ(bar.parameters[0].name, "a");
  EXPECT_FALSE(bar.parameters[0].value.has_value());
  EXPECT_EQ(bar.parameters[1].value, "1");
  EXPECT_EQ(bar.parameters[2].value, "quoted");
  EXPECT_EQ((*extensions)[2].parameters[0].value, "y");
}

TEST(Extensions, EmptyElementsOfTheListAreIgnored) {
  for (const std::string_view header : {",foo", "foo,", " , ,foo,\t, bar ,"}) {
    EXPECT_TRUE(parse_extensions(header).has_value()) << header;
  }
}

TEST(Extensions, WhatIsNotOfTheGrammarIsMalformed) {
  for (const std::string_view header : {"",
                                        " ",
                                        ",",
                                        "foo bar",
                                        "foo;",
                                        "foo;;a",
                                        "foo;=1",
                                        "foo;a=",
                                        "foo;a=,",
                                        "foo;a=\"\"",
                                        "foo;a=\"b",
                                        "foo;a=\"b c\"",
                                        "foo;a=\"b\"c",
                                        "foo;a=b=c",
                                        ";a",
                                        "=",
                                        "foo=1",
                                        "foo;a=\"\\",
                                        "foo;a=\"b\\\"\"",
                                        "fo\"o",
                                        "foo;a b",
                                        "foo/bar",
                                        "foo;\"a\"",
                                        "f\xC3\xB6o",
                                        "foo;a=(b)"}) {
    EXPECT_FALSE(parse_extensions(header).has_value()) << header;
    EXPECT_TRUE(
        std::holds_alternative<MalformedExtensions>(negotiate_deflate(header, with_takeover())))
        << header;
  }
  EXPECT_FALSE(parse_extensions(std::string_view("foo\0", 4)).has_value());
}

TEST(Extensions, OneMalformedElementSpoilsTheHeader) {
  EXPECT_TRUE(std::holds_alternative<MalformedExtensions>(
      negotiate_deflate("permessage-deflate, foo;", with_takeover())));
}

TEST(DeflateOffer, APlainOneIsAccepted) {
  EXPECT_EQ(response("permessage-deflate"), "permessage-deflate");
}

TEST(DeflateOffer, OtherExtensionsAreNoOffer) {
  for (const std::string_view header : {"foo", "permessage-deflat", "x-webkit-deflate-frame",
                                        "Permessage-Deflate", "permessage-bzip2"}) {
    EXPECT_TRUE(declined(header)) << header;
  }
}

TEST(DeflateOffer, WhatItAsksForIsGranted) {
  EXPECT_EQ(response("permessage-deflate; server_no_context_takeover"),
            "permessage-deflate; server_no_context_takeover");
  EXPECT_EQ(response("permessage-deflate; client_no_context_takeover"),
            "permessage-deflate; client_no_context_takeover");
  EXPECT_EQ(response("permessage-deflate; server_max_window_bits=10"),
            "permessage-deflate; server_max_window_bits=10");
  EXPECT_EQ(response("permessage-deflate; server_max_window_bits=15"),
            "permessage-deflate; server_max_window_bits=15");
  EXPECT_EQ(response("permessage-deflate; client_max_window_bits=9"),
            "permessage-deflate; client_max_window_bits=9");
  EXPECT_EQ(response("permessage-deflate; client_max_window_bits"), "permessage-deflate");
  EXPECT_EQ(response("permessage-deflate; server_max_window_bits=\"8\""),
            "permessage-deflate; server_max_window_bits=8");
}

TEST(DeflateOffer, TermsAreWhatTheResponseSays) {
  const DeflateTerms terms = accepted(
      "permessage-deflate; server_no_context_takeover; server_max_window_bits=11; "
      "client_max_window_bits=12; client_no_context_takeover",
      with_takeover());
  EXPECT_FALSE(terms.server_context_takeover);
  EXPECT_FALSE(terms.client_context_takeover);
  EXPECT_EQ(terms.server_window_bits, 11);
  EXPECT_EQ(terms.client_window_bits, 12);
}

TEST(DeflateOffer, ThePolicyMayAskForLess) {
  EXPECT_EQ(response("permessage-deflate", {}),
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
  DeflatePolicy narrow = with_takeover();
  narrow.server_window_bits = 10;
  narrow.client_window_bits = 11;
  EXPECT_EQ(
      response("permessage-deflate; client_max_window_bits; server_max_window_bits=12", narrow),
      "permessage-deflate; server_max_window_bits=10; client_max_window_bits=11");
  EXPECT_EQ(
      response("permessage-deflate; client_max_window_bits=9; server_max_window_bits=9", narrow),
      "permessage-deflate; server_max_window_bits=9; client_max_window_bits=9");
}

TEST(DeflateOffer, AClientThatCannotBeToldItsWindowIsNotTold) {
  DeflatePolicy narrow = with_takeover();
  narrow.client_window_bits = 10;
  const DeflateTerms terms = accepted("permessage-deflate", narrow);
  EXPECT_EQ(terms.client_window_bits, 15);
  EXPECT_EQ(terms.response, "permessage-deflate");
}

TEST(DeflateOffer, OneThatBreaksARuleIsDeclined) {
  for (const std::string_view parameter : {"unknown",
                                           "unknown=1",
                                           "server_no_context_takeover=1",
                                           "client_no_context_takeover=true",
                                           "server_max_window_bits",
                                           "server_max_window_bits=7",
                                           "server_max_window_bits=16",
                                           "server_max_window_bits=08",
                                           "server_max_window_bits=+9",
                                           "server_max_window_bits=1",
                                           "server_max_window_bits=9.0",
                                           "server_max_window_bits=999",
                                           "client_max_window_bits=0",
                                           "client_max_window_bits=7",
                                           "client_max_window_bits=16",
                                           "client_max_window_bits=010",
                                           "client_max_window_bits=x",
                                           "SERVER_NO_CONTEXT_TAKEOVER",
                                           "server_no_context_takeover; server_no_context_takeover",
                                           "client_no_context_takeover; client_no_context_takeover",
                                           "client_max_window_bits; client_max_window_bits",
                                           "client_max_window_bits=9; client_max_window_bits=9",
                                           "server_max_window_bits=9; server_max_window_bits=10"}) {
    EXPECT_TRUE(declined("permessage-deflate; " + std::string(parameter))) << parameter;
  }
}

TEST(DeflateOffer, TheNextIsTakenWhenOneIsDeclined) {
  EXPECT_EQ(response("permessage-deflate; server_max_window_bits=99, foo, "
                     "permessage-deflate; server_max_window_bits=9, permessage-deflate"),
            "permessage-deflate; server_max_window_bits=9");
}

}  // namespace
}  // namespace plugboard::wire
