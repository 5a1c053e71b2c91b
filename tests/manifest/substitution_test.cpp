#include <gtest/gtest.h>

#include "manifest_text.hpp"

namespace plugboard::manifest {
namespace {

/// The config member `a` of a plugin, written as `value`.
nlohmann::json config_value(std::string_view value, Variables variables) {
  return manifest_with("[[plugin]]\nname = 'x'\nlibrary = 'x'\nconfig.a = " + std::string(value),
                       std::move(variables))
      .plugins.front()
      .config["a"];
}

/// What is said of `value` there; it stands at 6:12.
std::string complaints_of(std::string_view value, Variables variables = {}) {
  return complaints_with("[[plugin]]\nname = 'x'\nlibrary = 'x'\nconfig.a = " + std::string(value),
                         std::move(variables));
}

TEST(Substitution, PutsInAVariablesValue) {
  EXPECT_EQ(config_value("'${NAME}'", {{"NAME", "ada"}}), "ada");
}

TEST(Substitution, HappensAnywhereInAString) {
  EXPECT_EQ(config_value("'<${A}-${B_2}>'", {{"A", "x"}, {"B_2", "y"}}), "<x-y>");
}

TEST(Substitution, HappensInEveryKindOfString) {
  EXPECT_EQ(config_value("\"\"\"\n${A}\n${A}\"\"\"", {{"A", "x"}}), "x\nx");
}

TEST(Substitution, HappensInListsAndTables) {
  EXPECT_EQ(config_value("[{b = '${A}'}]", {{"A", "x"}}), nlohmann::json::parse(R"([{"b": "x"}])"));
}

TEST(Substitution, DoesNotHappenInNames) {
  EXPECT_EQ(config_value("{'${A}' = 1}", {{"A", "x"}}), nlohmann::json({{"${A}", 1}}));
}

TEST(Substitution, DoublesDollarsForALiteral) {
  EXPECT_EQ(config_value("'$${A}'", {{"A", "x"}}), "${A}");
}

TEST(Substitution, LeavesOtherDollarsAlone) {
  EXPECT_EQ(config_value("'$ $$ $A $'", {{"A", "x"}}), "$ $$ $A $");
}

TEST(Substitution, LiteralMayFollowADollar) {
  EXPECT_EQ(config_value("'$$${A}'", {{"A", "x"}}), "$${A}");
}

TEST(Substitution, IsNotRepeatedInWhatWasPutIn) {
  EXPECT_EQ(config_value("'${A}'", {{"A", "${B}"}, {"B", "x"}}), "${B}");
}

TEST(Substitution, EmptyVariableIsSet) { EXPECT_EQ(config_value("'<${A}>'", {{"A", ""}}), "<>"); }

TEST(Substitution, UnsetVariableIsNamed) {
  EXPECT_EQ(complaints_of("'${MISSING}'"),
            "6:12: error: the environment variable MISSING is not set\n");
}

TEST(Substitution, AllUnsetVariablesAreNamed) {
  EXPECT_EQ(complaints_of("['${A}-${B}', '${C}']"),
            "6:13: error: the environment variable A is not set\n"
            "6:13: error: the environment variable B is not set\n"
            "6:26: error: the environment variable C is not set\n");
}

TEST(Substitution, VariableThatStandsTwiceInAStringIsNamedOnce) {
  EXPECT_EQ(complaints_of("'${A}${B}${A}'"),
            "6:12: error: the environment variable A is not set\n"
            "6:12: error: the environment variable B is not set\n");
}

TEST(Substitution, NothingMoreIsSaidOfAStringWithAnUnsetVariable) {
  EXPECT_EQ(complaints_with("server.heartbeat_interval = '${A}'"),
            "3:29: error: the environment variable A is not set\n");
}

TEST(Substitution, OpeningWithoutAClosing) {
  EXPECT_EQ(complaints_of("'${A'", {{"A", "x"}}),
            "6:12: error: \"${\" is not followed by a variable's name and \"}\"; allowed: ${NAME}, "
            "or $${ for a literal ${\n");
}

TEST(Substitution, NamesThatAreNone) {
  for (const char* text : {"'${}'", "'${1A}'", "'${A-B}'", "'${ A}'", "'${A:-x}'"}) {
    EXPECT_EQ(complaints_of(text, {{"A", "x"}}),
              "6:12: error: \"${\" is not followed by a variable's name and \"}\"; allowed: "
              "${NAME}, or $${ for a literal ${\n")
        << text;
  }
}

TEST(Substitution, VariableThatIsNotUtf8) {
  EXPECT_EQ(complaints_of("'${A}'", {{"A", "\xFF"}}),
            "6:12: error: the environment variable A is not UTF-8 text\n");
}

TEST(Substitution, StringThatGrowsTooLongIsToldOnce) {
  std::string many = "'";
  for (int i = 0; i < 100; ++i) many += "${A}";
  EXPECT_EQ(complaints_of(many + "'", {{"A", std::string(100'000, 'x')}}),
            "6:12: error: a string is longer than 1048576 bytes once its variables are replaced\n");
}

TEST(Substitution, ProcessEnvironmentHoldsWhatTheProcessGot) {
  const Environment environment = process_environment();
  EXPECT_TRUE(environment("PATH").has_value());
  EXPECT_EQ(environment("PLUGBOARD_SURELY_NOT_SET"), std::nullopt);
  EXPECT_EQ(environment("PAT"), std::nullopt);
}

/// Every kind of complaint about a string, with values from the environment in all of them.
constexpr std::string_view kAllFromTheEnvironment = R"(
[server]
listen = ["${A}"]
cors = "${A}"
on_invalid_key = "${A}"
heartbeat_interval = "${DURATION}"
max_message = "${SIZE}"
trusted_proxies = ["${A}"]
origins = ["${URL}"]
compression = "${A}"
threads = "${A}"
[server.tls]
certificate = "${A}"
[stats]
token = "${BLANKS}"
[[channel]]
name = "${COLON}"
id_pattern = "${PATTERN}"
id_parser = "${A}"
[[channel]]
name = "${A}"
[[channel]]
name = "${A}"
[[plugin]]
name = "${A}"
library = "${A}/"
sha256 = "${A}"
[[plugin]]
name = "${A}"
library = "x"
[chain]
key_store = "${B}"
rate_limiter = ["${B}"]
hook = ["${A}", "${A}"]
blob_store = "${B}"
[log]
level = "${A}"
)";

TEST(Substitution, NothingFromTheEnvironmentIsPrinted) {
  const std::string complaints =
      complaints_about(kAllFromTheEnvironment, {{"A", "hush"},
                                                {"B", "hus"},
                                                {"DURATION", "4711 sec"},
                                                {"SIZE", "4711 KB"},
                                                {"URL", "https://hush.example/x"},
                                                {"BLANKS", "hush hush"},
                                                {"COLON", "hush:hush"},
                                                {"PATTERN", "(hush"}});
  EXPECT_EQ(complaints.find("hus"), std::string::npos) << complaints;
  EXPECT_EQ(complaints.find("4711"), std::string::npos) << complaints;
  EXPECT_EQ(std::count(complaints.begin(), complaints.end(), '\n'), 23) << complaints;
}

}  // namespace
}  // namespace plugboard::manifest
