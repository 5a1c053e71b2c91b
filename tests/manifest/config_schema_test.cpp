// What a description makes of a config.
#include "manifest/config_schema.hpp"

#include <gtest/gtest.h>

#include "config_schema_text.hpp"

namespace plugboard::manifest {
namespace {

using nlohmann::json;

std::variant<json, std::vector<Diagnostic>> applied(std::string_view description,
                                                    std::string_view config, Variables variables) {
  const Manifest manifest = manifest_with_config(config, std::move(variables));
  if (manifest.plugins.empty()) return json();
  const PluginEntry& plugin = manifest.plugins.front();
  return schema_of(description)
      .apply(plugin.config, {manifest.file, plugin.config_sources, manifest.folder});
}

/// The config that the plugin gets.
json config_of(std::string_view description, std::string_view config, Variables variables = {}) {
  const auto result = applied(description, config, std::move(variables));
  if (const auto* problems = std::get_if<std::vector<Diagnostic>>(&result)) {
    ADD_FAILURE() << to_text(*problems);
    return json();
  }
  return std::get<json>(result);
}

/// What is wrong with a config, one complaint a line, without the file's name.
std::string complaints_of(std::string_view description, std::string_view config,
                          Variables variables = {}) {
  const auto result = applied(description, config, std::move(variables));
  const auto* problems = std::get_if<std::vector<Diagnostic>>(&result);
  if (problems == nullptr) {
    ADD_FAILURE() << "nothing is wrong: " << std::get<json>(result);
    return "";
  }
  std::string lines;
  for (const Diagnostic& problem : *problems) {
    EXPECT_EQ(problem.file, "/etc/relay/relay.toml");
    lines += problem.text().substr(problem.file.size() + 1) + "\n";
  }
  return lines;
}

TEST(ConfigSchema, MissingMembersGetTheirDefaults) {
  EXPECT_EQ(config_of(kKeyFile, "config = {file = \"/keys\"}"),
            json({{"file", "/keys"}, {"watch", true}, {"every", 1000}, {"largest", 8192}}));
}

TEST(ConfigSchema, PathsStartFromTheManifestsFolder) {
  EXPECT_EQ(config_of(kKeyFile, "config = {file = \"./keys/../team.txt\"}")["file"],
            "/etc/relay/team.txt");
}

TEST(ConfigSchema, DurationsBecomeMilliseconds) {
  EXPECT_EQ(config_of(kKeyFile, "config = {file = \"k\", every = \"2m\"}")["every"], 120'000);
}

TEST(ConfigSchema, DurationAsANumberIsMilliseconds) {
  EXPECT_EQ(config_of(kKeyFile, "config = {file = \"k\", every = 250}")["every"], 250);
}

TEST(ConfigSchema, SizesBecomeBytes) {
  EXPECT_EQ(config_of(kKeyFile, "config = {file = \"k\", largest = \"1 MiB\"}")["largest"],
            1'048'576);
}

TEST(ConfigSchema, EverythingWrongIsToldAtOnceInTheFilesOrder) {
  EXPECT_EQ(complaints_of(kKeyFile,
                          "[plugin.config]\n"
                          "fil = \"keys.txt\"\n"
                          "watch = \"yes\"\n"
                          "every = \"10ms\"\n"
                          "largest = \"8 KB\"\n"),
            "6:1: error: config.file is missing; allowed: a path\n"
            "7:1: error: config.fil is not a known key; allowed: file, watch, every, largest, "
            "salt; did you mean \"file\"?\n"
            "8:9: error: config.watch has the wrong type; found \"yes\"; allowed: true or false\n"
            "9:9: error: config.every is out of range; found \"10ms\"; allowed: a duration from "
            "100ms to 8760h in ms, s, m or h, as \"30s\"\n"
            "10:11: error: config.largest is not a size; found \"8 KB\"; allowed: a size, as a "
            "number of bytes or in B, KiB or MiB, as \"2 MiB\"; did you mean \"8 KiB\"?\n");
}

TEST(ConfigSchema, ValuesOfSecretsAreNotPrinted) {
  EXPECT_EQ(complaints_of(kKeyFile, "config = {file = \"k\", salt = \"abc\"}"),
            "6:30: error: config.salt is too short; found a string; allowed: a string of at "
            "least 4 characters\n");
}

TEST(ConfigSchema, EmptyDescriptionTakesNoMembers) {
  EXPECT_EQ(complaints_of("", "config = {file = \"k\"}"),
            "6:11: error: config.file is not a known key; allowed: none, the table takes no "
            "members\n");
}

/// What is wrong with `a = VALUE` where `a` is described by `member`, without the place.
std::string complaint_of(std::string_view member, std::string_view value,
                         Variables variables = {}) {
  const std::string text =
      complaints_of(with_member(member), "config.a = " + std::string(value), std::move(variables));
  constexpr std::string_view kPlace = "6:12: error: ";
  EXPECT_TRUE(text.starts_with(kPlace)) << text;
  return text.substr(std::min(kPlace.size(), text.size()));
}

json value_of(std::string_view member, std::string_view value, Variables variables = {}) {
  return config_of(with_member(member), "config.a = " + std::string(value),
                   std::move(variables))["a"];
}

TEST(ConfigSchema, MissingConfigIsReportedAtThePluginsHeader) {
  EXPECT_EQ(complaints_of(kKeyFile, ""), "3:1: error: config.file is missing; allowed: a path\n");
}

TEST(ConfigSchema, MessagesCallTheTableAsTheCallerDoes) {
  const Manifest manifest = manifest_with_config("config.a = 1", {});
  const PluginEntry& plugin = manifest.plugins.front();
  const auto result = schema_of("").apply(
      plugin.config,
      {manifest.file, plugin.config_sources, manifest.folder, "plugin \"it\": config"});
  EXPECT_EQ(std::get<std::vector<Diagnostic>>(result).front().what,
            "plugin \"it\": config.a is not a known key");
}

TEST(ConfigSchema, StringTakesNoNumber) {
  EXPECT_EQ(complaint_of(R"({"type": "string"})", "7"),
            "config.a has the wrong type; found 7; allowed: a string\n");
}

TEST(ConfigSchema, IntegerTakesNoFraction) {
  EXPECT_EQ(complaint_of(R"({"type": "integer"})", "7.0"),
            "config.a has the wrong type; found 7.0; allowed: a whole number\n");
}

TEST(ConfigSchema, NumberTakesAnInteger) {
  EXPECT_EQ(value_of(R"({"type": "number"})", "7"), json(7));
}

TEST(ConfigSchema, NumberTakesAFraction) {
  EXPECT_EQ(value_of(R"({"type": "number"})", "0.5"), json(0.5));
}

TEST(ConfigSchema, ArrayTakesNoTable) {
  EXPECT_EQ(complaint_of(R"({"type": "array"})", "{b = 1}"),
            "config.a has the wrong type; found a table; allowed: a list\n");
}

TEST(ConfigSchema, ObjectTakesNoList) {
  EXPECT_EQ(complaint_of(R"({"type": "object"})", "[1]"),
            "config.a has the wrong type; found a list; allowed: a table\n");
}

TEST(ConfigSchema, EachOfSeveralTypesIsTaken) {
  constexpr std::string_view kMember = R"({"type": ["string", "boolean"]})";
  EXPECT_EQ(value_of(kMember, "'x'"), json("x"));
  EXPECT_EQ(value_of(kMember, "false"), json(false));
}

TEST(ConfigSchema, AllOfSeveralTypesAreNamed) {
  EXPECT_EQ(complaint_of(R"({"type": ["string", "boolean", "array", "object", "null"]})", "1"),
            "config.a has the wrong type; found 1; allowed: a string, or true or false, or a "
            "list, or a table\n");
}

TEST(ConfigSchema, MemberWithoutTypeTakesAnyValueAsItStands) {
  EXPECT_EQ(value_of("{}", "{b = [1, {c = 'x'}]}"), json::parse(R"({"b": [1, {"c": "x"}]})"));
}

TEST(ConfigSchema, MinimumIsInclusive) {
  constexpr std::string_view kMember = R"({"type": "integer", "minimum": 3})";
  EXPECT_EQ(value_of(kMember, "3"), json(3));
  EXPECT_EQ(complaint_of(kMember, "2"),
            "config.a is out of range; found 2; allowed: a whole number of at least 3\n");
}

TEST(ConfigSchema, MaximumIsInclusive) {
  constexpr std::string_view kMember = R"({"type": "number", "maximum": 1.5})";
  EXPECT_EQ(value_of(kMember, "1.5"), json(1.5));
  EXPECT_EQ(complaint_of(kMember, "2"),
            "config.a is out of range; found 2; allowed: a number of at most 1.5\n");
}

TEST(ConfigSchema, RangeWithBothEndsIsPrinted) {
  EXPECT_EQ(complaint_of(R"({"type": "integer", "minimum": 1, "maximum": 5})", "9"),
            "config.a is out of range; found 9; allowed: a whole number from 1 to 5\n");
}

TEST(ConfigSchema, LengthsAreCountedInCharacters) {
  EXPECT_EQ(value_of(R"({"type": "string", "minLength": 2, "maxLength": 2})", "'äö'"), json("äö"));
}

TEST(ConfigSchema, StringThatIsTooShort) {
  EXPECT_EQ(complaint_of(R"({"type": "string", "minLength": 2, "maxLength": 3})", "'x'"),
            "config.a is too short; found 'x'; allowed: a string of 2 to 3 characters\n");
}

TEST(ConfigSchema, StringThatIsTooLong) {
  EXPECT_EQ(complaint_of(R"({"type": "string", "maxLength": 3})", "'word'"),
            "config.a is too long; found 'word'; allowed: a string of at most 3 characters\n");
}

TEST(ConfigSchema, StringOfOneLength) {
  EXPECT_EQ(complaint_of(R"({"type": "string", "minLength": 3, "maxLength": 3})", "'word'"),
            "config.a is too long; found 'word'; allowed: a string of 3 characters\n");
}

TEST(ConfigSchema, EmptyStringWhereOneIsNeeded) {
  EXPECT_EQ(complaint_of(R"({"type": "string", "minLength": 1})", "''"),
            "config.a is empty; found ''; allowed: a string that is not empty\n");
}

TEST(ConfigSchema, PatternMatchesAnywhere) {
  EXPECT_EQ(value_of(R"({"type": "string", "pattern": "b"})", "'abc'"), json("abc"));
}

TEST(ConfigSchema, StringThatDoesNotMatch) {
  EXPECT_EQ(complaint_of(R"({"type": "string", "pattern": "^[a-z]+$"})", "'A'"),
            "config.a has the wrong form; found 'A'; allowed: a string that matches ^[a-z]+$\n");
}

TEST(ConfigSchema, ListWithTooFewItems) {
  EXPECT_EQ(
      complaint_of(R"({"type": "array", "minItems": 2, "items": {"type": "string"}})", "['x']"),
      "config.a has too few items; found a list; allowed: a list of at least 2 items, each "
      "item a string\n");
}

TEST(ConfigSchema, ListWithTooManyItems) {
  EXPECT_EQ(complaint_of(R"({"type": "array", "maxItems": 1})", "[1, 2]"),
            "config.a has too many items; found a list; allowed: a list of at most 1 items\n");
}

TEST(ConfigSchema, EmptyListWhereOneIsNeeded) {
  EXPECT_EQ(complaint_of(R"({"type": "array", "minItems": 1})", "[]"),
            "config.a is empty; found a list; allowed: a list that is not empty\n");
}

TEST(ConfigSchema, ItemOfTheWrongTypeIsNamedWithItsPlace) {
  EXPECT_EQ(complaints_of(with_member(R"({"type": "array", "items": {"type": "string"}})"),
                          "config.a = ['x', 2]"),
            "6:18: error: config.a[1] has the wrong type; found 2; allowed: a string\n");
}

TEST(ConfigSchema, ItemsAreConverted) {
  EXPECT_EQ(value_of(R"({"type": "array", "items": {"format": "duration"}})", "['1s', 5]"),
            json({1000, 5}));
}

TEST(ConfigSchema, ValueOutsideAnEnumNamesTheNearest) {
  EXPECT_EQ(complaint_of(R"({"enum": ["text", "json", 3]})", "'jsn'"),
            "config.a has an unknown value; found 'jsn'; allowed: \"text\", \"json\", 3; did you "
            "mean \"json\"?\n");
}

TEST(ConfigSchema, ValueOfAnEnumIsTaken) {
  EXPECT_EQ(value_of(R"({"enum": ["text", 3]})", "3"), json(3));
}

TEST(ConfigSchema, NumberOutsideAnEnum) {
  EXPECT_EQ(complaint_of(R"({"type": "integer", "enum": [1, 2]})", "3"),
            "config.a has an unknown value; found 3; allowed: 1, 2\n");
}

TEST(ConfigSchema, MembersOfATableInsideAreCompletedAndChecked) {
  constexpr std::string_view kMember =
      R"({"type": "object", "properties": {"n": {"type": "integer", "default": 5},
                                           "file": {"type": "string", "format": "path"}}})";
  EXPECT_EQ(value_of(kMember, "{file = 'x'}"), json({{"n", 5}, {"file", "/etc/relay/x"}}));
}

TEST(ConfigSchema, TableInsideThatIsMissingIsNotMadeUp) {
  EXPECT_EQ(config_of(with_member(R"({"type": "object",
                                      "properties": {"n": {"type": "integer", "default": 5}}})"),
                      ""),
            json::object());
}

TEST(ConfigSchema, DefaultOfATableInsideIsCompletedToo) {
  EXPECT_EQ(config_of(with_member(R"({"type": "object", "default": {},
                                      "properties": {"n": {"type": "integer", "default": 5}}})"),
                      ""),
            json::parse(R"({"a": {"n": 5}})"));
}

TEST(ConfigSchema, MissingMemberOfATableInside) {
  EXPECT_EQ(
      complaint_of(
          R"({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]})",
          "{}"),
      "config.a.n is missing; allowed: a whole number\n");
}

TEST(ConfigSchema, OpenTableKeepsWhatIsNotDescribed) {
  EXPECT_EQ(value_of(R"({"type": "object", "additionalProperties": true})", "{x = {y = 1}}"),
            json::parse(R"({"x": {"y": 1}})"));
}

TEST(ConfigSchema, MembersOfAnyNameFollowTheirDescription) {
  constexpr std::string_view kMember =
      R"({"type": "object", "additionalProperties": {"format": "size"}})";
  EXPECT_EQ(value_of(kMember, "{x = '1 KiB'}"), json({{"x", 1024}}));
}

TEST(ConfigSchema, MemberOfAnyNameThatDoesNotFit) {
  EXPECT_EQ(complaints_of(
                with_member(R"({"type": "object", "additionalProperties": {"type": "string"}})"),
                "config.a = {'x/y' = 1}"),
            "6:21: error: config.a.x/y has the wrong type; found 1; allowed: a string\n");
}

TEST(ConfigSchema, DefaultPathIsResolvedToo) {
  EXPECT_EQ(config_of(with_member(R"({"format": "path", "default": "keys.txt"})"), "")["a"],
            "/etc/relay/keys.txt");
}

TEST(ConfigSchema, AbsolutePathStaysAsItIs) {
  EXPECT_EQ(value_of(R"({"format": "path"})", "'/var/keys'"), json("/var/keys"));
}

TEST(ConfigSchema, EmptyPathStaysEmpty) {
  EXPECT_EQ(value_of(R"({"format": "path"})", "''"), json(""));
}

TEST(ConfigSchema, DurationIsAtMostAYear) {
  EXPECT_EQ(complaint_of(R"({"format": "duration"})", "'8761h'"),
            "config.a is out of range; found '8761h'; allowed: a duration of at most 8760h in ms, "
            "s, m or h, as \"30s\"\n");
}

TEST(ConfigSchema, DurationThatDoesNotFitIntoANumber) {
  EXPECT_EQ(complaint_of(R"({"format": "duration"})", "'99999999999999999999h'"),
            "config.a is out of range; found '99999999999999999999h'; allowed: a duration of at "
            "most 8760h in ms, s, m or h, as \"30s\"\n");
}

TEST(ConfigSchema, NegativeDuration) {
  EXPECT_EQ(complaint_of(R"({"format": "duration"})", "-1"),
            "config.a is out of range; found -1; allowed: a duration of at most 8760h in ms, s, m "
            "or h, as \"30s\"\n");
}

TEST(ConfigSchema, DurationWithAWrongUnitNamesTheRightOne) {
  EXPECT_EQ(complaint_of(R"({"format": "duration"})", "'5 sec'"),
            "config.a is not a duration; found '5 sec'; allowed: a duration of at most 8760h in "
            "ms, s, m or h, as \"30s\"; did you mean \"5s\"?\n");
}

TEST(ConfigSchema, DurationTakesNoTruth) {
  EXPECT_EQ(complaint_of(R"({"format": "duration"})", "true"),
            "config.a has the wrong type; found true; allowed: a duration of at most 8760h in ms, "
            "s, m or h, as \"30s\"\n");
}

TEST(ConfigSchema, SizeBeyondItsMaximum) {
  EXPECT_EQ(complaint_of(R"({"format": "size", "minimum": 1, "maximum": 1048576})", "'2 MiB'"),
            "config.a is out of range; found '2 MiB'; allowed: a size from 1 B to 1 MiB, as a "
            "number of bytes or in B, KiB or MiB, as \"2 MiB\"\n");
}

TEST(ConfigSchema, RegexThatCompilesIsTaken) {
  EXPECT_EQ(value_of(R"({"format": "regex"})", "'^a+$'"), json("^a+$"));
}

TEST(ConfigSchema, RegexThatDoesNotCompile) {
  EXPECT_EQ(complaint_of(R"({"format": "regex"})", "'(a'"),
            "config.a is not a regular expression; found '(a'; allowed: a regular expression "
            "(RE2)\n");
}

TEST(ConfigSchema, SecretOfTheWrongTypeIsNotPrinted) {
  EXPECT_EQ(complaint_of(R"({"format": "secret"})", "12345"),
            "config.a has the wrong type; found a whole number; allowed: a string\n");
}

TEST(ConfigSchema, OfASecretOnlyTheTypeIsPrinted) {
  const std::vector<std::pair<std::string, std::string>> values = {
      {"4.5", "a number with a fraction"},
      {"true", "true or false"},
      {"['hush']", "a list"},
      {"{a = 'hush'}", "a table"}};
  for (const auto& [value, type] : values) {
    EXPECT_EQ(complaint_of(R"({"format": "secret"})", value),
              "config.a has the wrong type; found " + type + "; allowed: a string\n");
  }
}

TEST(ConfigSchema, NullIsADefaultWhereTheTypeAllowsIt) {
  EXPECT_EQ(config_of(with_member(R"({"type": ["string", "null"], "default": null})"), ""),
            json({{"a", nullptr}}));
}

TEST(ConfigSchema, NullDurationStaysNull) {
  EXPECT_EQ(config_of(with_member(R"({"type": ["string", "null"], "format": "duration",
                                      "default": null})"),
                      ""),
            json({{"a", nullptr}}));
}

TEST(ConfigSchema, MemberThatMayOnlyBeNullIsLeftOut) {
  EXPECT_EQ(complaint_of(R"({"type": "null"})", "1"),
            "config.a has the wrong type; found 1; allowed: nothing; leave it out\n");
}

TEST(ConfigSchema, SecretOfTheWrongFormIsNotPrinted) {
  EXPECT_EQ(complaint_of(R"({"format": "secret", "pattern": "^x"})", "'12345'"),
            "config.a has the wrong form; found a string; allowed: a string that matches ^x\n");
}

TEST(ConfigSchema, ValueFromTheEnvironmentIsPrintedAsWritten) {
  EXPECT_EQ(complaint_of(R"({"format": "size"})", "\"${SIZE}\"", {{"SIZE", "8 KB"}}),
            "config.a is not a size; found \"${SIZE}\"; allowed: a size, as a number of bytes or "
            "in B, KiB or MiB, as \"2 MiB\"\n");
}

TEST(ConfigSchema, ChoiceFromTheEnvironmentIsNotGuessedAt) {
  EXPECT_EQ(complaint_of(R"({"enum": ["json", "text"]})", "\"${FORM}\"", {{"FORM", "jsn"}}),
            "config.a has an unknown value; found \"${FORM}\"; allowed: \"json\", \"text\"\n");
}

}  // namespace
}  // namespace plugboard::manifest
