#include <gtest/gtest.h>
#include <plugboard/query.hpp>

using plugboard::percent_decoded;
using plugboard::query_value;

TEST(Query, TheFirstParameterOfANameCounts) {
  EXPECT_EQ(query_value("ts=1&sig=abc&ts=2", "ts"), "1");
  EXPECT_EQ(query_value("ts=1&sig=abc&ts=2", "sig"), "abc");
}

TEST(Query, MissingParametersAreNothing) {
  EXPECT_FALSE(query_value("", "ts").has_value());
  EXPECT_FALSE(query_value("tsx=1&xts=2", "ts").has_value());
}

TEST(Query, ParametersWithoutAValueAreEmpty) {
  EXPECT_EQ(query_value("ts&a=1", "ts"), "");
  EXPECT_EQ(query_value("ts=&a=1", "ts"), "");
}

TEST(Query, NamesAndValuesAreDecoded) {
  EXPECT_EQ(query_value("%74s=a%20b%2Bc%2bd", "ts"), "a b+c+d");
}

TEST(Query, PlusSignsStayAsTheyAre) { EXPECT_EQ(query_value("a=b+c", "a"), "b+c"); }

TEST(Query, ValuesMayHoldEqualSigns) { EXPECT_EQ(query_value("a=b=c", "a"), "b=c"); }

TEST(Query, MalformedEscapesAreNothing) {
  EXPECT_FALSE(percent_decoded("%").has_value());
  EXPECT_FALSE(percent_decoded("%4").has_value());
  EXPECT_FALSE(percent_decoded("%4g").has_value());
  EXPECT_FALSE(percent_decoded("%g4").has_value());
  EXPECT_FALSE(query_value("a=%zz", "a").has_value());
}

TEST(Query, MalformedNamesAreSteppedOver) { EXPECT_EQ(query_value("%zz=1&a=2", "a"), "2"); }
