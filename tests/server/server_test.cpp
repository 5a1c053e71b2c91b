// The relay as a part of a program: plugboard::Server.
#include "plugboard/server.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <tuple>
#include <vector>

#include "flow/suite.hpp"
#include "plugboard/linked_plugin.hpp"
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

nlohmann::json open_relay() {
  return {{"server", {{"listen", {"127.0.0.1:0"}}, {"threads", 2}}},
          {"channel", {{{"name", "pwa"}}}},
          {"chain", {{"key_store", "open"}}},
          {"log", {{"level", "error"}}}};
}

nlohmann::json suffix_relay(const std::string& suffix) {
  nlohmann::json values = open_relay();
  values["plugin"] = {
      {{"name", "keys"}, {"library", "suffix-keys"}, {"config", {{"suffix", suffix}}}}};
  values["chain"] = {{"key_store", {"keys"}}};
  return values;
}

Endpoint endpoint_of(const Server& server) { return Endpoint::parse(server.addresses().at(0)); }

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

/// A connection that somebody else accepted: the client's end of it, and the descriptor.
class Accepted {
 public:
  Accepted() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_, 1);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    client_ = std::make_unique<RawSocket>(
        Endpoint{.address = "127.0.0.1", .port = ntohs(address.sin_port)});
    descriptor_ = ::accept(listener_, nullptr, nullptr);
  }
  ~Accepted() { ::close(listener_); }
  Accepted(const Accepted&) = delete;
  Accepted& operator=(const Accepted&) = delete;
  Accepted(Accepted&&) = delete;
  Accepted& operator=(Accepted&&) = delete;

  RawSocket& client() { return *client_; }
  int descriptor() const { return descriptor_; }

 private:
  int listener_;
  std::unique_ptr<RawSocket> client_;
  int descriptor_ = -1;
};

class Adopting : public testing::Test {
 protected:
  Adopting() : server_({.listen = false}) {
    const ServerProblems problems = server_.start(open_relay());
    if (!problems.empty()) throw std::runtime_error(problems[0]);
  }

  Server server_;
};

TEST_F(Adopting, ListensNowhere) { EXPECT_TRUE(server_.addresses().empty()); }

TEST_F(Adopting, ServesAnUpgradeThatHasBeenReadWithTheFramesBehindIt) {
  Accepted accepted;
  server_.adopt(accepted.descriptor(),
                accepted.client().upgrade_request("/pwa/" + fresh_id()) + ping_frame("behind"));
  EXPECT_EQ(accepted.client().response().status, 101);
  EXPECT_EQ(accepted.client().frame().payload, "behind");
}

TEST_F(Adopting, ReadsOnWhereTheOtherStopped) {
  Accepted accepted;
  const std::string request = accepted.client().upgrade_request("/pwa/" + fresh_id());
  server_.adopt(accepted.descriptor(), request.substr(0, 30));
  accepted.client().send(request.substr(30));
  EXPECT_EQ(accepted.client().response().status, 101);
}

TEST_F(Adopting, ServesRequestsOfAnyKind) {
  Accepted accepted;
  const std::string request = "GET /health HTTP/1.1\r\nHost: test\r\n\r\n";
  server_.adopt(accepted.descriptor(), request);
  EXPECT_EQ(accepted.client().response().status, 200);
  accepted.client().send(request);
  EXPECT_EQ(accepted.client().response().status, 200);
}

TEST_F(Adopting, RefusesWhatIsNoRequest) {
  Accepted accepted;
  server_.adopt(accepted.descriptor(), "nonsense\r\n\r\n");
  EXPECT_EQ(accepted.client().response().status, 400);
  EXPECT_TRUE(accepted.client().await_end());
}

TEST_F(Adopting, LetsGoOfWhatIsNoConnection) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  server_.adopt(ends[1], "");
  pollfd end{.fd = ends[0], .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&end, 1, 20'000), 1);
  EXPECT_NE(end.revents & POLLHUP, 0);
  ::close(ends[0]);
}

TEST_F(Adopting, ClosesWhatComesBeforeTheStart) {
  Server server;
  Accepted accepted;
  server.adopt(accepted.descriptor(), "");
  EXPECT_TRUE(accepted.client().await_end());
}

TEST_F(Adopting, CountsTowardsTheMostConnections) {
  nlohmann::json values = open_relay();
  values["server"]["max_connections"] = 1;
  ASSERT_EQ(server_.reload(values), ServerProblems{});
  Accepted first;
  server_.adopt(first.descriptor(), first.client().upgrade_request("/pwa/" + fresh_id()));
  EXPECT_EQ(first.client().response().status, 101);
  Accepted second;
  server_.adopt(second.descriptor(), second.client().upgrade_request("/pwa/" + fresh_id()));
  EXPECT_EQ(second.client().response().status, 503);
}

/// A server that the test's own thread turns.
class Turning : public testing::Test {
 protected:
  Turning() : server_({.own_threads = false}) {
    const ServerProblems problems = server_.start(open_relay());
    if (!problems.empty()) throw std::runtime_error(problems[0]);
    thread_ = std::thread([this] {
      while (!ended_) {
        if (server_.turn()) continue;
        pollfd wanted{.fd = server_.descriptor(), .events = POLLIN, .revents = 0};
        ::poll(&wanted, 1, 50);
      }
    });
  }
  ~Turning() override { join(); }

  void join() {
    ended_ = true;
    if (thread_.joinable()) thread_.join();
  }

  Server server_;
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

TEST_F(Turning, ServesPeers) {
  const std::string bob_id = fresh_id();
  Peer alice(endpoint_of(server_), fresh_id());
  Peer bob(endpoint_of(server_), bob_id);
  alice.send("pwa:" + bob_id, "hello");
  EXPECT_EQ(bob.receive_json().at("payload"), "hello");
}

TEST_F(Turning, HasItsDeadlinesMet) {
  nlohmann::json values = open_relay();
  values["server"]["handshake_timeout"] = "200ms";
  ASSERT_EQ(server_.reload(values), ServerProblems{});
  RawSocket silent(endpoint_of(server_));
  EXPECT_TRUE(silent.await_end());
}

TEST(TurningTooEarly, DoesNothing) {
  Server server({.own_threads = false});
  EXPECT_EQ(server.descriptor(), -1);
  EXPECT_FALSE(server.turn());
}

TEST_F(Turning, DoesNothingAfterTheStop) {
  join();
  server_.stop();
  EXPECT_EQ(server_.descriptor(), -1);
  EXPECT_FALSE(server_.turn());
}

TEST(TurningForNobody, DoesNothingWhereTheServerHasThreads) {
  Server server;
  ASSERT_EQ(server.start(open_relay()), ServerProblems{});
  EXPECT_EQ(server.descriptor(), -1);
  EXPECT_FALSE(server.turn());
}

TEST_F(Turning, StopsAfterItsLastTurn) {
  const Peer alice(endpoint_of(server_), fresh_id());
  join();
  server_.stop();
  EXPECT_EQ(server_.connections(), 0U);
}

}  // namespace
}  // namespace plugboard::test
