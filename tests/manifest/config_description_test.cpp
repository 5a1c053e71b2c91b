// Which descriptions of configs are themselves as they should be.
#include <gtest/gtest.h>

#include "config_schema_text.hpp"

namespace plugboard::manifest {
namespace {

/// What is wrong with a description; "" if nothing is.
std::string problem_of(std::string_view description) {
  const auto parsed = ConfigSchema::parse(description);
  const auto* clause = std::get_if<std::string>(&parsed);
  return clause != nullptr ? *clause : "";
}

TEST(ConfigDescription, IsJson) {
  EXPECT_EQ(problem_of("{\"type\": "), "it is not JSON: error at byte 10");
}

TEST(ConfigDescription, HoldsNoNumberThatIsTooLarge) {
  EXPECT_EQ(problem_of(with_member(R"({"type": "number", "maximum": 1e999})")),
            "it holds a number that is too large");
}

TEST(ConfigDescription, HasNoMemberTwice) {
  EXPECT_EQ(problem_of(R"({"type": "object", "type": "object"})"),
            "it has the member \"type\" twice in one object");
}

TEST(ConfigDescription, SameMemberOfTwoObjectsIsNotTwice) {
  EXPECT_EQ(problem_of(R"({"type": "object", "properties": {"a": {"type": "string"},
                                                             "b": {"type": "string"}}})"),
            "");
}

TEST(ConfigDescription, IsAnObject) { EXPECT_EQ(problem_of("[]"), "it is not an object"); }

TEST(ConfigDescription, IsOneOfAnObject) {
  EXPECT_EQ(problem_of(R"({"type": "string"})"),
            "it does not describe an object: its type is not \"object\"");
}

TEST(ConfigDescription, OutermostNamesItsType) {
  EXPECT_EQ(problem_of("{}"), "it does not describe an object: its type is not \"object\"");
}

TEST(ConfigDescription, OutermostHasNoDefault) {
  EXPECT_EQ(problem_of(R"({"type": "object", "default": {}})"),
            "it has a default, which only members have");
}

TEST(ConfigDescription, UnknownKeywordIsNamedWithTheNearest) {
  EXPECT_EQ(problem_of(with_member(R"({"type": "string", "defualt": ""})")),
            "properties.a has the unknown keyword \"defualt\"; did you mean \"default\"?");
}

TEST(ConfigDescription, UnknownKeywordOutermost) {
  EXPECT_EQ(problem_of(R"({"type": "object", "title": "x"})"),
            "it has the unknown keyword \"title\"");
}

TEST(ConfigDescription, UnknownTypeIsNamedWithTheNearest) {
  EXPECT_EQ(problem_of(with_member(R"({"type": "sting"})")),
            "properties.a.type holds the unknown type \"sting\"; did you mean \"string\"?");
}

TEST(ConfigDescription, TypeIsAName) {
  EXPECT_EQ(problem_of(with_member(R"({"type": 3})")),
            "properties.a.type holds the unknown type 3");
}

TEST(ConfigDescription, ListOfTypesIsNotEmpty) {
  EXPECT_EQ(problem_of(with_member(R"({"type": []})")), "properties.a.type is an empty list");
}

TEST(ConfigDescription, UnknownFormatIsNamedWithTheNearest) {
  EXPECT_EQ(problem_of(with_member(R"({"format": "secrets"})")),
            "properties.a.format is the unknown format \"secrets\"; did you mean \"secret\"?");
}

TEST(ConfigDescription, FormatIsAName) {
  EXPECT_EQ(problem_of(with_member(R"({"format": 3})")),
            "properties.a.format is the unknown format 3");
}

TEST(ConfigDescription, PathIsAString) {
  EXPECT_EQ(problem_of(with_member(R"({"type": "integer", "format": "path"})")),
            "properties.a.format path needs the type string");
}

TEST(ConfigDescription, SizeIsAStringOrInteger) {
  EXPECT_EQ(problem_of(with_member(R"({"type": "boolean", "format": "size"})")),
            "properties.a.format size needs the type string or integer");
}

TEST(ConfigDescription, FormatAndEnumExcludeEachOther) {
  EXPECT_EQ(problem_of(with_member(R"({"format": "path", "enum": ["a"]})")),
            "properties.a.format stands beside enum");
}

TEST(ConfigDescription, KeywordThatDoesNotGoWithTheType) {
  EXPECT_EQ(problem_of(with_member(R"({"type": "string", "minimum": 3})")),
            "properties.a.minimum does not go with the type");
}

TEST(ConfigDescription, TextForPeopleIsAString) {
  EXPECT_EQ(problem_of(with_member(R"({"description": 3})")),
            "properties.a.description is not a string");
}

TEST(ConfigDescription, PropertiesAreAnObject) {
  EXPECT_EQ(problem_of(R"({"type": "object", "properties": []})"), "properties is not an object");
}

TEST(ConfigDescription, PropertyIsAnObject) {
  EXPECT_EQ(problem_of(with_member("3")), "properties.a is not an object");
}

TEST(ConfigDescription, RequiredIsAList) {
  EXPECT_EQ(problem_of(R"({"type": "object", "required": "a"})"), "required is not a list");
}

TEST(ConfigDescription, RequiredHoldsNames) {
  EXPECT_EQ(problem_of(R"({"type": "object", "required": [1]})"),
            "required holds what is not a string");
}

TEST(ConfigDescription, RequiredIsDescribed) {
  EXPECT_EQ(problem_of(R"({"type": "object", "required": ["a"]})"),
            "required names \"a\", which properties does not list");
}

TEST(ConfigDescription, RequiredHasNoDefault) {
  EXPECT_EQ(problem_of(R"({"type": "object", "properties": {"a": {"default": 1}},
                           "required": ["a"]})"),
            "required names \"a\", which has a default");
}

TEST(ConfigDescription, AdditionalPropertiesAreATruthOrADescription) {
  EXPECT_EQ(problem_of(R"({"type": "object", "additionalProperties": "no"})"),
            "additionalProperties is not an object");
}

TEST(ConfigDescription, ItemsAreDescribed) {
  EXPECT_EQ(problem_of(with_member(R"({"type": "array", "items": {"type": "strin"}})")),
            "properties.a.items.type holds the unknown type \"strin\"; did you mean \"string\"?");
}

TEST(ConfigDescription, CountsAreWholeNumbers) {
  EXPECT_EQ(problem_of(with_member(R"({"type": "array", "minItems": -1})")),
            "properties.a.minItems is not a whole number from 0");
}

TEST(ConfigDescription, LeastCountIsNotLargerThanTheLargest) {
  EXPECT_EQ(problem_of(with_member(R"({"type": "string", "minLength": 3, "maxLength": 2})")),
            "properties.a.minLength is larger than maxLength");
}

TEST(ConfigDescription, BoundIsANumber) {
  EXPECT_EQ(problem_of(with_member(R"({"type": "integer", "minimum": "1"})")),
            "properties.a.minimum is not a number");
}

TEST(ConfigDescription, MinimumIsNotLargerThanTheMaximum) {
  EXPECT_EQ(problem_of(with_member(R"({"type": "integer", "minimum": 3, "maximum": 2})")),
            "properties.a.minimum is larger than maximum");
}

TEST(ConfigDescription, BoundOfADurationIsAWholeNumber) {
  EXPECT_EQ(problem_of(with_member(R"({"format": "duration", "minimum": 1.5})")),
            "properties.a.minimum is not a whole number from 0 to 9223372036854775807");
}

TEST(ConfigDescription, PatternIsAString) {
  EXPECT_EQ(problem_of(with_member(R"({"type": "string", "pattern": 1})")),
            "properties.a.pattern is not a string");
}

TEST(ConfigDescription, PatternCompiles) {
  EXPECT_EQ(problem_of(with_member(R"({"type": "string", "pattern": "(a"})")),
            "properties.a.pattern is not a regular expression: missing ): (a");
}

TEST(ConfigDescription, EnumIsAListOfValues) {
  EXPECT_EQ(problem_of(with_member(R"({"enum": []})")),
            "properties.a.enum is not a list of values");
}

TEST(ConfigDescription, EnumHoldsValuesOfTheType) {
  EXPECT_EQ(problem_of(with_member(R"({"type": "string", "enum": ["a", 1]})")),
            "properties.a.enum holds 1, which the type does not allow");
}

TEST(ConfigDescription, DefaultFollowsTheDescription) {
  EXPECT_EQ(problem_of(with_member(R"({"type": "integer", "minimum": 1, "default": 0})")),
            "properties.a.default is out of range; allowed: a whole number of at least 1");
}

TEST(ConfigDescription, NullIsNoDefaultWhereTheTypeDoesNotAllowIt) {
  EXPECT_EQ(problem_of(with_member(R"({"type": "string", "default": null})")),
            "properties.a.default has the wrong type; allowed: a string");
}

TEST(ConfigDescription, NullIsNoDefaultOfADuration) {
  EXPECT_EQ(problem_of(with_member(R"({"format": "size", "default": null})")),
            "properties.a.default has the wrong type; allowed: a size, as a number of bytes or in "
            "B, KiB or MiB, as \"2 MiB\"");
}

TEST(ConfigDescription, IsNotNestedWithoutEnd) {
  std::string member = "{}";
  for (int depth = 0; depth < 40; ++depth) {
    member = R"({"type": "array", "items": )" + member + "}";
  }
  EXPECT_TRUE(problem_of(with_member(member)).ends_with(" is nested more than 32 deep"));
}

}  // namespace
}  // namespace plugboard::manifest
