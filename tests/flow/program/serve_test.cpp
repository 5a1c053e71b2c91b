// How the relay starts.
#include <csignal>
#include <filesystem>
#include <sstream>

#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

Finished serve(const std::string& manifest, const Environment& environment = {}) {
  const TempDir folder;
  const std::string file = folder.write("relay.toml", manifest).string();
  return run_to_end({plugboard_program(), "serve", "--config", file}, environment,
                    folder.path().string());
}

TEST(ReadyLine, NamesTheAddressAndThePortThatWasFree) {
  const RelayProcess relay;
  EXPECT_EQ(relay.standard_output(),
            "listening on 127.0.0.1:" + std::to_string(relay.endpoint().port) + "\n");
  EXPECT_NE(relay.endpoint().port, 0);
}

TEST(ReadyLine, StandsForEachListener) {
  const TempDir folder;
  const std::string socket = (folder.path() / "relay.sock").string();
  const RelayProcess relay(folder,
                           {.listen = "[\"127.0.0.1:0\", \"[::1]:0\", \"unix:" + socket + "\"]"});
  ASSERT_EQ(relay.endpoints().size(), 3U);
  EXPECT_EQ(relay.endpoints()[1].address, "::1");
  EXPECT_EQ(relay.endpoints()[2].address, socket);
  for (const Endpoint& endpoint : relay.endpoints()) {
    RawSocket client(endpoint);
    client.upgrade("/pwa/" + fresh_id(), "", ping_frame("here"));
    EXPECT_EQ(client.frame().payload, "here");
  }
}

TEST(Listeners, PeersOfAllMeet) {
  const RelayProcess relay({.listen = R"(["127.0.0.1:0", "[::1]:0"])"});
  Peer one(relay.endpoints()[0], fresh_id());
  Peer two(relay.endpoints()[1], fresh_id());
  const std::string message = one.send(two.address(), "across");
  EXPECT_EQ(two.receive(), message);
}

TEST(Listeners, AStaleUnixSocketIsReplacedAndRemovedAtTheEnd) {
  const TempDir folder;
  const std::string socket = (folder.path() / "relay.sock").string();
  const Manifest manifest{.listen = "[\"unix:" + socket + "\"]"};
  {
    // A relay that is killed leaves its socket behind.
    RelayProcess killed(folder, manifest);
    killed.signal(SIGKILL);
    EXPECT_TRUE(killed.await_any_end());
  }
  {
    const RelayProcess relay(folder, manifest);
    RawSocket client(relay.endpoint());
    client.upgrade("/pwa/" + fresh_id());
  }
  EXPECT_FALSE(std::filesystem::exists(socket));
}

TEST(Listeners, AUnixSocketThatAnotherRelayHasMadeIsLeftToIt) {
  const TempDir folder;
  const std::string socket = (folder.path() / "relay.sock").string();
  const Manifest manifest{.listen = "[\"unix:" + socket + "\"]"};
  auto before = std::make_unique<RelayProcess>(manifest);
  std::filesystem::remove(socket);
  const RelayProcess after(manifest);
  before.reset();
  RawSocket client(after.endpoint());
  client.upgrade("/pwa/" + fresh_id(), "", ping_frame("here"));
  EXPECT_EQ(client.frame().payload, "here");
}

TEST(APortInUse, IsARuntimeFailure) {
  const RelayProcess first;
  const std::string taken = first.endpoint().authority();
  const Finished second = serve(Manifest{.listen = "[\"" + taken + "\"]"}.text());
  EXPECT_EQ(second.code, 1);
  EXPECT_NE(second.err.find(taken), std::string::npos) << second.err;
  EXPECT_EQ(second.out, "");
  EXPECT_NO_THROW(Peer(first.endpoint(), fresh_id()));
}

TEST(APortInUse, LeavesNoUnixSocketBehind) {
  const RelayProcess first;
  const TempDir folder;
  const std::string socket = (folder.path() / "relay.sock").string();
  const Finished second = serve(
      Manifest{.listen = "[\"unix:" + socket + "\", \"" + first.endpoint().authority() + "\"]"}
          .text());
  EXPECT_EQ(second.code, 1);
  EXPECT_FALSE(std::filesystem::exists(socket));
}

TEST(ABadManifest, IsTwoAndNothingIsServed) {
  const Finished done = serve("[server]\nlisten = [\"127.0.0.1:0\"]\nwhat = 1\n");
  EXPECT_EQ(done.code, 2);
  EXPECT_EQ(done.out, "");
  EXPECT_NE(done.err.find("relay.toml:3:1"), std::string::npos) << done.err;
}

TEST(ABadPlugin, IsTwoAndNothingIsServed) {
  const TempDir folder;
  folder.write("broken.so", "this is no library");
  folder.write("relay.toml", Manifest{.plugins = plugin_table("x", "./broken.so"),
                                      .chain = "key_store = [\"x\"]\n"}
                                 .text());
  const Finished done = run_to_end(
      {plugboard_program(), "serve", "--config", (folder.path() / "relay.toml").string()});
  EXPECT_EQ(done.code, 2);
  EXPECT_EQ(done.out, "");
  EXPECT_NE(done.err.find("broken.so"), std::string::npos) << done.err;
}

TEST(NoManifest, IsTwo) {
  const TempDir empty;
  const Finished done = run_to_end({plugboard_program(), "serve"}, {}, empty.path().string());
  if (std::filesystem::exists("/etc/plugboard/plugboard.toml")) return;  // then that one is served
  EXPECT_EQ(done.code, 2);
  EXPECT_NE(done.err.find("plugboard.toml"), std::string::npos) << done.err;
}

TEST(NoConfigOption, TakesTheManifestOfTheFolder) {
  const TempDir folder;
  folder.write("plugboard.toml", Manifest{}.text());
  const ChildProcess child({plugboard_program(), "serve"}, {}, folder.path().string());
  EXPECT_TRUE(child.await_output([](const std::string& out, const std::string&) {
    return out.find("listening on 127.0.0.1:") != std::string::npos;
  }));
  child.signal(SIGTERM);
  EXPECT_EQ(child.await_exit().value_or(ExitStatus{}).code, 0);
}

TEST(Paths, AreRelativeToTheManifestWhereverItIsStarted) {
  const TempDir folder;
  folder.write("keys.txt", "good-key-1\n");
  folder.write("relay.toml",
               Manifest{.plugins = plugin_table("k", "key-store-file", "file = \"keys.txt\""),
                        .chain = "key_store = [\"k\"]\n"}
                   .text());
  const ChildProcess child(
      {plugboard_program(), "serve", "--config", (folder.path() / "relay.toml").string()}, {}, "/");
  EXPECT_TRUE(child.await_output([](const std::string& out, const std::string&) {
    return out.find("listening on ") != std::string::npos;
  })) << child.standard_error();
  child.signal(SIGTERM);
  EXPECT_EQ(child.await_exit().value_or(ExitStatus{}).code, 0);
}

TEST(ADoorWithoutLimits, IsWarnedOf) {
  const RelayProcess relay;
  EXPECT_TRUE(relay.await_log("rate_limiter")) << relay.standard_error();
}

TEST(TheFileLimit, IsRaisedToTheHardLimit) {
  const TempDir folder;
  const std::string file = folder.write("relay.toml", Manifest{}.text()).string();
  const ChildProcess child({"/bin/sh", "-c", "ulimit -Sn 64; exec \"$0\" serve --config \"$1\"",
                            plugboard_program(), file});
  std::string out;
  ASSERT_TRUE(child.await_output([&](const std::string& so_far, const std::string&) {
    out = so_far;
    return so_far.ends_with("\n");
  })) << child.standard_error();
  const Endpoint endpoint =
      Endpoint::parse(out.substr(std::string("listening on ").size(), out.find('\n') - 13));
  std::vector<std::unique_ptr<RawSocket>> clients;
  for (int i = 0; i < 100; ++i) {
    clients.push_back(std::make_unique<RawSocket>(endpoint));
    clients.back()->upgrade("/pwa/" + fresh_id());
  }
  child.signal(SIGTERM);
  EXPECT_EQ(child.await_exit().value_or(ExitStatus{}).code, 0);
}

TEST(TheFileLimit, BelowMaxConnectionsIsWarnedOf) {
  const TempDir folder;
  const std::string file =
      folder.write("relay.toml", Manifest{.server = "max_connections = 5000\n"}.text()).string();
  const ChildProcess child({"/bin/sh", "-c", "ulimit -n 256; exec \"$0\" serve --config \"$1\"",
                            plugboard_program(), file});
  EXPECT_TRUE(child.await_output([](const std::string&, const std::string& err) {
    return err.find("max_connections") != std::string::npos;
  })) << child.standard_error();
  child.signal(SIGTERM);
  EXPECT_EQ(child.await_exit().value_or(ExitStatus{}).code, 0);
}

TEST(TheLog, CanBeJson) {
  RelayProcess relay({.log = "level = \"debug\"\nformat = \"json\"\n"});
  refusal_of(relay.endpoint(), "/nowhere/x");
  relay.signal(SIGTERM);
  EXPECT_EQ(relay.await_exit(), 0);
  std::istringstream lines(relay.standard_error());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    EXPECT_TRUE(nlohmann::json::accept(line)) << line;
  }
  EXPECT_GT(count, 0);
}

// Of the warning that every relay with open access starts with.
bool warns_as(const std::string& level, const std::string& format) {
  const RelayProcess relay({.log = "format = \"" + format + "\"\n"});
  return await([&] { return relay.standard_error().find(level) != std::string::npos; });
}

TEST(TheLog, NamesLevelsAsTheManifestDoes) { EXPECT_TRUE(warns_as(" warn ", "text")); }

TEST(TheLog, NamesLevelsAsTheManifestDoesInJsonToo) {
  EXPECT_TRUE(warns_as(R"("level":"warn",)", "json"));
}

TEST(TheLog, CanBeOff) {
  RelayProcess relay({.log = "level = \"off\"\n"});
  refusal_of(relay.endpoint(), "/nowhere/x");
  relay.signal(SIGTERM);
  EXPECT_EQ(relay.await_exit(), 0);
  EXPECT_EQ(relay.standard_error(), "");
}

}  // namespace
}  // namespace plugboard::test
