// The commands that do not serve, and how bad usage ends.
#include <regex>

#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

Finished run(const std::vector<std::string>& arguments, const Environment& environment = {},
             const std::string& folder = "", const std::optional<std::string>& input = {}) {
  std::vector<std::string> all{plugboard_program()};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run_to_end(all, environment, folder, input);
}

TEST(Version, IsPrinted) {
  const Finished done = run({"version"});
  EXPECT_EQ(done.code, 0);
  EXPECT_TRUE(std::regex_search(done.out, std::regex("[0-9]+\\.[0-9]+\\.[0-9]+"))) << done.out;
  EXPECT_EQ(done.err, "");
}

TEST(Version, IsPrintedForTheUsualOptionToo) {
  EXPECT_EQ(run({"--version"}).out, run({"version"}).out);
}

TEST(Stdout, ThatCannotBeWrittenIsAFailureOfWhoWantedToSaySomething) {
  for (const char* command : {"version", "key new", "--help"}) {
    const Finished done =
        run_to_end({"/bin/sh", "-c", plugboard_program() + " " + command + " > /dev/full"});
    EXPECT_EQ(done.code, 1) << command;
    EXPECT_NE(done.err.find("stdout cannot be written"), std::string::npos) << done.err;
  }
}

TEST(BadUsage, IsTwo) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{},
                                                    {"serv"},
                                                    {"serve", "--confg", "x"},
                                                    {"serve", "extra", "words"},
                                                    {"check"},
                                                    {"key"},
                                                    {"key", "old"}}) {
    const Finished done = run(arguments);
    EXPECT_EQ(done.code, 2) << testing::PrintToString(arguments);
    EXPECT_FALSE(done.err.empty() && done.out.empty()) << testing::PrintToString(arguments);
  }
}

TEST(Help, IsFine) { EXPECT_EQ(run({"--help"}).code, 0); }

TEST(KeyNew, PrintsAFreshAccessKey) {
  const Finished one = run({"key", "new"});
  const Finished two = run({"key", "new"});
  EXPECT_EQ(one.code, 0);
  EXPECT_TRUE(std::regex_match(one.out, std::regex("[A-Za-z0-9_-]{8,64}\n"))) << one.out;
  EXPECT_GE(one.out.size(), 22U);  // not to be guessed
  EXPECT_NE(one.out, two.out);
}

TEST(KeyNew, NeverLooksLikeAnOption) {
  for (int draw = 0; draw < 200; ++draw) ASSERT_NE(run({"key", "new"}).out.front(), '-');
}

TEST(KeyHash, PrintsTheLineForAKeyFile) {
  // printf good-key-1 | sha256sum
  const std::string line =
      "sha256:0aa1cb3fb5aeb5896547e6f3262f11254e3f5d89d19d11095718e170a3a7d023\n";
  for (const char* input : {"good-key-1", "good-key-1\n", "good-key-1\r\n"}) {
    const Finished done = run({"key", "hash"}, {}, "", input);
    EXPECT_EQ(done.code, 0);
    EXPECT_EQ(done.out, line);
  }
}

TEST(KeyHash, RefusesWhatIsNoKeyWithoutRepeatingIt) {
  for (const char* input : {"", "short", "no spaces allowed"}) {
    const Finished done = run({"key", "hash"}, {}, "", input);
    EXPECT_NE(done.code, 0) << input;
    EXPECT_EQ(done.out, "");
    EXPECT_TRUE(*input == '\0' || done.err.find(input) == std::string::npos) << done.err;
  }
}

class Check : public testing::Test {
 protected:
  Finished check(const std::string& manifest, const Environment& environment = {}) {
    folder_.write("relay.toml", manifest);
    return run({"check", (folder_.path() / "relay.toml").string()}, environment);
  }

  TempDir folder_;
};

TEST_F(Check, OfARightManifestIsZeroAndDoesNotServe) {
  const Finished done = check(Manifest{}.text());
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_EQ(done.out.find("listening"), std::string::npos);
}

TEST_F(Check, OfAMissingFileIsTwo) {
  const Finished done = run({"check", "/nowhere/at/all.toml"});
  EXPECT_EQ(done.code, 2);
  EXPECT_NE(done.err.find("/nowhere/at/all.toml"), std::string::npos) << done.err;
}

TEST_F(Check, NamesFileLineAndColumnAndTheNearestName) {
  const Finished done = check(
      "[server]\nlisten = [\"127.0.0.1:0\"]\nmax_mesage = 5\n"
      "[[channel]]\nname = \"pwa\"\n[chain]\nkey_store = \"open\"\n");
  EXPECT_EQ(done.code, 2);
  EXPECT_NE(done.err.find("relay.toml:3:1"), std::string::npos) << done.err;
  EXPECT_NE(done.err.find("max_mesage"), std::string::npos) << done.err;
  EXPECT_NE(done.err.find("max_message"), std::string::npos) << done.err;
}

TEST_F(Check, ReportsAllMistakesAtOnce) {
  const Finished done = check(
      "[server]\nlisten = 5\nthreads = \"two\"\nmax_message = \"2 elephants\"\n"
      "on_invalid_key = \"ignore\"\n[[channel]]\nname = \"with:colon\"\n"
      "[chain]\nkey_store = \"open\"\n");
  EXPECT_EQ(done.code, 2);
  for (const char* place :
       {"relay.toml:2:", "relay.toml:3:", "relay.toml:4:", "relay.toml:5:", "relay.toml:7:"}) {
    EXPECT_NE(done.err.find(place), std::string::npos) << place << "\n" << done.err;
  }
}

TEST_F(Check, MistakesInPluginsAreReportedBesideThoseOfTheManifestInTheOrderOfTheFile) {
  Manifest manifest{.plugins = plugin_table("blobs", "blob-store-memory", "max_sise = 5") +
                               plugin_table("lost", "no-such-library"),
                    .chain = "key_store = \"opened\"\nblob_store = \"blobs\"\n"};
  const Finished done = check("threads = 1\n" + manifest.text());
  EXPECT_EQ(done.code, 2);
  std::size_t last = 0;
  for (const char* found : {"threads", "max_sise", "no-such-library", "opened"}) {
    const std::size_t at = done.err.find(found);
    EXPECT_TRUE(at != std::string::npos && at >= last) << found << "\n" << done.err;
    last = at;
  }
}

TEST_F(Check, NothingIsGuessedAboutAPluginWhoseTableHasMistakes) {
  const Finished done =
      check(Manifest{.plugins = plugin_table("k", "key-store-file", "file = \"${NOT_SET_HERE}\""),
                     .chain = "key_store = [\"k\"]\n"}
                .text());
  EXPECT_EQ(done.code, 2);
  EXPECT_NE(done.err.find("NOT_SET_HERE is not set"), std::string::npos) << done.err;
  EXPECT_EQ(done.err.find("error"), done.err.rfind("error")) << done.err;
}

TEST_F(Check, NamesThePlaceOfASyntaxError) {
  const Finished done = check("[server]\nlisten = [\n\n[[channel]\n");
  EXPECT_EQ(done.code, 2);
  EXPECT_TRUE(std::regex_search(done.err, std::regex("relay\\.toml:[0-9]+:[0-9]+"))) << done.err;
}

TEST_F(Check, OpenAccessMustBeADecision) {
  const Finished done =
      check("[server]\nlisten = [\"127.0.0.1:0\"]\n[[channel]]\nname = \"pwa\"\n");
  EXPECT_EQ(done.code, 2);
  EXPECT_NE(done.err.find("key_store"), std::string::npos) << done.err;
  EXPECT_NE(done.err.find("open"), std::string::npos) << done.err;
}

TEST_F(Check, NeedsAChannel) {
  const Finished done =
      check("[server]\nlisten = [\"127.0.0.1:0\"]\n[chain]\nkey_store = \"open\"\n");
  EXPECT_EQ(done.code, 2);
  EXPECT_NE(done.err.find("channel"), std::string::npos) << done.err;
}

TEST_F(Check, ATokenForTheStatisticsMustBeGiven) {
  EXPECT_EQ(check(Manifest{.stats = "access = \"token\"\n"}.text()).code, 2);
}

TEST_F(Check, AVariableThatIsNotSetIsAnErrorAndOneThatIsIsNotPrinted) {
  const Manifest manifest{.stats = "access = \"token\"\ntoken = \"${TEST_TOKEN}\"\n"};
  const Finished unset = check(manifest.text());
  EXPECT_EQ(unset.code, 2);
  EXPECT_NE(unset.err.find("TEST_TOKEN"), std::string::npos) << unset.err;
  const Finished set = check(manifest.text(), {{"TEST_TOKEN", "do-not-print-me"}});
  EXPECT_EQ(set.code, 0) << set.err;
  EXPECT_EQ((set.err + set.out).find("do-not-print-me"), std::string::npos);
}

TEST_F(Check, APluginThatIsNotFoundIsAnError) {
  const Finished done = check(
      Manifest{.plugins = plugin_table("x", "no-such-library"), .chain = "key_store = [\"x\"]\n"}
          .text());
  EXPECT_EQ(done.code, 2);
  EXPECT_NE(done.err.find("no-such-library"), std::string::npos) << done.err;
}

TEST_F(Check, AChainThatNamesNoPluginIsAnError) {
  const Finished done = check(Manifest{.chain = "key_store = [\"unnamed\"]\n"}.text());
  EXPECT_EQ(done.code, 2);
  EXPECT_NE(done.err.find("unnamed"), std::string::npos) << done.err;
}

TEST_F(Check, APluginOfAnotherKindIsAnError) {
  const Finished done = check(Manifest{.plugins = plugin_table("blobs", "blob-store-memory"),
                                       .chain = "key_store = [\"blobs\"]\n"}
                                  .text());
  EXPECT_EQ(done.code, 2);
  EXPECT_NE(done.err.find("blobs"), std::string::npos) << done.err;
}

TEST_F(Check, AFileOfAnotherHashIsRefused) {
  const Finished done =
      check(Manifest{.plugins = "[[plugin]]\nname = \"blobs\"\nlibrary = \"blob-store-memory\"\n"
                                "sha256 = \"" +
                                std::string(64, '0') + "\"\n",
                     .chain = "key_store = \"open\"\nblob_store = \"blobs\"\n"}
                .text());
  EXPECT_EQ(done.code, 2);
  EXPECT_NE(done.err.find("sha256"), std::string::npos) << done.err;
}

TEST_F(Check, AConfigThatAPluginDoesNotTakeIsReportedWithItsPlace) {
  const std::string text =
      Manifest{.plugins = plugin_table("blobs", "blob-store-memory", "max_sise = 5"),
               .chain = "key_store = \"open\"\nblob_store = \"blobs\"\n"}
          .text();
  const Finished done = check(text);
  EXPECT_EQ(done.code, 2);
  const auto line =
      std::count(text.begin(), text.begin() + static_cast<long>(text.find("max_sise")), '\n') + 1;
  EXPECT_NE(done.err.find("relay.toml:" + std::to_string(line) + ":"), std::string::npos)
      << done.err;
  EXPECT_NE(done.err.find("max_size"), std::string::npos) << done.err;
}

TEST_F(Check, AConfigThatAPluginRefusesIsReported) {
  const Finished done =
      check(Manifest{.plugins = plugin_table("k", "key-store-env", "variable = \"NOT_SET_HERE\""),
                     .chain = "key_store = [\"k\"]\n"}
                .text());
  EXPECT_EQ(done.code, 2);
  EXPECT_NE(done.err.find("NOT_SET_HERE"), std::string::npos) << done.err;
}

TEST(Plugins, AreListedWithTheirKinds) {
  const TempDir folder;
  const std::string file = folder.write("relay.toml", Manifest{}.text()).string();
  const Finished done = run({"plugins", file});
  EXPECT_EQ(done.code, 0) << done.err;
  for (const char* name : {"key-store-env", "key-store-file", "rate-limiter", "blob-store-memory",
                           "access-log", "max_connections", "max_size"}) {
    EXPECT_NE(done.out.find(name), std::string::npos) << name << "\n" << done.out;
  }
}

TEST(Plugins, AreFoundOnTheGivenPath) {
  const TempDir folder;
  const std::string file =
      folder
          .write("relay.toml",
                 "[server]\nlisten = [\"127.0.0.1:0\"]\n[[channel]]\nname = \"pwa\"\n" +
                     plugin_table("blobs", "blob-store-memory") +
                     "[chain]\nkey_store = \"open\"\nblob_store = \"blobs\"\n")
          .string();
  EXPECT_EQ(run({"check", file}).code, 2);
  EXPECT_EQ(run({"check", file, "--plugin-path", plugin_folder()}).code, 0);
}

}  // namespace
}  // namespace plugboard::test
