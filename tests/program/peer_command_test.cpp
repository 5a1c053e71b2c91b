// `plugboard peer` as scripts use it.
#include <gmock/gmock.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "support/child_process.hpp"
#include "support/peer.hpp"
#include "support/relay_process.hpp"

namespace plugboard::test {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kKey = "test-key-0001";

class PeerCommand : public testing::Test {
 protected:
  PeerCommand() {
    folder_.write("keys.txt", std::string(kKey) + "\n");
    Manifest manifest;
    manifest.channels =
        "[[channel]]\nname = \"demo\"\npresence_list = true\nundeliverable = \"notify\"\n";
    manifest.plugins = plugin_table("keys", "key-store-file", R"(file = "keys.txt")");
    manifest.chain = "key_store = [\"keys\"]\n";
    relay_ = std::make_unique<RelayProcess>(folder_, manifest);
  }

  std::vector<std::string> command(std::vector<std::string> more = {},
                                   const std::string& key = kKey) const {
    std::vector<std::string> all = {
        plugboard_program(), "peer",      "ws://" + relay_->endpoint().authority(),
        "--channel",         "demo",      "--id",
        "alice001",          "--timeout", "30"};
    if (!key.empty()) all.insert(all.end(), {"--key", key});
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  Finished run(const std::vector<std::string>& more, const std::string& input) const {
    return run_to_end(command(more), {}, {}, input);
  }

  Peer bob() const {
    return Peer(relay_->endpoint(), "bob00001",
                {.channel = "demo", .query = std::string("key=") + kKey});
  }

  TempDir folder_;
  std::unique_ptr<RelayProcess> relay_;
};

std::vector<json> events_of(const std::string& out) {
  std::vector<json> events;
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line);) events.push_back(json::parse(line));
  return events;
}

TEST_F(PeerCommand, SendsItsInputAndLeaves) {
  Peer receiver = bob();
  const Finished sent = run({}, "demo:bob00001 hello\ndemo:bob00001 grüße");
  EXPECT_EQ(sent.code, 0);
  EXPECT_EQ(sent.out, "connected as demo:alice001\n");
  EXPECT_EQ(receiver.receive_json(),
            (json{{"from", "demo:alice001"}, {"to", "demo:bob00001"}, {"payload", "hello"}}));
  EXPECT_EQ(receiver.receive_json().at("payload"), "grüße");
}

TEST_F(PeerCommand, LeavesOnlyOnceTheRelayHasTakenEverything) {
  constexpr int kLines = 5'000;
  Peer receiver = bob();
  std::string input;
  for (int n = 0; n < kLines; ++n) {
    input += R"({"to":"demo:bob00001","payload":)" + std::to_string(n) + "}\n";
  }
  const ChildProcess sender(command({"--json"}), {}, {}, input);
  for (int n = 0; n < kLines; ++n) ASSERT_EQ(receiver.receive_json().at("payload"), n);
  EXPECT_EQ(sender.await_exit()->code, 0);
}

TEST_F(PeerCommand, PrintsWhatArrives) {
  Peer sender = bob();
  const ChildProcess peer(command({"--count", "2"}));
  ASSERT_TRUE(
      peer.await_output([](const std::string& out, const std::string&) { return !out.empty(); }));
  sender.send("demo:alice001", "hello");
  sender.send("demo:alice001", {{"x", 1}});
  EXPECT_EQ(peer.await_exit()->code, 0);
  EXPECT_EQ(peer.standard_output(),
            "connected as demo:alice001\ndemo:bob00001 hello\ndemo:bob00001 {\"x\":1}\n");
}

TEST_F(PeerCommand, PrintsNoColorsIntoAPipe) {
  EXPECT_THAT(run({}, "").out, testing::Not(HasSubstr("\x1b")));
}

TEST_F(PeerCommand, SpeaksJson) {
  Peer sender = bob();
  const ChildProcess peer(command({"--json", "--count", "1"}));
  ASSERT_TRUE(
      peer.await_output([](const std::string& out, const std::string&) { return !out.empty(); }));
  sender.send("demo:alice001", {{"text", "zwei\nZeilen"}});
  EXPECT_EQ(peer.await_exit()->code, 0);
  EXPECT_THAT(events_of(peer.standard_output()),
              ElementsAre(json{{"event", "open"}, {"address", "demo:alice001"}},
                          json{{"event", "message"},
                               {"from", "demo:bob00001"},
                               {"payload", {{"text", "zwei\nZeilen"}}}},
                          json{{"event", "close"}, {"code", 1000}, {"reason", ""}}));
}

TEST_F(PeerCommand, WatchesInJson) {
  const auto events = events_of(run({"--json"}, "{\"watch\":\"demo:bob00001\"}\n").out);
  EXPECT_THAT(events,
              testing::Contains(
                  json{{"event", "peer-status"}, {"address", "demo:bob00001"}, {"online", false}}));
}

TEST_F(PeerCommand, WatchesAWholeChannelItselfIncluded) {
  const ChildProcess peer(command({"--stay"}), {}, {}, "/watch demo:*\n");
  EXPECT_TRUE(peer.await_output([](const std::string& out, const std::string&) {
    return out.find("demo:alice001 is online") != std::string::npos;
  }));
}

TEST_F(PeerCommand, DoesNotTellItsOwnQuestions) {
  EXPECT_EQ(run({}, "/watch demo:alice001\n").out,
            "connected as demo:alice001\ndemo:alice001 is online\n");
}

TEST_F(PeerCommand, TellsALineThatIsWrongAndFails) {
  const Finished ended = run({"--json"}, "nonsense\n{\"watch\":\"demo:bob00001\"}\n");
  EXPECT_EQ(ended.code, 1);
  const auto events = events_of(ended.out);
  EXPECT_EQ(events.at(1).at("code"), "INVALID_LINE");
  EXPECT_EQ(events.at(2).at("event"), "peer-status");  // the rest is carried out
}

TEST_F(PeerCommand, FailsWhenAMessageCouldNotBeDelivered) {
  const Finished ended = run({"--json"}, R"({"to":"demo:nobody01","payload":1})");
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(events_of(ended.out).at(1).at("code"), "PEER_OFFLINE");
}

TEST_F(PeerCommand, FailsWithARejectedKey) {
  const Finished ended = run_to_end(command({}, "another-key-1"), {}, {}, "demo:bob00001 hello\n");
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(ended.out, "INVALID_KEY: Access key rejected\n");
}

TEST_F(PeerCommand, TakesTheKeyFromTheEnvironment) {
  EXPECT_EQ(run_to_end(command({}, ""), {{"PLUGBOARD_KEY", kKey}}, {}, "").code, 0);
}

TEST_F(PeerCommand, SendsTheKeyAsItIsTold) {
  EXPECT_EQ(run({"--key-as", "header"}, "").code, 0);
  EXPECT_EQ(run({"--key-as", "subprotocol"}, "").code, 0);
}

TEST_F(PeerCommand, FailsWhenItIsReplaced) {
  const ChildProcess older(command({"--stay"}));
  ASSERT_TRUE(
      older.await_output([](const std::string& out, const std::string&) { return !out.empty(); }));
  EXPECT_EQ(run({}, "").code, 0);
  EXPECT_EQ(older.await_exit()->code, 1);
  EXPECT_THAT(older.standard_output(), HasSubstr("REPLACED: Replaced by new connection"));
}

TEST_F(PeerCommand, StaysWhenTheInputEndsIfToldSo) {
  Peer sender = bob();
  const ChildProcess peer(command({"--stay"}));
  ASSERT_TRUE(
      peer.await_output([](const std::string& out, const std::string&) { return !out.empty(); }));
  sender.send("demo:alice001", "still there?");
  EXPECT_TRUE(peer.await_output([](const std::string& out, const std::string&) {
    return out.find("still there?") != std::string::npos;
  }));
}

TEST_F(PeerCommand, LeavesInGoodOrderWhenInterrupted) {
  const ChildProcess peer(command({"--stay", "--json"}));
  ASSERT_TRUE(
      peer.await_output([](const std::string& out, const std::string&) { return !out.empty(); }));
  peer.signal(SIGTERM);
  EXPECT_EQ(peer.await_exit()->code, 0);
  EXPECT_EQ(events_of(peer.standard_output()).back().at("code"), 1000);
}

TEST_F(PeerCommand, GivesUpInTime) {
  const Finished ended = run({"--count", "1", "--timeout", "0.2"}, "");
  EXPECT_EQ(ended.code, 1);
}

TEST_F(PeerCommand, WithoutReconnectFailsWhenTheRelayLeaves) {
  const ChildProcess peer(command({"--stay", "--no-reconnect"}));
  ASSERT_TRUE(
      peer.await_output([](const std::string& out, const std::string&) { return !out.empty(); }));
  relay_->signal(SIGTERM);
  EXPECT_EQ(peer.await_exit()->code, 1);
  EXPECT_THAT(peer.standard_output(), HasSubstr("disconnected (1012 Service restart)"));
}

TEST_F(PeerCommand, EndsWhenNobodyReadsItsOutput) {
  // A shell's `peer | true`: the pipe's other end is closed at once.
  const Finished ended =
      run_to_end({"/bin/sh", "-c", R"(("$@"; echo $? >&2) | true)", "sh", plugboard_program(),
                  "peer", "ws://" + relay_->endpoint().authority(), "--channel", "demo", "--id",
                  "alice001", "--key", kKey, "--stay", "--timeout", "30"},
                 {}, {}, "");
  EXPECT_EQ(ended.err, "0\n");
}

TEST_F(PeerCommand, FailsWhenItsOutputIsLost) {
  for (const char* form : {"--stay", "--json"}) {
    std::vector<std::string> all = {"/bin/sh", "-c", R"("$@" > /dev/full)", "sh"};
    const std::vector<std::string> peer = command({form});
    all.insert(all.end(), peer.begin(), peer.end());
    const Finished ended = run_to_end(all);
    EXPECT_EQ(ended.code, 1) << form;
    EXPECT_EQ(ended.err, "plugboard: stdout cannot be written: No space left on device\n") << form;
  }
}

TEST_F(PeerCommand, FailsWhenItsInputCannotBeRead) {
  std::vector<std::string> all = {"/bin/sh", "-c", R"("$@" < /)", "sh"};
  const std::vector<std::string> peer = command();
  all.insert(all.end(), peer.begin(), peer.end());
  const Finished ended = run_to_end(all);
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(ended.err, "plugboard: stdin cannot be read: Is a directory\n");
}

TEST(PeerCommandLine, FailsWhenNobodyListens) {
  const Finished ended = run_to_end(
      {plugboard_program(), "peer", "ws://127.0.0.1:1", "--channel", "demo", "--id", "alice001"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(ended.out, "CONNECT_FAILED: Connection refused\n");
}

TEST(PeerCommandLine, IsWrongWithAnUnreadableUrl) {
  const Finished ended = run_to_end(
      {plugboard_program(), "peer", "localhost", "--channel", "demo", "--id", "alice001"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("no relay URL"));
}

TEST(PeerCommandLine, IsWrongWithANegativeCount) {
  const Finished ended = run_to_end({plugboard_program(), "peer", "ws://localhost", "--channel",
                                     "demo", "--id", "alice001", "--count", "-1"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("--count"));
}

TEST(PeerCommandLine, IsWrongWithAnIllFormedKey) {
  const Finished ended = run_to_end({plugboard_program(), "peer", "ws://localhost", "--channel",
                                     "demo", "--id", "alice001", "--key", "secret blank"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, testing::Not(HasSubstr("secret")));
}

TEST(PeerCommandLine, IsWrongWithoutAChannel) {
  EXPECT_EQ(run_to_end({plugboard_program(), "peer", "ws://localhost", "--id", "alice001"}).code,
            2);
}

TEST(PeerCommandLine, SaysWhatIsMissingAndWhereToReadOn) {
  const Finished ended = run_to_end({plugboard_program(), "peer", "--id", "alice001"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_EQ(ended.out, "");
  EXPECT_EQ(ended.err, "plugboard: URL is required\nplugboard peer --help tells what it takes\n");
}

TEST(PeerCommandLine, SaysWhichWaysTheKeyMayTravel) {
  const Finished ended = run_to_end({plugboard_program(), "peer", "ws://localhost", "--channel",
                                     "demo", "--id", "alice001", "--key-as", "1"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("{query,header,subprotocol}"));
}

TEST(CommandLine, NamesTheCommandThatThereIsNot) {
  const Finished ended = run_to_end({plugboard_program(), "nothing"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_EQ(ended.err,
            "plugboard: there is no command nothing\nplugboard --help tells what it takes\n");
}

TEST(CommandLine, AsksForACommand) {
  const Finished ended = run_to_end({plugboard_program(), "blob"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_EQ(ended.err, "plugboard: which command?\nplugboard blob --help tells what it takes\n");
}

TEST(PeerCommandLine, ExplainsItself) {
  const Finished help = run_to_end({plugboard_program(), "peer", "--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.out, HasSubstr("/watch ADDRESS"));
}

}  // namespace
}  // namespace plugboard::test
