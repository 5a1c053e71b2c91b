#include <gtest/gtest.h>
#include <plugboard/config.hpp>

#include <limits>
#include <string>

using plugboard::Config;
using plugboard::ConfigError;

namespace {

std::string pointer_of_failure(auto&& read) {
  try {
    read();
  } catch (const ConfigError& failure) {
    return failure.pointer();
  }
  return "no failure";
}

std::string sentence_of_failure(auto&& read) {
  try {
    read();
  } catch (const ConfigError& failure) {
    return failure.what();
  }
  return "no failure";
}

}  // namespace

TEST(Config, MembersAreReadByNameAndType) {
  const Config config = Config::parse(
      R"( {"file": "/etc/keys", "watch": true, "off": false, "count": -3, "ratio": 0.25} )");
  EXPECT_EQ(config.string("file"), "/etc/keys");
  EXPECT_TRUE(config.boolean("watch"));
  EXPECT_FALSE(config.boolean("off"));
  EXPECT_EQ(config.integer("count"), -3);
  EXPECT_EQ(config.number("ratio"), 0.25);
}

TEST(Config, DurationsAreMillisecondsAndSizesBytes) {
  const Config config = Config::parse(R"({"window":60000,"max":8192})");
  EXPECT_EQ(config.duration("window"), std::chrono::seconds(60));
  EXPECT_EQ(config.size("max"), 8192u);
}

TEST(Config, FallbacksStandInForMissingMembersAndNulls) {
  const Config config = Config::parse(R"({"nothing":null})");
  EXPECT_EQ(config.string("missing", "here"), "here");
  EXPECT_EQ(config.string("nothing", "here"), "here");
  EXPECT_TRUE(config.boolean("missing", true));
  EXPECT_EQ(config.integer("missing", 7), 7);
  EXPECT_EQ(config.number("missing", 0.5), 0.5);
  EXPECT_EQ(config.size("missing", 9), 9u);
  EXPECT_EQ(config.duration("missing", std::chrono::seconds(1)), std::chrono::seconds(1));
  EXPECT_FALSE(config.has("nothing"));
  EXPECT_FALSE(config.find("missing").has_value());
}

TEST(Config, MissingMembersAreNamed) {
  const Config config = Config::parse("{}");
  EXPECT_EQ(pointer_of_failure([&] { (void)config.string("file"); }), "/file");
  EXPECT_EQ(sentence_of_failure([&] { (void)config.string("file"); }), "is missing");
}

TEST(Config, MembersOfAnotherTypeAreNamed) {
  const Config config = Config::parse(R"({"file":1,"watch":"yes","count":1.5,"size":-1})");
  EXPECT_EQ(sentence_of_failure([&] { (void)config.string("file"); }), "must be a string");
  EXPECT_EQ(sentence_of_failure([&] { (void)config.boolean("watch"); }), "must be true or false");
  EXPECT_EQ(sentence_of_failure([&] { (void)config.integer("count"); }), "must be an integer");
  EXPECT_EQ(sentence_of_failure([&] { (void)config.size("size"); }), "must not be negative");
  EXPECT_EQ(sentence_of_failure([&] { (void)config.number("file"); }), "no failure");
  EXPECT_EQ(sentence_of_failure([&] { (void)config.number("watch"); }), "must be a number");
  EXPECT_EQ(sentence_of_failure([&] { (void)config.strings("file"); }), "must be a list");
  EXPECT_EQ(sentence_of_failure([&] { (void)config.object("file"); }), "must be a table");
}

TEST(Config, PointersLeadThroughTablesAndLists) {
  const Config config =
      Config::parse(R"({"per_key":{"max~/x":"many"},"users":[{"name":"a"},{"name":2}]})");
  EXPECT_EQ(pointer_of_failure([&] { (void)config.object("per_key").integer("max~/x"); }),
            "/per_key/max~0~1x");
  EXPECT_EQ(pointer_of_failure([&] { (void)config.list("users").at(1).string("name"); }),
            "/users/1/name");
  EXPECT_EQ(pointer_of_failure([&] { (void)config.object("absent").string("name"); }),
            "/absent/name");
}

TEST(Config, ListsOfStringsAreReadInOrder) {
  const Config config = Config::parse(R"({"words":["b", "a"]})");
  EXPECT_EQ(config.strings("words"), (std::vector<std::string>{"b", "a"}));
  EXPECT_TRUE(config.strings("missing").empty());
}

TEST(Config, NamesOfATableAreInOrder) {
  const Config config = Config::parse(R"({"b":1,"a":{"c":2}})");
  EXPECT_EQ(config.names(), (std::vector<std::string>{"b", "a"}));
}

TEST(Config, PartsOutliveTheWhole) {
  Config part;
  {
    const Config whole = Config::parse(R"({"inner":{"text":"kept"}})");
    part = whole.object("inner");
  }
  EXPECT_EQ(part.string("text"), "kept");
}

TEST(Config, EscapesBecomeUtf8) {
  const Config config = Config::parse(R"({"t":"\"\\\/\b\f\n\r\t\u0041\u00e9\u20ac\ud83d\ude00"})");
  EXPECT_EQ(config.string("t"), "\"\\/\b\f\n\r\tA\u00e9\u20ac\U0001F600");
}

TEST(Config, LoneSurrogatesBecomeReplacementCharacters) {
  const Config config = Config::parse(R"({"high":"\ud83dx","low":"\ude00","two":"\ud83d\u0041"})");
  EXPECT_EQ(config.string("high"), "\uFFFDx");
  EXPECT_EQ(config.string("low"), "\uFFFD");
}

TEST(Config, LargeNumbersAreNumbersButNoIntegers) {
  const Config config =
      Config::parse(R"({"big":9223372036854775807,"bigger":9223372036854775808})");
  EXPECT_EQ(config.integer("big"), INT64_MAX);
  EXPECT_EQ(config.number("bigger"), 9223372036854775808.0);
  EXPECT_THROW((void)config.integer("bigger"), ConfigError);
}

TEST(Config, NumbersBeyondReachAreStillNumbers) {
  const Config config = Config::parse(R"({"huge":1e999,"low":-1E999,"tiny":1e-999})");
  EXPECT_EQ(config.number("huge"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(config.number("low"), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(config.number("tiny"), 0.0);
}

TEST(Config, EmptyTextReadsAsATableWithoutMembers) {
  EXPECT_EQ(Config::parse("").type(), Config::Type::kObject);
  EXPECT_EQ(Config().type(), Config::Type::kObject);
}

class ConfigTextThatIsNotJson : public testing::TestWithParam<const char*> {};

TEST_P(ConfigTextThatIsNotJson, IsRefused) {
  EXPECT_THROW((void)Config::parse(GetParam()), ConfigError) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(Config, ConfigTextThatIsNotJson,
                         testing::Values("{", "[", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "[1,]",
                                         "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "1 2",
                                         "tru", "-", "1e", "{a:1}", "{} x", " "));

TEST(Config, DeepNestingIsRefused) {
  EXPECT_NO_THROW((void)Config::parse(std::string(64, '[') + std::string(64, ']')));
  EXPECT_THROW((void)Config::parse(std::string(66, '[') + std::string(66, ']')), ConfigError);
}

TEST(Config, FailRefusesAValueOrAMember) {
  const Config config = Config::parse(R"({"a":{}})");
  EXPECT_EQ(pointer_of_failure([&] { config.object("a").fail("is odd"); }), "/a");
  EXPECT_EQ(pointer_of_failure([&] { config.object("a").fail("b", "is odd"); }), "/a/b");
}
