// The check tool has nothing to say about plugins that are as they should be.
#include "plugin_check/plugin_check.hpp"
#include "support/temp_dir.hpp"

namespace plugboard::test {
namespace {

/// What the shipped plugins need around them.
struct Surroundings {
  Surroundings() {
    keys = folder.write("keys.txt", "key-number-one\nkey-number-two\n").string();
    database = folder.write("keys.db", "").string();  // to SQLite a database without tables
    site = folder.path().string();
    ::setenv("PLUGIN_CHECK_KEYS", "key-number-one,key-number-two", 1);
  }
  TempDir folder;
  std::string keys;
  std::string database;
  std::string site;
};

const Surroundings& surroundings() {
  static const Surroundings all;
  return all;
}

CheckedPlugin shipped(const std::string& library, const std::string& config,
                      std::vector<std::string> keys = {}) {
  std::string name = library;
  std::replace(name.begin(), name.end(), '-', '_');
  return {.name = name,
          .library = PLUGBOARD_BUILD_DIR "/plugins/" + library + ".so",
          .config = config,
          .keys = std::move(keys)};
}

CheckedPlugin other(const std::string& name) {
  return {name, PLUGBOARD_BUILD_DIR "/tests/bad_plugins/" + name + ".so"};
}

/// One of docs/cookbook.md.
CheckedPlugin recipe(const std::string& name, const std::string& config = "") {
  return {"recipe_" + name, PLUGBOARD_BUILD_DIR "/tests/cookbook/" + name + ".so", config};
}

std::vector<CheckedPlugin> plugins() {
  const Surroundings& around = surroundings();
  const std::vector<std::string> keys = {"key-number-one", "key-number-two"};
  return {
      shipped("key-store-file", R"({"file":")" + around.keys + R"("})", keys),
      shipped("key-store-env", R"({"variable":"PLUGIN_CHECK_KEYS"})", keys),
#ifdef PLUGBOARD_SQL
      shipped("key-store-sql",
              R"({"connection":"sqlite3://)" + around.database +
                  R"(","query":"SELECT 1 WHERE :key LIKE 'key-number-___'"})",
              keys),
      shipped("blob-store-sql", R"({"connection":"sqlite3://)" + around.site + R"(/blobs.db"})"),
#endif
      shipped("rate-limiter", R"({"max_connections":3,"max_messages":5})"),
      shipped("blob-store-memory", "{}"),
      shipped("http-files", R"({"folder":")" + around.site + R"("})"),
      shipped("verify-ed25519", ""),
      shipped("access-log", R"({"file":")" + around.site + R"(/access.log"})"),
      recipe("tickets", R"({"secret":"sixteen-or-more-characters"})"),
      recipe("teams"),
      recipe("moderation", R"({"moderator":"pwa:moderator1"})"),
      recipe("letterbox"),
      recipe("metrics"),
      recipe("bouncer"),
      other("lively"),
      other("newer_minor")};
}

class GoodPlugin : public testing::TestWithParam<CheckedPlugin> {
 protected:
  static void SetUpTestSuite() { checks_ = std::make_unique<ChecksAtOnce>(plugins()); }
  static void TearDownTestSuite() { checks_.reset(); }

  inline static std::unique_ptr<ChecksAtOnce> checks_;
};

TEST_P(GoodPlugin, IsClean) {
  const Finished report = checks_->of(GetParam().name);
  EXPECT_EQ(findings_of(report.out), std::set<std::string>{}) << "the whole report:\n"
                                                              << report.out;
  EXPECT_EQ(report.code, 0) << report.err;
}

INSTANTIATE_TEST_SUITE_P(All, GoodPlugin, testing::ValuesIn(plugins()),
                         [](const auto& tested) { return tested.param.name; });

TEST(PluginCheck, NeedsAConfigWhereThePluginDoes) {
  const Finished report = run_check(shipped("key-store-file", ""));
  EXPECT_EQ(report.code, 2);
  EXPECT_NE(report.err.find("needs a config (--config JSON)"), std::string::npos) << report.err;
  EXPECT_NE(report.err.find("file"), std::string::npos) << report.err;
}

TEST(PluginCheck, SaysWhatIsWrongWithAConfig) {
  const Finished report = run_check(shipped("rate-limiter", R"({"max_mesages":5})"));
  EXPECT_EQ(report.code, 2);
  EXPECT_NE(report.err.find("max_messages"), std::string::npos) << report.err;
}

TEST(PluginCheck, RefusesABadCommandLine) {
  EXPECT_EQ(run_check({"", "/no/such/file.so"}).code, 2);
  EXPECT_EQ(run_check(shipped("rate-limiter", "[1]")).code, 2);
  EXPECT_EQ(
      run_check({"", PLUGBOARD_BUILD_DIR "/plugins/rate-limiter.so", "", {}, "thorough"}).code, 2);
}

TEST(PluginCheck, PrintsAReportForPeople) {
  const Finished report = run_long({plugboard_program(), "plugin-check",
                                    PLUGBOARD_BUILD_DIR "/tests/bad_plugins/second_export.so"});
  EXPECT_EQ(report.code, 1);
  EXPECT_NE(report.out.find("second-export 1.0.0, plugin ABI 1.0, kinds: key-store"),
            std::string::npos)
      << report.out;
  EXPECT_NE(report.out.find("second-export: the file exports second_export_of_mine"),
            std::string::npos)
      << report.out;
  EXPECT_NE(report.out.find("\n1 finding\n"), std::string::npos) << report.out;
}

}  // namespace
}  // namespace plugboard::test
