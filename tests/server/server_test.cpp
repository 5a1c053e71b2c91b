// The relay as a part of a program: plugboard::Server.
#include "plugboard/server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <tuple>
#include <vector>

#include "flow/suite.hpp"
#include "plugboard/linked_plugin.hpp"
#include "server/open_relay.hpp"
#include "support/temp_dir.hpp"

namespace plugboard::test {
namespace {

/// Lets in the keys that end in what its config says.
class SuffixKeys : public Plugin {
 public:
  explicit SuffixKeys(const Config& config) : suffix_(config.string("suffix")) {}
  Verdict lookup(const KeyRequest& request) const {
    return request.key.ends_with(suffix_) ? allow() : abstain();
  }

 private:
  std::string suffix_;
};

ServerOptions with_suffix_keys() {
  return {.plugins = {{"suffix-keys", linked_plugin<SuffixKeys, "suffix-keys", "1.0.0">()}}};
}

nlohmann::json suffix_relay(const std::string& suffix) {
  nlohmann::json values = open_relay();
  values["plugin"] = {
      {{"name", "keys"}, {"library", "suffix-keys"}, {"config", {{"suffix", suffix}}}}};
  values["chain"] = {{"key_store", {"keys"}}};
  return values;
}

TEST(Server, ServesWhatValuesSay) {
  Server server;
  ASSERT_EQ(server.start(open_relay()), ServerProblems{});
  EXPECT_TRUE(comes_in(endpoint_of(server), fresh_id()));
}

TEST(Server, ServesWhatAManifestSays) {
  const TempDir folder;
  const auto file = folder.write("plugboard.toml", Manifest().text());
  Server server;
  ASSERT_EQ(server.start(file), ServerProblems{});
  EXPECT_TRUE(comes_in(endpoint_of(server), fresh_id()));
}

TEST(Server, SaysWhatIsWrongAndMayBeStartedAfterwards) {
  nlohmann::json values = open_relay();
  values["server"]["listne"] = 1;
  Server server;
  const ServerProblems problems = server.start(values);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_NE(problems[0].find("listne"), std::string::npos);
  EXPECT_EQ(server.start(open_relay()), ServerProblems{});
}

TEST(Server, SaysThatValuesAreNoManifest) {
  Server server;
  EXPECT_EQ(server.start(nlohmann::json::array({1})),
            (ServerProblems{"./values: error: the values are no object; found array; allowed: an "
                            "object in the shape of a manifest"}));
}

TEST(Server, SaysThatAPortIsInUse) {
  Server first;
  ASSERT_EQ(first.start(open_relay()), ServerProblems{});
  nlohmann::json values = open_relay();
  values["server"]["listen"] = {first.addresses().at(0)};
  Server second;
  EXPECT_EQ(second.start(values).size(), 1U);
}

TEST(Server, IsStartedOnce) {
  Server server;
  ASSERT_EQ(server.start(open_relay()), ServerProblems{});
  EXPECT_EQ(server.start(open_relay()).size(), 1U);
}

TEST(Server, AsksAPluginThatIsPartOfTheProgram) {
  Server server(with_suffix_keys());
  ASSERT_EQ(server.start(suffix_relay("-team")), ServerProblems{});
  EXPECT_TRUE(comes_in(endpoint_of(server), fresh_id(), {.query = "key=alice-team"}));
  EXPECT_FALSE(comes_in(endpoint_of(server), fresh_id(), {.query = "key=alice-crew"}));
}

TEST(Server, HasPluginsOfBothKinds) {
  nlohmann::json values = suffix_relay("-team");
  values["plugins"] = {{"path", {plugin_folder()}}};
  values["plugin"].push_back({{"name", "blobs"}, {"library", "blob-store-memory"}});
  values["chain"]["blob_store"] = "blobs";
  Server server(with_suffix_keys());
  ASSERT_EQ(server.start(values), ServerProblems{});
  EXPECT_EQ(HttpClient(endpoint_of(server)).put("/blob/some-key-1", "x").status, 200);
  EXPECT_TRUE(comes_in(endpoint_of(server), fresh_id(), {.query = "key=alice-team"}));
}

/// What a program knows of who may come in.
struct Directory {
  std::string good_key;
  std::atomic<int> asked{0};
};

/// Asks the program's directory; says what it was made with.
class DirectoryKeys : public Plugin {
 public:
  DirectoryKeys(const Config& config, Directory& directory, const std::string& greeting)
      : directory_(directory) {
    host().info(greeting + " " + config.string("suffix"));
  }
  Verdict lookup(const KeyRequest& request) const {
    ++directory_.asked;
    return request.key == directory_.good_key ? allow() : deny();
  }

 private:
  Directory& directory_;
};

/// The same without a config.
class PlainDirectoryKeys : public Plugin {
 public:
  explicit PlainDirectoryKeys(const Directory& directory) : directory_(directory) {}
  Verdict lookup(const KeyRequest& request) const {
    return request.key == directory_.good_key ? allow() : deny();
  }

 private:
  const Directory& directory_;
};

TEST(Server, GivesALinkedPluginPartsOfTheProgram) {
  Directory directory{.good_key = "key-of-alice"};
  const std::string greeting = "made for";
  Server server(
      {.plugins = {{"suffix-keys", linked_plugin<DirectoryKeys, "directory-keys", "1.0.0">(
                                       directory, greeting)}}});
  ASSERT_EQ(server.start(suffix_relay("-team")), ServerProblems{});
  EXPECT_TRUE(comes_in(endpoint_of(server), fresh_id(), {.query = "key=key-of-alice"}));
  EXPECT_FALSE(comes_in(endpoint_of(server), fresh_id(), {.query = "key=key-of-bob"}));
  EXPECT_EQ(directory.asked, 2);
}

TEST(Server, GivesTwoServersPartsOfTheirOwn) {
  const Directory first_directory{.good_key = "key-of-first"};
  const Directory second_directory{.good_key = "key-of-second"};
  const auto with = [](const Directory& directory) {
    return ServerOptions{
        .plugins = {{"suffix-keys",
                     linked_plugin<PlainDirectoryKeys, "directory-keys", "1.0.0">(directory)}}};
  };
  Server first(with(first_directory));
  Server second(with(second_directory));
  nlohmann::json values = suffix_relay("");
  values["plugin"][0].erase("config");
  ASSERT_EQ(first.start(values), ServerProblems{});
  ASSERT_EQ(second.start(values), ServerProblems{});
  EXPECT_TRUE(comes_in(endpoint_of(first), fresh_id(), {.query = "key=key-of-first"}));
  EXPECT_FALSE(comes_in(endpoint_of(second), fresh_id(), {.query = "key=key-of-first"}));
  EXPECT_TRUE(comes_in(endpoint_of(second), fresh_id(), {.query = "key=key-of-second"}));
}

TEST(Server, GivesThePartsToInstancesOfAReloadToo) {
  Directory directory{.good_key = "key-of-alice"};
  const std::string greeting = "made for";
  Server server(
      {.plugins = {{"suffix-keys", linked_plugin<DirectoryKeys, "directory-keys", "1.0.0">(
                                       directory, greeting)}}});
  ASSERT_EQ(server.start(suffix_relay("-team")), ServerProblems{});
  ASSERT_EQ(server.reload(suffix_relay("-crew")), ServerProblems{});
  EXPECT_TRUE(comes_in(endpoint_of(server), fresh_id(), {.query = "key=key-of-alice"}));
}

/// Keeps the lines of a log, which it is also a function for.
class Lines {
 public:
  using Line = std::tuple<int, std::string, std::string>;

  std::function<void(const LogLine&)> function() {
    return [this](const LogLine& line) {
      const std::lock_guard lock(mutex_);
      lines_.emplace_back(line.level, line.plugin, line.text);
    };
  }
  std::vector<Line> of(const std::string& plugin) const {
    const std::lock_guard lock(mutex_);
    std::vector<Line> found;
    for (const Line& line : lines_) {
      if (std::get<1>(line) == plugin) found.push_back(line);
    }
    return found;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Line> lines_;
};

nlohmann::json logging(nlohmann::json values, const std::string& level) {
  values["log"] = {{"level", level}};
  return values;
}

TEST(Server, TellsItsLogToTheProgram) {
  Lines lines;
  {
    Server server({.log = lines.function()});
    ASSERT_EQ(server.start(logging(open_relay(), "warn")), ServerProblems{});
  }
  ASSERT_FALSE(lines.of("").empty());
  const auto [level, plugin, text] = lines.of("")[0];
  EXPECT_EQ(level, PLUGBOARD_LOG_WARN);
  EXPECT_NE(text.find("rate_limiter"), std::string::npos) << text;
}

TEST(Server, TellsWhatALinkedPluginLogsInItsConstructor) {
  Lines lines;
  Directory directory;
  const std::string greeting = "made for";
  {
    Server server(
        {.plugins = {{"suffix-keys", linked_plugin<DirectoryKeys, "directory-keys", "1.0.0">(
                                         directory, greeting)}},
         .log = lines.function()});
    ASSERT_EQ(server.start(logging(suffix_relay("-team"), "info")), ServerProblems{});
  }
  ASSERT_FALSE(lines.of("keys").empty());
  EXPECT_EQ(lines.of("keys")[0], Lines::Line(PLUGBOARD_LOG_INFO, "keys", "made for -team"));
}

TEST(Server, TellsNoLinesBelowTheManifestsLevel) {
  Lines lines;
  {
    Server server({.log = lines.function()});
    ASSERT_EQ(server.start(logging(open_relay(), "off")), ServerProblems{});
  }
  EXPECT_TRUE(lines.of("").empty());
}

TEST(Server, OutlivesALogFunctionThatThrows) {
  Server server({.log = [](const LogLine&) { throw 7; }});
  ASSERT_EQ(server.start(logging(open_relay(), "trace")), ServerProblems{});
  EXPECT_TRUE(comes_in(endpoint_of(server), fresh_id()));
}

TEST(Server, RefusesAPluginThatTheProgramLacks) {
  Server server;
  const ServerProblems problems = server.start(suffix_relay("-team"));
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_NE(problems[0].find("suffix-keys"), std::string::npos);
}

TEST(Server, ReloadsWhileConnectionsStay) {
  Server server(with_suffix_keys());
  ASSERT_EQ(server.start(suffix_relay("-team")), ServerProblems{});
  const Peer alice(endpoint_of(server), fresh_id(), {.query = "key=alice-team"});
  ASSERT_EQ(server.reload(suffix_relay("-crew")), ServerProblems{});
  EXPECT_TRUE(comes_in(endpoint_of(server), fresh_id(), {.query = "key=alice-crew"}));
  EXPECT_FALSE(comes_in(endpoint_of(server), fresh_id(), {.query = "key=alice-team"}));
  EXPECT_EQ(server.connections() > 0, true);
}

TEST(Server, KeepsEverythingAfterAReloadThatFails) {
  Server server(with_suffix_keys());
  ASSERT_EQ(server.start(suffix_relay("-team")), ServerProblems{});
  EXPECT_EQ(server.reload(nlohmann::json::object()).empty(), false);
  EXPECT_TRUE(comes_in(endpoint_of(server), fresh_id(), {.query = "key=alice-team"}));
}

TEST(Server, LivesBesideAnother) {
  Server first;
  Server second;
  ASSERT_EQ(first.start(open_relay()), ServerProblems{});
  ASSERT_EQ(second.start(open_relay()), ServerProblems{});
  const std::string id = fresh_id();
  const Peer here(endpoint_of(first), id);
  const Peer there(endpoint_of(second), id);
  EXPECT_EQ(first.connections(), 1U);
}

}  // namespace
}  // namespace plugboard::test
