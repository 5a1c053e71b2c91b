// Key stores that a reload puts in the place of others while keys are being checked: nobody comes
// in whom the stores of now would not let in.
#include <atomic>
#include <csignal>
#include <thread>

#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

class KeyStoreSwap : public testing::Test {
 protected:
  static Manifest manifest(const std::string& key_store) {
    Manifest manifest;
    manifest.plugins = doorman_table() +
                       plugin_table("first", "key-store-file", "file = \"first.txt\"") +
                       plugin_table("second", "key-store-file", "file = \"second.txt\"");
    manifest.chain = "key_store = " + key_store + "\nhook = [\"doorman\"]\nhttp = [\"doorman\"]\n";
    return manifest;
  }

  void SetUp() override {
    folder_.write("first.txt", "key-of-both-1\nkey-of-first-1\nheld-key\n");
    folder_.write("second.txt", "key-of-both-1\nkey-of-second-1\n");
  }

  void start(const std::string& key_store) {
    relay_ = std::make_unique<RelayProcess>(folder_, manifest(key_store));
  }

  void reload(const std::string& key_store) {
    folder_.replace("plugboard.toml", manifest(key_store).text());
    relay_->signal(SIGHUP);
    ++reloads_;
    ASSERT_TRUE(await([&] {
      const std::string log = relay_->standard_error();
      int found = 0;
      for (std::size_t at = log.find("reloaded "); at != std::string::npos;
           at = log.find("reloaded ", at + 1)) {
        ++found;
      }
      return found >= reloads_;
    }));
    // What its threads were at when the line was written is over once they have answered.
    for (int i = 0; i < 8; ++i) HttpClient(relay_->endpoint()).get("/health");
  }

  const Endpoint& endpoint() const { return relay_->endpoint(); }

  TempDir folder_;
  std::unique_ptr<RelayProcess> relay_;
  int reloads_ = 0;
};

TEST_F(KeyStoreSwap, AnAnswerOfAStoreThatHasLeftAdmitsNobodyWhomItsSuccessorDoesNotKnow) {
  start("[\"doorman\"]");
  WsClient client(endpoint(), "/pwa/alice001?key=held-key");
  ASSERT_TRUE(await_held(endpoint(), 1));
  reload("[\"second\"]");
  release_held(endpoint());
  EXPECT_EQ(await_refusal(client), key_rejected());
}

TEST_F(KeyStoreSwap, AnAnswerOfAStoreThatHasLeftAdmitsWhomItsSuccessorKnows) {
  start("[\"doorman\"]");
  WsClient client(endpoint(), "/pwa/alice001?key=held-key");
  ASSERT_TRUE(await_held(endpoint(), 1));
  reload("[\"first\"]");
  release_held(endpoint());
  client.send_text(watch("pwa:alice001"));
  EXPECT_EQ(nlohmann::json::parse(client.receive().data), peer_status("pwa:alice001", true));
}

TEST_F(KeyStoreSwap, WhoIsBeingVerifiedIsAskedForTheKeyOfNow) {
  start("[\"first\"]");
  WsClient client(endpoint(), "/pwa/held0001?key=key-of-first-1");
  ASSERT_TRUE(await_held(endpoint(), 1));
  reload("[\"second\"]");
  release_held(endpoint());
  EXPECT_EQ(await_refusal(client), key_rejected());
}

TEST_F(KeyStoreSwap, ADoorThatIsClosedWhileSomebodyStandsInItAsksForAKey) {
  start("\"open\"");
  WsClient without(endpoint(), "/pwa/held0001");
  WsClient with(endpoint(), "/pwa/held0002?key=key-of-second-1");
  ASSERT_TRUE(await_held(endpoint(), 2));
  reload("[\"second\"]");
  release_held(endpoint());
  EXPECT_EQ(await_refusal(without), key_missing());
  with.send_text(watch("pwa:held0002"));
  EXPECT_EQ(nlohmann::json::parse(with.receive().data), peer_status("pwa:held0002", true));
}

TEST_F(KeyStoreSwap, AStoreThatStaysIsNotAskedTwice) {
  start("[\"first\"]");
  WsClient client(endpoint(), "/pwa/held0001?key=key-of-first-1");
  ASSERT_TRUE(await_held(endpoint(), 1));
  reload("[\"second\", \"first\"]");
  release_held(endpoint());
  client.send_text(watch("pwa:held0001"));
  EXPECT_EQ(nlohmann::json::parse(client.receive().data), peer_status("pwa:held0001", true));
}

TEST_F(KeyStoreSwap, UnderConstantSwapsAKeyOfNoStoreNeverOpensAndOneOfBothAlwaysDoes) {
  start("[\"first\"]");
  std::atomic<bool> over = false;
  std::atomic<int> connects = 0;
  std::vector<std::string> wrong;
  std::thread clients([&] {
    try {
      while (!over) {
        const std::string id = fresh_id();
        if (!(refusal_of(endpoint(), "/pwa/" + id + "?key=key-of-nobody") == key_rejected())) {
          wrong.push_back("a key of no store is not refused as such");
        }
        const Peer peer(endpoint(), id, {.query = "key=key-of-both-1"});
        ++connects;
      }
    } catch (const std::exception& exception) {
      wrong.emplace_back(exception.what());
    }
  });
  for (int i = 0; i < 10; ++i) reload(i % 2 == 0 ? "[\"second\"]" : "[\"first\"]");
  over = true;
  clients.join();
  EXPECT_EQ(wrong, std::vector<std::string>());
  EXPECT_GT(connects, 5);
}

}  // namespace
}  // namespace plugboard::test
