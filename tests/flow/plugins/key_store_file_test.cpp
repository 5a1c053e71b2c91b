// The plugin key-store-file: its file, every way of saving it, and what becomes of peers whose key
// is taken out.
#include <chrono>
#include <filesystem>
#include <fstream>

#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

namespace fs = std::filesystem;

Manifest manifest(const std::string& config = "file = \"keys.txt\"") {
  return {.plugins = plugin_table("keys", "key-store-file", config),
          .chain = "key_store = [\"keys\"]\n"};
}

class KeyStoreFile : public testing::Test {
 protected:
  void start(const std::string& content, const std::string& config = "file = \"keys.txt\"") {
    folder_.write("keys.txt", content);
    relay_ = std::make_unique<RelayProcess>(folder_, manifest(config));
  }

  [[nodiscard]] const Endpoint& endpoint() const { return relay_->endpoint(); }

  [[nodiscard]] bool opens(const std::string& key) const {
    return comes_in(endpoint(), fresh_id(), {.query = "key=" + key});
  }
  /// Whether it opens before the deadline.
  [[nodiscard]] bool comes_to_open(const std::string& key) const {
    return await([&] { return opens(key); });
  }
  [[nodiscard]] bool comes_to_be_refused(const std::string& key) const {
    return await([&] { return !opens(key); });
  }

  TempDir folder_;
  std::unique_ptr<RelayProcess> relay_;
};

TEST_F(KeyStoreFile, HoldsOneKeyALineWithCommentsAndBlankLines) {
  start("# the team\nfirst-key\n\n   \n  second-key  \r\n# third-key\nlast-key-1");
  EXPECT_TRUE(opens("first-key"));
  EXPECT_TRUE(opens("second-key"));
  EXPECT_TRUE(opens("last-key-1"));
  EXPECT_EQ(refusal_of(endpoint(), "/pwa/alice001?key=third-key"), key_rejected());
}

TEST_F(KeyStoreFile, NeedNotHoldTheKeysThemselves) {
  const Finished line = run_to_end({plugboard_program(), "key", "hash"}, {}, "", "hashed-key-1\n");
  start("plain-key-1\n" + line.out);
  EXPECT_TRUE(opens("hashed-key-1"));
  EXPECT_TRUE(opens("plain-key-1"));
  EXPECT_FALSE(opens("hashed-key-2"));
}

TEST_F(KeyStoreFile, IsWatchedWhenWrittenInPlace) {
  start("first-key\n");
  folder_.write("keys.txt", "first-key\nsecond-key\n");
  EXPECT_TRUE(comes_to_open("second-key"));
  EXPECT_TRUE(opens("first-key"));
}

TEST_F(KeyStoreFile, IsWatchedWhenAppendedTo) {
  start("first-key\n");
  std::ofstream(folder_.path() / "keys.txt", std::ios::app) << "second-key\n";
  EXPECT_TRUE(comes_to_open("second-key"));
}

TEST_F(KeyStoreFile, IsWatchedWhenRenamedOver) {
  start("first-key\n");
  for (int i = 0; i < 3; ++i) {
    const std::string key = "renamed-key-" + std::to_string(i);
    folder_.replace("keys.txt", key + "\n");
    EXPECT_TRUE(comes_to_open(key)) << i;
    EXPECT_FALSE(opens("first-key")) << i;
  }
}

TEST_F(KeyStoreFile, IsWatchedWhenDeletedAndCreatedAnew) {
  start("first-key\n");
  for (int i = 0; i < 3; ++i) {
    fs::remove(folder_.path() / "keys.txt");
    const std::string key = "created-key-" + std::to_string(i);
    folder_.write("keys.txt", key + "\n");
    EXPECT_TRUE(comes_to_open(key)) << i;
  }
}

TEST_F(KeyStoreFile, KeepsItsKeysWhileTheFileIsGone) {
  start("first-key\n");
  fs::remove(folder_.path() / "keys.txt");
  EXPECT_TRUE(relay_->await_log("keys.txt"));
  EXPECT_TRUE(opens("first-key"));
  folder_.write("keys.txt", "second-key\n");
  EXPECT_TRUE(comes_to_open("second-key"));
  EXPECT_FALSE(opens("first-key"));
}

TEST_F(KeyStoreFile, IsWatchedThroughASymbolicLinkThatIsSwapped) {
  folder_.write("one.txt", "first-key\n");
  folder_.write("two.txt", "second-key\n");
  fs::create_symlink("one.txt", folder_.path() / "keys.txt");
  relay_ = std::make_unique<RelayProcess>(folder_, manifest());
  EXPECT_TRUE(opens("first-key"));
  fs::create_symlink("two.txt", folder_.path() / "keys.new");
  fs::rename(folder_.path() / "keys.new", folder_.path() / "keys.txt");
  EXPECT_TRUE(comes_to_open("second-key"));
  EXPECT_FALSE(opens("first-key"));
}

TEST_F(KeyStoreFile, IsWatchedAsKubernetesMountsIt) {
  // keys.txt -> ..data/keys.txt, and ..data -> a folder that is swapped as a whole.
  const auto version = [&](const std::string& name, const std::string& keys) {
    fs::create_directory(folder_.path() / name);
    folder_.write(name + "/keys.txt", keys);
    fs::create_directory_symlink(name, folder_.path() / "..data_tmp");
    fs::rename(folder_.path() / "..data_tmp", folder_.path() / "..data");
  };
  version("..v1", "first-key\n");
  fs::create_symlink("..data/keys.txt", folder_.path() / "keys.txt");
  relay_ = std::make_unique<RelayProcess>(folder_, manifest());
  EXPECT_TRUE(opens("first-key"));
  version("..v2", "second-key\n");
  fs::remove_all(folder_.path() / "..v1");
  EXPECT_TRUE(comes_to_open("second-key"));
  EXPECT_FALSE(opens("first-key"));
  version("..v3", "third-key\n");
  EXPECT_TRUE(comes_to_open("third-key"));
}

TEST_F(KeyStoreFile, TakesTheLastOfManyChangesInARow) {
  start("first-key\n");
  for (int i = 0; i < 50; ++i) {
    const std::string content = "changed-key-" + std::to_string(100 + i) + "\n";
    if (i % 2 == 0) {
      folder_.write("keys.txt", content);
    } else {
      folder_.replace("keys.txt", content);
    }
  }
  EXPECT_TRUE(comes_to_open("changed-key-149"));
  EXPECT_FALSE(opens("changed-key-148"));
}

TEST_F(KeyStoreFile, TakesAChangeWithinASecond) {
  start("first-key\n");
  folder_.write("keys.txt", "second-key\n");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(comes_to_open("second-key"));
  // Twice the promise, so that a busy machine is no failure.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
}

TEST_F(KeyStoreFile, KeepsTheOldKeysWhereTheNewFileIsWrongAndSaysWhy) {
  start("first-key\n");
  for (const char* content : {"", "# nothing but a comment\n", "ill.formed.key\n",
                              "good-key-1\nshort\n", "sha256:123\n"}) {
    folder_.replace("keys.txt", content);
  }
  ASSERT_TRUE(relay_->await_log("key file")) << relay_->standard_error();
  EXPECT_TRUE(opens("first-key"));
  EXPECT_FALSE(opens("good-key-1"));
  EXPECT_EQ(relay_->standard_error().find("ill.formed.key"), std::string::npos);
  folder_.replace("keys.txt", "second-key\n");
  EXPECT_TRUE(comes_to_open("second-key"));
}

TEST_F(KeyStoreFile, RevokesThePeersOfAKeyThatIsTakenOut) {
  start("first-key\nsecond-key\n");
  Peer first(endpoint(), fresh_id(), {.query = "key=first-key"});
  Peer second(endpoint(), fresh_id(), {.query = "key=second-key"});
  folder_.replace("keys.txt", "second-key\n");
  EXPECT_EQ(await_refusal(first.socket()),
            refused("KEY_REVOKED", "Access key revoked", 1008, "Key revoked"));
  second.fence();
}

TEST_F(KeyStoreFile, LeavesThePeersOfAKeyThatOnlyMoves) {
  start("first-key\nsecond-key\n");
  Peer first(endpoint(), fresh_id(), {.query = "key=first-key"});
  folder_.replace("keys.txt", "# sorted otherwise\nsecond-key\nthird-key\nfirst-key\n");
  EXPECT_TRUE(comes_to_open("third-key"));
  first.fence();
}

TEST_F(KeyStoreFile, CanLeaveThePeersOfAKeyThatIsTakenOut) {
  start("first-key\nsecond-key\n", "file = \"keys.txt\", revoke = false");
  Peer first(endpoint(), fresh_id(), {.query = "key=first-key"});
  folder_.replace("keys.txt", "second-key\n");
  EXPECT_TRUE(comes_to_be_refused("first-key"));
  first.fence();
}

TEST_F(KeyStoreFile, CanBeLeftUnwatched) {
  folder_.write("keys.txt", "first-key\n");
  Manifest both = manifest("file = \"keys.txt\", watch = false");
  // A second store watches the same file: once it has seen a change, the first has had its chance.
  both.plugins += plugin_table("watched", "key-store-file", "file = \"keys.txt\"");
  both.chain = "key_store = [\"keys\", \"watched\"]\n";
  relay_ = std::make_unique<RelayProcess>(folder_, both);
  folder_.replace("keys.txt", "second-key\n");
  EXPECT_TRUE(comes_to_open("second-key"));
  EXPECT_TRUE(opens("first-key"));
}

struct BadFile {
  const char* name;
  std::optional<std::string> content;
};

class BadKeyFile : public testing::TestWithParam<BadFile> {};

TEST_P(BadKeyFile, RefusesTheStart) {
  const TempDir folder;
  if (GetParam().content) folder.write("keys.txt", *GetParam().content);
  const std::string file = folder.write("relay.toml", manifest().text()).string();
  const Finished done = run_to_end({plugboard_program(), "serve", "--config", file});
  EXPECT_EQ(done.code, 2);
  EXPECT_NE(done.err.find("relay.toml:"), std::string::npos) << done.err;
  EXPECT_NE(done.err.find("plugin \"keys\": "), std::string::npos) << done.err;
  EXPECT_EQ(done.err.find("ill.formed.key"), std::string::npos) << done.err;
}

INSTANTIATE_TEST_SUITE_P(Files, BadKeyFile,
                         testing::Values(BadFile{"Missing", std::nullopt}, BadFile{"Empty", ""},
                                         BadFile{"WithoutKeys", "# nobody\n\n"},
                                         BadFile{"IllFormed", "good-key-1\nill.formed.key\n"},
                                         BadFile{"WithAShortHash", "sha256:0123\n"}),
                         [](const auto& bad) { return bad.param.name; });

}  // namespace
}  // namespace plugboard::test
