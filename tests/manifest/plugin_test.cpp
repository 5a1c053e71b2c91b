#include <gtest/gtest.h>

#include "manifest_text.hpp"

namespace plugboard::manifest {
namespace {

/// The plugin made of `members`.
PluginEntry plugin_of(std::string_view members, Variables variables = {}) {
  const Manifest manifest =
      manifest_with("[[plugin]]\n" + std::string(members), std::move(variables));
  return manifest.plugins.empty() ? PluginEntry{} : manifest.plugins.front();
}

/// What is said of a plugin made of `members`, which begin at line 4; that it does not run, as it
/// stands in no chain, is left out.
std::string complaints_of(std::string_view members) {
  const std::string all = complaints_with("[[plugin]]\n" + std::string(members));
  return all.find("does not run") == std::string::npos ? all : "";
}

constexpr std::string_view kFit = "name = 'p'\nlibrary = 'p'\n";

std::string fit_and(std::string_view members) { return std::string(kFit) + std::string(members); }

TEST(PluginPath, IsTheFolderPluginsByDefault) {
  EXPECT_EQ(manifest_with("").plugin_path, (std::vector<Path>{{"/etc/relay/plugins", {}}}));
}

TEST(PluginPath, KeepsItsOrder) {
  EXPECT_EQ(manifest_with("plugins.path = ['/opt/p', 'own']").plugin_path,
            (std::vector<Path>{{"/opt/p", {}}, {"/etc/relay/own", {}}}));
}

TEST(PluginPath, MayBeEmpty) {
  EXPECT_TRUE(manifest_with("plugins.path = []").plugin_path.empty());
}

TEST(PluginPath, IsAList) {
  EXPECT_EQ(complaints_with("plugins.path = '/opt/p'"),
            "3:16: error: plugins.path has the wrong type; found '/opt/p'; allowed: a list of "
            "strings, each a folder\n");
}

TEST(PluginPath, IsTheOnlyKeyOfItsTable) {
  EXPECT_EQ(complaints_with("plugins.paths = []"),
            "3:9: error: plugins.paths is not a known key; allowed: path; did you mean "
            "\"path\"?\n");
}

TEST(PluginTable, HasTheDefaultsOfItsReference) {
  const PluginEntry plugin = plugin_of(kFit);
  EXPECT_EQ(plugin.sha256, std::nullopt);
  EXPECT_EQ(plugin.library_path, std::nullopt);
  EXPECT_EQ(plugin.timeout, std::chrono::seconds(5));
  EXPECT_EQ(plugin.on_error, OnError::kRefuse);
  EXPECT_EQ(plugin.config, nlohmann::json::object());
  EXPECT_EQ(plugin.position, (Position{3, 1}));
  EXPECT_EQ(plugin.config_sources.at("").value, (Position{3, 1}));
}

TEST(PluginTable, MayBeMissing) { EXPECT_TRUE(manifest_with("").plugins.empty()); }

TEST(PluginTable, StandsInDoubleBrackets) {
  EXPECT_EQ(complaints_with("[plugin]\nname = 'p'"),
            "3:1: error: plugin has the wrong type; found a table; allowed: [[plugin]] tables, in "
            "double brackets\n");
}

TEST(PluginTable, ItemThatIsNoTable) {
  EXPECT_EQ(complaints_with("plugin = [3]"),
            "3:11: error: plugin has the wrong type; found 3; allowed: a table\n");
}

TEST(PluginTable, NamesTheNearestKey) {
  EXPECT_EQ(complaints_of(fit_and("sha-256 = 'x'")),
            "6:1: error: plugin.sha-256 is not a known key; allowed: name, library, sha256, "
            "timeout, on_error, config; did you mean \"sha256\"?\n");
}

TEST(PluginName, IsNeeded) {
  EXPECT_EQ(complaints_of("library = 'p'"),
            "3:1: error: plugin.name is missing; allowed: a string of up to 128 bytes without "
            "control characters\n");
}

TEST(PluginName, IsTakenOnce) {
  EXPECT_EQ(complaints_of(fit_and("[[plugin]]\nname = 'p'\nlibrary = 'q'")),
            "7:8: error: plugin.name is taken by the plugin at line 4; found 'p'\n");
}

TEST(PluginName, IsNotOpen) {
  EXPECT_EQ(complaints_of("name = 'open'\nlibrary = 'p'"),
            "4:8: error: plugin.name is reserved: chain.key_store = \"open\" lets anyone connect; "
            "found 'open'\n");
}

TEST(PluginName, HoldsNoControlCharacter) {
  EXPECT_EQ(complaints_of("name = \"a\\tb\"\nlibrary = 'p'"),
            "4:8: error: plugin.name is not fit for a name; found \"a\\tb\"; allowed: a string of "
            "up to 128 bytes without control characters\n");
}

TEST(PluginName, IsAtMost128Bytes) {
  const std::string longest(128, 'a');
  EXPECT_EQ(plugin_of("name = '" + longest + "'\nlibrary = 'p'").name.text, longest);
  EXPECT_EQ(complaints_of("name = '" + longest + "a'\nlibrary = 'p'"),
            "4:8: error: plugin.name is not fit for a name; found '" + std::string(59, 'a') +
                "...; allowed: a string of up to 128 bytes without control characters\n");
}

TEST(PluginLibrary, IsNeeded) {
  EXPECT_EQ(complaints_of("name = 'p'"),
            "3:1: error: plugin.library is missing; allowed: a file name without ending, found on "
            "plugins.path, or a path\n");
}

TEST(PluginLibrary, WithASlashIsAPath) {
  EXPECT_EQ(plugin_of("name = 'p'\nlibrary = '../lib/p.so'").library_path->path, "/etc/lib/p.so");
}

TEST(PluginLibrary, IsNoFolder) {
  EXPECT_EQ(complaints_of("name = 'p'\nlibrary = 'lib/'"),
            "5:11: error: plugin.library names no file; found 'lib/'; allowed: a file name without "
            "ending, found on plugins.path, or a path\n");
}

TEST(PluginLibrary, KeepsItsPlace) {
  EXPECT_EQ(plugin_of(kFit).library.position, (Position{5, 11}));
}

TEST(PluginSha256, IsKeptInLowerCase) {
  EXPECT_EQ(plugin_of(fit_and("sha256 = '" + std::string(64, 'A') + "'")).sha256->text,
            std::string(64, 'a'));
}

TEST(PluginSha256, Is64HexadecimalDigits) {
  for (const std::string& pin : {std::string(63, 'a'), std::string(65, 'a')}) {
    EXPECT_EQ(complaints_of(fit_and("sha256 = '" + pin + "'")),
              "6:10: error: plugin.sha256 is not a SHA-256 checksum; found '" +
                  std::string(59, 'a') + "...; allowed: 64 hexadecimal digits\n");
  }
  EXPECT_EQ(complaints_of(fit_and("sha256 = 'g" + std::string(63, 'a') + "'")),
            "6:10: error: plugin.sha256 is not a SHA-256 checksum; found 'g" +
                std::string(58, 'a') + "...; allowed: 64 hexadecimal digits\n");
}

TEST(PluginTimeout, IsADurationAboveZero) {
  EXPECT_EQ(plugin_of(fit_and("timeout = '200ms'")).timeout, std::chrono::milliseconds(200));
  EXPECT_EQ(complaints_of(fit_and("timeout = '0s'")),
            "6:11: error: plugin.timeout is out of range; found '0s'; allowed: a duration from 1ms "
            "to 8760h in ms, s, m or h, as \"30s\"\n");
}

TEST(PluginOnError, TakesBothValues) {
  EXPECT_EQ(plugin_of(fit_and("on_error = 'skip'")).on_error, OnError::kSkip);
  EXPECT_EQ(plugin_of(fit_and("on_error = 'refuse'")).on_error, OnError::kRefuse);
}

TEST(PluginConfig, IsJson) {
  EXPECT_EQ(plugin_of(fit_and("[plugin.config]\na = 1\nb = [true, 2.5, 'x']\nc.d = {}")).config,
            nlohmann::json::parse(R"({"a": 1, "b": [true, 2.5, "x"], "c": {"d": {}}})"));
}

TEST(PluginConfig, IsATable) {
  EXPECT_EQ(complaints_of(fit_and("config = 'x'")),
            "6:10: error: plugin.config has the wrong type; found 'x'; allowed: a table\n");
}

TEST(PluginConfig, HoldsOnlyWhatJsonHas) {
  constexpr std::string_view kAllowed =
      " is not a value that JSON has; found %; allowed: strings, numbers, true, false, lists and "
      "tables\n";
  const auto expected = [&](std::string_view found) {
    std::string text(kAllowed);
    return text.replace(text.find('%'), 1, found);
  };
  EXPECT_EQ(complaints_of(fit_and("[plugin.config]\n"
                                  "a = 1979-05-27\n"
                                  "b = [07:32:00]\n"
                                  "c.d = 1979-05-27T07:32:00Z\n"
                                  "e = inf\n"
                                  "f = -nan\n")),
            "7:5: error: config.a" + expected("1979-05-27") + "8:6: error: config.b" +
                expected("07:32:00") + "9:7: error: config.c.d" + expected("1979-05-27T07:32:00Z") +
                "10:5: error: config.e" + expected("inf") + "11:5: error: config.f" +
                expected("-nan"));
}

TEST(PluginConfig, KeepsThePlacesOfItsValues) {
  const PluginEntry plugin = plugin_of(fit_and("config.list = [{a = 1}, {a = 2}]"));
  EXPECT_EQ(plugin.config_sources.at("/list/1/a").value, (Position{6, 30}));
  EXPECT_EQ(plugin.config_sources.at("/list/1/a").key, (Position{6, 26}));
}

TEST(PluginConfig, KnowsWhichValuesCameFromTheEnvironment) {
  const PluginEntry plugin = plugin_of(fit_and("config = {a = '${A}', b = 'x'}"), {{"A", "y"}});
  EXPECT_TRUE(plugin.config_sources.at("/a").substituted);
  EXPECT_FALSE(plugin.config_sources.at("/b").substituted);
}

TEST(PluginTable, WithoutAnyUseIsWarnedOf) {
  EXPECT_EQ(complaints_with("[[plugin]]\n" + std::string(kFit)),
            "3:1: warning: a plugin that stands in no chain and parses no ids does not run; found "
            "'p'\n");
}

TEST(PluginTable, ThatParsesIdsIsInUse) {
  EXPECT_EQ(manifest_of("chain.key_store = 'open'\n[[channel]]\nname = 'a'\nid_parser = 'p'\n"
                        "[[plugin]]\n" +
                        std::string(kFit))
                .warnings.size(),
            2U);
}

TEST(ManifestValue, FindsAPluginByItsName) {
  const Manifest manifest = manifest_with("[[plugin]]\n" + std::string(kFit));
  EXPECT_EQ(manifest.plugin("p"), &manifest.plugins.front());
  EXPECT_EQ(manifest.plugin("q"), nullptr);
}

TEST(ManifestValue, MakesErrorsThatNameItsFile) {
  EXPECT_EQ(manifest_with("").error({7, 3}, "the library is broken").text(),
            "/etc/relay/relay.toml:7:3: error: the library is broken");
}

}  // namespace
}  // namespace plugboard::manifest
