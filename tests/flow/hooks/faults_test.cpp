// Plugins that misbehave: named in the log, counted in /stats by instance, and failing as the
// manifest says.
#include "flow/hooks/switchboard.hpp"

namespace plugboard::test {
namespace {

nlohmann::json counters(const RelayProcess& relay, const std::string& instance) {
  const auto stats = nlohmann::json::parse(HttpClient(relay.endpoint()).get("/stats").body);
  return stats.at("plugins").at(instance);
}

std::string doing(const Peer& from, const Peer& to, const std::string& what) {
  return R"({"from":")" + from.address() + R"(","to":")" + to.address() + R"(","do":")" + what +
         "\"}";
}

/// A relay whose only key store is one of tests/bad_plugins.
Manifest bad_store(const std::string& library, const std::string& more = "") {
  Manifest manifest;
  manifest.plugins = "[[plugin]]\nname = \"badly\"\nlibrary = \"" PLUGBOARD_BUILD_DIR
                     "/tests/bad_plugins/" +
                     library + ".so\"\n" + more;
  manifest.chain = "key_store = [\"badly\"]\n";
  return manifest;
}

Refusal unavailable(const RelayProcess& relay) {
  return refusal_of(relay.endpoint(), "/pwa/alice001?key=any-key-at-all");
}

TEST(PluginFaults, ACallThatKeepsAnIoThreadIsNamedAndCounted) {
  const RelayProcess relay(switchboard_manifest());
  Peer alice(relay.endpoint(), "alice001");
  Peer bob(relay.endpoint(), "bob00001");
  alice.send_text(doing(alice, bob, "block"));
  bob.receive();
  // Of calls for each message some are measured, not all.
  for (int i = 0; i < 70; ++i) alice.send_text(doing(alice, bob, "block"));
  for (int i = 0; i < 70; ++i) bob.receive();
  EXPECT_TRUE(relay.await_log("[switchboard] routed_message kept an I/O thread for"))
      << relay.standard_error();
  const nlohmann::json counted = counters(relay, "switchboard");
  EXPECT_GE(counted.at("slowCalls"), 1);
  EXPECT_GE(counted.at("calls"), 70);
  EXPECT_GT(counted.at("timeMs"), 0);
}

TEST(PluginFaults, AHookThatThrowsDropsTheMessageUnlessItMayBeSkipped) {
  {
    const RelayProcess relay(switchboard_manifest());
    Peer alice(relay.endpoint(), "alice001");
    Peer bob(relay.endpoint(), "bob00001");
    alice.send_text(doing(alice, bob, "throw"));
    alice.fence();
    bob.fence();
    EXPECT_TRUE(relay.await_log("[switchboard] routed_message failed: the switchboard is on fire"))
        << relay.standard_error();
    EXPECT_EQ(counters(relay, "switchboard").at("errors"), 1);
  }
  const RelayProcess relay(switchboard_manifest("on_error = \"skip\"\n"));
  Peer alice(relay.endpoint(), "alice001");
  Peer bob(relay.endpoint(), "bob00001");
  const std::string sent = doing(alice, bob, "throw");
  alice.send_text(sent);
  EXPECT_EQ(bob.receive(), sent);
}

TEST(PluginFaults, AHookThatDoesNotAnswerInTimeRefusesUnlessItMayBeSkipped) {
  Manifest manifest;
  manifest.plugins = doorman_table("timeout = \"200ms\"\n");
  manifest.chain = "key_store = \"open\"\nhook = [\"doorman\"]\nhttp = [\"doorman\"]\n";
  {
    const RelayProcess relay(manifest);
    WsClient client(relay.endpoint(), "/pwa/held0001");
    const Refusal refusal = await_refusal(client);
    EXPECT_EQ(refusal.close_code, 1011);
    EXPECT_EQ(refusal.close_reason, "Internal verification error");
    EXPECT_TRUE(relay.await_log("[doorman] a question was not answered in time"))
        << relay.standard_error();
    EXPECT_EQ(counters(relay, "doorman").at("timeouts"), 1);
  }
  manifest.plugins = doorman_table("timeout = \"200ms\"\non_error = \"skip\"\n");
  const RelayProcess relay(manifest);
  EXPECT_TRUE(comes_in(relay.endpoint(), "held0001"));
}

TEST(PluginFaults, QuestionsUnderWayAreCounted) {
  Manifest manifest;
  manifest.plugins = doorman_table();
  manifest.chain = "key_store = \"open\"\nhook = [\"doorman\"]\nhttp = [\"doorman\"]\n";
  const RelayProcess relay(manifest);
  WsClient client(relay.endpoint(), "/pwa/held0001");
  ASSERT_TRUE(await_held(relay.endpoint(), 1));
  EXPECT_EQ(counters(relay, "doorman").at("inFlight"), 1);
  release_held(relay.endpoint());
  EXPECT_TRUE(await([&] { return counters(relay, "doorman").at("inFlight") == 0; }));
}

TEST(PluginFaults, AStoreThatReturnsGarbageLetsNobodyIn) {
  const RelayProcess relay(bad_store("unknown_codes"));
  EXPECT_EQ(unavailable(relay).close_code, 1013);
  EXPECT_TRUE(relay.await_log("[badly] a call returned 4711")) << relay.standard_error();
  EXPECT_GE(counters(relay, "badly").at("errors"), 1);
}

TEST(PluginFaults, AStoreThatNeverCompletesLetsNobodyIn) {
  const RelayProcess relay(bad_store("never_completes", "timeout = \"200ms\"\n"));
  EXPECT_EQ(unavailable(relay).close_code, 1013);
  EXPECT_TRUE(relay.await_log("[badly] a question was not answered in time"))
      << relay.standard_error();
  EXPECT_EQ(counters(relay, "badly").at("timeouts"), 1);
}

TEST(PluginFaults, AStoreThatCompletesTwiceIsNamedAndItsFirstAnswerCounts) {
  const RelayProcess relay(bad_store("completes_twice"));
  EXPECT_TRUE(comes_in(relay.endpoint(), "alice001", {.query = "key=any-key-at-all"}));
  EXPECT_TRUE(relay.await_log("[badly] a question was answered a second time"))
      << relay.standard_error();
  EXPECT_GE(counters(relay, "badly").at("misuses"), 1);
}

TEST(PluginFaults, AStoreThatThrowsLetsNobodyIn) {
  const RelayProcess relay(bad_store("throws_later"));
  EXPECT_EQ(unavailable(relay).close_code, 1013);
  EXPECT_TRUE(relay.await_log("[badly] lookup threw an exception")) << relay.standard_error();
}

TEST(PluginFaults, AStoreMayNotBeSkipped) {
  const RelayProcess relay(bad_store("throws_later", "on_error = \"skip\"\n"));
  EXPECT_EQ(unavailable(relay).close_code, 1013);
}

}  // namespace
}  // namespace plugboard::test
