// Who may see the statistics, and how keys stand in them.
#include <regex>

#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

const Environment kEnvironment{{"TEST_KEYS", "good-key-1,good-key-2"}};

Manifest with_stats(const std::string& stats) {
  return {.stats = stats,
          .plugins = plugin_table("env-keys", "key-store-env", "variable = \"TEST_KEYS\""),
          .chain = "key_store = [\"env-keys\"]\n"};
}

nlohmann::json keys_of(const RelayProcess& relay) {
  return nlohmann::json::parse(HttpClient(relay.endpoint()).get("/stats").body).at("keys");
}

std::string first_name(const RelayProcess& relay) {
  const nlohmann::json keys = keys_of(relay);
  return keys.empty() ? "(none)" : keys.begin().key();
}

TEST(StatsKeys, AreMaskedByDefault) {
  const RelayProcess relay(with_stats(""), kEnvironment);
  const Peer peer(relay.endpoint(), fresh_id(), {.query = "key=good-key-1"});
  EXPECT_EQ(keys_of(relay).size(), 1U);
  const std::string name = first_name(relay);
  EXPECT_TRUE(std::regex_match(name, std::regex("key-[0-9a-f]{12}"))) << name;
}

TEST(StatsKeys, AreMaskedAlikeByTheSameSecret) {
  const auto name = [](const std::string& secret) {
    const RelayProcess relay(with_stats("key_secret = \"" + secret + "\"\n"), kEnvironment);
    const Peer peer(relay.endpoint(), fresh_id(), {.query = "key=good-key-1"});
    return first_name(relay);
  };
  const std::string first = name("a secret of this test");
  EXPECT_EQ(name("a secret of this test"), first);
  EXPECT_NE(name("another secret"), first);
}

TEST(StatsKeys, AreAnHmacOfTheKey) {
  const RelayProcess relay(with_stats("key_secret = \"key\"\n"),
                           {{"TEST_KEYS", "The_quick_brown_fox"}});
  const Peer peer(relay.endpoint(), fresh_id(), {.query = "key=The_quick_brown_fox"});
  // printf The_quick_brown_fox | openssl dgst -sha256 -hmac key
  EXPECT_EQ(first_name(relay), "key-c48550b15e13");
}

TEST(StatsKeys, CanStandThereInPlain) {
  const RelayProcess relay(with_stats("keys = \"plain\"\n"), kEnvironment);
  const Peer peer(relay.endpoint(), fresh_id(), {.query = "key=good-key-1"});
  EXPECT_EQ(first_name(relay), "good-key-1");
}

TEST(StatsKeys, CanBeLeftOut) {
  const RelayProcess relay(with_stats("keys = \"off\"\n"), kEnvironment);
  const Peer peer(relay.endpoint(), fresh_id(), {.query = "key=good-key-1"});
  const auto stats = nlohmann::json::parse(HttpClient(relay.endpoint()).get("/stats").body);
  EXPECT_TRUE(!stats.contains("keys") || stats.at("keys").empty()) << stats;
}

TEST(StatsKeys, CountConnectionsAndPayloadBytes) {
  const RelayProcess relay(with_stats("keys = \"plain\"\n"), kEnvironment);
  Peer one(relay.endpoint(), fresh_id(), {.query = "key=good-key-1"});
  Peer two(relay.endpoint(), fresh_id(), {.query = "key=good-key-2"});
  const auto current = [&](const char* key) { return keys_of(relay).at(key).at("current"); };
  const nlohmann::json one_before = current("good-key-1");
  const nlohmann::json two_before = current("good-key-2");
  std::size_t bytes = 0;
  for (int i = 0; i < 10; ++i) {
    const std::string message = one.send(two.address(), std::string(i * 10, 'x'));
    EXPECT_EQ(two.receive(), message);
    bytes += message.size();
  }
  const auto grown = [](const nlohmann::json& after, const nlohmann::json& before,
                        const char* what) {
    return after.at(what).get<std::uint64_t>() - before.at(what).get<std::uint64_t>();
  };
  EXPECT_EQ(grown(current("good-key-1"), one_before, "bytesIn"), bytes);
  EXPECT_EQ(grown(current("good-key-1"), one_before, "bytesOut"), 0U);
  EXPECT_EQ(grown(current("good-key-2"), two_before, "bytesOut"), bytes);
  EXPECT_EQ(grown(current("good-key-2"), two_before, "bytesIn"), 0U);
  EXPECT_EQ(keys_of(relay).at("good-key-1").at("connections"), 1);
}

TEST(StatsKeys, CountRefusedMessagesInAndControlFramesNot) {
  const RelayProcess relay(with_stats("keys = \"plain\"\n"), kEnvironment);
  Peer peer(relay.endpoint(), fresh_id(), {.query = "key=good-key-1"});
  const auto bytes_in = [&] {
    return keys_of(relay).at("good-key-1").at("current").at("bytesIn").get<std::uint64_t>();
  };
  const std::uint64_t before = bytes_in();
  peer.send_text(std::string(1000, 'x'));
  peer.socket().ping("no data message");
  ASSERT_TRUE(peer.socket().await_pong("no data message"));
  EXPECT_EQ(bytes_in(), before + 1000);
}

TEST(StatsKeys, DoNotCountTheServersOwnMessages) {
  const RelayProcess relay(with_stats("keys = \"plain\"\n"), kEnvironment);
  Peer peer(relay.endpoint(), fresh_id(), {.query = "key=good-key-1"});
  for (int i = 0; i < 10; ++i) peer.watch("pwa:nobody01");
  EXPECT_EQ(keys_of(relay).at("good-key-1").at("current").at("bytesOut"), 0);
}

TEST(StatsKeys, CountConnectionsOfTheSameKeyTogether) {
  const RelayProcess relay(with_stats("keys = \"plain\"\n"), kEnvironment);
  Peer one(relay.endpoint(), fresh_id(), {.query = "key=good-key-1"});
  const Peer two(relay.endpoint(), fresh_id(), {.query = "key=good-key-1"});
  EXPECT_EQ(keys_of(relay).at("good-key-1").at("connections"), 2);
  one.socket().close();
  EXPECT_TRUE(await([&] { return keys_of(relay).at("good-key-1").at("connections") == 1; }));
}

TEST(StatsKeys, KeepAHistoryOfWindowsOldestFirst) {
  const RelayProcess relay(with_stats("keys = \"plain\"\nwindow = \"200ms\"\nhistory = 3\n"),
                           kEnvironment);
  Peer peer(relay.endpoint(), fresh_id(), {.query = "key=good-key-1"});
  peer.send_text(std::string(500, 'x'));
  peer.fence();
  const auto history = [&] { return keys_of(relay).at("good-key-1").at("history"); };
  ASSERT_TRUE(await([&] { return history().size() == 3; }));
  const nlohmann::json windows = history();
  for (std::size_t i = 1; i < windows.size(); ++i) {
    EXPECT_LT(windows[i - 1].at("windowStart"), windows[i].at("windowStart"));
  }
  // The window in which something was sent passes through and out at the other end; what follows
  // is empty, and still there.
  ASSERT_TRUE(await([&] {
    const nlohmann::json now = history();
    return now.size() == 3 && std::all_of(now.begin(), now.end(), [](const auto& window) {
             return window.at("bytesIn") == 0;
           });
  }));
}

int status(const RelayProcess& relay, const HttpHeaders& headers = {},
           const std::string& from = "127.0.0.1") {
  return HttpClient(relay.endpoint(), {.local_address = from}).get("/stats", headers).status;
}

TEST(StatsAccess, IsPublicByDefault) {
  const RelayProcess relay;
  EXPECT_EQ(status(relay), 200);
}

TEST(StatsAccess, CanBeFromLoopbackAlone) {
  const RelayProcess relay({.stats = "access = \"loopback\"\n"});
  EXPECT_EQ(status(relay), 200);
  EXPECT_EQ(status(relay, {}, "127.0.0.2"), 200);
}

TEST(StatsAccess, FromLoopbackIsNotThroughAProxy) {
  const RelayProcess relay(
      {.server = "trusted_proxies = [\"127.0.0.1\"]\n", .stats = "access = \"loopback\"\n"});
  EXPECT_EQ(status(relay, {{"X-Forwarded-For", "198.51.100.7"}}), 403);
  EXPECT_EQ(status(relay, {{"X-Forwarded-For", "127.0.0.1"}}), 403);
  EXPECT_EQ(status(relay, {{"Forwarded", "for=127.0.0.1"}}), 403);
  EXPECT_EQ(status(relay), 200);
}

TEST(StatsAccess, CanNeedAToken) {
  const RelayProcess relay({.stats = "access = \"token\"\ntoken = \"${STATS_TOKEN}\"\n"},
                           {{"STATS_TOKEN", "token-of-this-test"}});
  EXPECT_EQ(status(relay), 401);
  EXPECT_EQ(status(relay, {{"Authorization", "Bearer wrong"}}), 403);
  EXPECT_EQ(status(relay, {{"Authorization", "Bearer token-of-this-tes"}}), 403);
  EXPECT_EQ(status(relay, {{"Authorization", "Bearer token-of-this-test"}}), 200);
}

TEST(StatsAccess, DoesNotConcernOtherRoutes) {
  const RelayProcess relay({.stats = "access = \"token\"\ntoken = \"token-of-this-test\"\n"});
  EXPECT_EQ(HttpClient(relay.endpoint()).get("/health").status, 200);
  EXPECT_EQ(HttpClient(relay.endpoint()).get("/ready").status, 200);
}

}  // namespace
}  // namespace plugboard::test
