// Compiled plugins of earlier releases, and one of a minor version still to come, in the relay of
// now: everything that a plugin of every kind does still works.
#include <csignal>

#include "flow/suite.hpp"
#include "plugin_check/plugin_check.hpp"

namespace plugboard::test {
namespace {

struct Kept {
  std::string name;
  std::string library;
};
void PrintTo(const Kept& kept, std::ostream* out) { *out << kept.name; }

std::vector<Kept> libraries() {
  return {
#ifdef __x86_64__
      {"v1_0", PLUGBOARD_SOURCE_DIR "/tests/abi/v1.0/x86_64/every_kind.so"},
      {"v1_0_cpp", PLUGBOARD_SOURCE_DIR "/tests/abi/v1.0/x86_64/every_kind_cpp.so"},
#endif
      {"now", PLUGBOARD_BUILD_DIR "/tests/abi/every_kind.so"},
      {"now_cpp", PLUGBOARD_BUILD_DIR "/tests/abi/every_kind_cpp.so"},
      {"later", PLUGBOARD_BUILD_DIR "/tests/abi/every_kind_later.so"}};
}

class KeptPlugin : public testing::TestWithParam<Kept> {
 protected:
  void SetUp() override {
    Manifest manifest;
    manifest.channels = "[[channel]]\nname = \"pwa\"\nid_parser = \"kept\"\n";
    manifest.plugins = "[[plugin]]\nname = \"kept\"\nlibrary = \"" + GetParam().library + "\"\n";
    manifest.chain =
        "key_store = [\"kept\"]\nrate_limiter = [\"kept\"]\nhook = [\"kept\"]\nhttp = [\"kept\"]\n"
        "blob_store = \"kept\"\n";
    relay_ = std::make_unique<RelayProcess>(folder_, manifest);
  }

  const Endpoint& endpoint() const { return relay_->endpoint(); }
  static PeerOptions with(const std::string& key, const std::string& more = "") {
    return {.query = "key=" + key + more};
  }
  static std::string message(const std::string& from, const std::string& to,
                             const std::string& payload) {
    return R"({"from":")" + from + R"(","to":")" + to + R"(","payload":")" + payload + "\"}";
  }

  TempDir folder_;
  std::unique_ptr<RelayProcess> relay_;
};

TEST_P(KeptPlugin, JudgesKeysAtOnceAndLater) {
  EXPECT_TRUE(comes_in(endpoint(), "alice001", with("good-key-1")));
  EXPECT_TRUE(comes_in(endpoint(), "alice001", with("later-key-1")));
  EXPECT_EQ(refusal_of(endpoint(), "/pwa/alice001?key=other-key-1"), key_rejected());
}

TEST_P(KeptPlugin, RefusesAPeerInItsOwnWords) {
  EXPECT_EQ(refusal_of(endpoint(), "/pwa/alice001?key=good-key-1&no"),
            refused("NOT_YOU", "Anybody but you", 4003, "Not you"));
}

TEST_P(KeptPlugin, DecidesAboutMessages) {
  Peer alice(endpoint(), "alice001", with("good-key-1"));
  Peer bob(endpoint(), "bob00001", with("good-key-1"));
  Peer other(endpoint(), "other001", with("good-key-1"));
  const std::string plain = message("pwa:alice001", "pwa:bob00001", "hello");
  alice.send_text(plain);
  EXPECT_EQ(bob.receive(), plain);
  alice.send_text(message("pwa:alice001", "pwa:bob00001", "swap"));
  EXPECT_EQ(bob.receive_json().at("payload"), "new");
  const std::string turned = message("pwa:alice001", "pwa:bob00001", "turn");
  alice.send_text(turned);
  EXPECT_EQ(other.receive(), turned);
  alice.send_text(message("pwa:alice001", "pwa:bob00001", "drop"));
  EXPECT_EQ(alice.receive_json(), error("DROPPED", "Dropped on request"));
  const std::string echo = R"({"type":"echo"})";
  alice.send_text(echo);
  EXPECT_EQ(alice.receive(), echo);
  bob.fence();
}

TEST_P(KeptPlugin, AnswersRequests) {
  const Peer alice(endpoint(), "alice001", with("good-key-1"));
  EXPECT_TRUE(await([&] { return HttpClient(endpoint()).get("/every-kind").body == "1 1 1 1"; }))
      << HttpClient(endpoint()).get("/every-kind").body;
}

TEST_P(KeptPlugin, KeepsBlobs) {
  HttpClient client(endpoint());
  EXPECT_EQ(client.put("/every-blob/abcdefgh", "text").status, 200);
  EXPECT_EQ(nlohmann::json::parse(client.get("/every-blob/abcdefgh").body).at("data"), "text");
  EXPECT_EQ(client.request("DELETE", "/every-blob/abcdefgh").status, 200);
  EXPECT_EQ(client.get("/every-blob/abcdefgh").status, 404);
}

TEST_P(KeptPlugin, BringsIdsIntoItsForm) {
  WsClient client(endpoint(), "/pwa/xavier01?key=good-key-1");
  client.send_text(watch("pwa:yavier01"));
  EXPECT_EQ(nlohmann::json::parse(client.receive().data), peer_status("pwa:yavier01", true));
}

TEST_P(KeptPlugin, IsReconfigured) {
  relay_->signal(SIGHUP);
  EXPECT_TRUE(relay_->await_log("[kept] reconfigured: every-kind 1.0.0"))
      << relay_->standard_error();
}

TEST_P(KeptPlugin, KnowsARelayThatIsOlderThanItself) {
  if (GetParam().name != "later") return;
  EXPECT_TRUE(relay_->await_log("[kept] the relay is older than this plugin"));
}

TEST_P(KeptPlugin, IsClean) {
  const Finished report = run_long({plugboard_program(), "plugin-check", GetParam().library,
                                    "--key", "good-key-1", "--key", "later-key-1"});
  EXPECT_EQ(report.code, 0) << report.out << report.err;
}

INSTANTIATE_TEST_SUITE_P(All, KeptPlugin, testing::ValuesIn(libraries()),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace plugboard::test
