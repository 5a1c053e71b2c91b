#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "plugins/shipped_plugin.hpp"
#include "support/temp_dir.hpp"

namespace plugboard::test {
namespace {

namespace fs = std::filesystem;

// Of "alice-key".
constexpr const char* kAliceHash =
    "72ee9d4355ccb9d3a4c9dbf37382e38e75c1b1a225b5bd1f729ee91bbda30c20";

class KeyStoreFile : public ::testing::Test {
 protected:
  void start(const std::string& more = "") { start_with(folder.path() / "keys.txt", more); }
  void start_with(const fs::path& file, const std::string& more = "") {
    store = std::make_unique<ShippedPlugin>("key-store-file", host, config(file, more));
  }
  static std::string config(const fs::path& file, const std::string& more = "") {
    return R"({"file":")" + file.string() + "\"" + more + "}";
  }

  static int watching_threads() {
    int count = 0;
    for (const auto& thread : fs::directory_iterator("/proc/self/task")) {
      std::string name;
      std::getline(std::ifstream(thread.path() / "comm"), name);
      count += name == "key-file-watch";
    }
    return count;
  }

  bool allows(const std::string& key) { return store->lookup(key).status == Status::kOk; }
  bool comes_to_allow(const std::string& key) {
    return host.wait_until([&] { return allows(key); });
  }

  TempDir folder;
  testing::TestHost host;
  std::unique_ptr<ShippedPlugin> store;
};

// --- The file ------------------------------------------------------------------------------------

TEST_F(KeyStoreFile, AllowsTheKeysOfItsFileAndAbstainsOnOthers) {
  folder.write("keys.txt", "alice-key\nbob-key-0\n");
  start();
  EXPECT_EQ(store->lookup("alice-key").status, Status::kOk);
  EXPECT_EQ(store->lookup("bob-key-0").status, Status::kOk);
  EXPECT_EQ(store->lookup("carol-key").status, Status::kNext);
}

TEST_F(KeyStoreFile, StepsOverCommentsBlankLinesAndSpace) {
  folder.write("keys.txt", "# team\n\n  alice-key  # Alice\r\n\t\nbob-key-0");
  start();
  EXPECT_TRUE(allows("alice-key"));
  EXPECT_TRUE(allows("bob-key-0"));
}

TEST_F(KeyStoreFile, ToleratesAByteOrderMark) {
  folder.write("keys.txt",
               "\xEF\xBB\xBF"
               "alice-key\n");
  start();
  EXPECT_TRUE(allows("alice-key"));
}

TEST_F(KeyStoreFile, TakesHashesInPlaceOfKeys) {
  folder.write("keys.txt", std::string("sha256:") + kAliceHash + "\n");
  start();
  EXPECT_TRUE(allows("alice-key"));
  EXPECT_FALSE(allows("bob-key-0"));
}

TEST_F(KeyStoreFile, TakesHashesInUpperCase) {
  std::string hash = kAliceHash;
  for (char& c : hash) c = static_cast<char>(std::toupper(c));
  folder.write("keys.txt", "SHA256:" + hash + "\n");
  start();
  EXPECT_TRUE(allows("alice-key"));
}

TEST_F(KeyStoreFile, DoesNotTakeAHashForAKey) {
  folder.write("keys.txt", std::string("sha256:") + kAliceHash + "\n");
  start();
  EXPECT_FALSE(allows(kAliceHash));
}

TEST_F(KeyStoreFile, TwoKeysHaveTwoCredentials) {
  folder.write("keys.txt", "alice-key\nbob-key-0\n");
  start();
  const auto alice = store->lookup("alice-key").grant->credential;
  const auto bob = store->lookup("bob-key-0").grant->credential;
  EXPECT_NE(alice, 0u);
  EXPECT_NE(alice, bob);
}

// --- A start with a bad file ---------------------------------------------------------------------

TEST_F(KeyStoreFile, RefusesToStartWithoutTheFile) {
  EXPECT_EQ(refusal("key-store-file", config("/nowhere/keys.txt")),
            "/file: the key file /nowhere/keys.txt cannot be read: No such file or directory");
}

TEST_F(KeyStoreFile, RefusesToStartWithAFileWithoutKeys) {
  const auto file = folder.write("keys.txt", "# none yet\n\n");
  EXPECT_EQ(refusal("key-store-file", config(file)), "/file: the key file holds no keys");
}

TEST_F(KeyStoreFile, NamesTheLineOfAnIllFormedKeyAndNotTheKey) {
  const auto file = folder.write("keys.txt", "alice-key\nsecret.with.dots\n");
  EXPECT_EQ(refusal("key-store-file", config(file)),
            "/file: line 2 of the key file is no key: 8 to 64 of A-Z a-z 0-9 _ - are allowed");
}

TEST_F(KeyStoreFile, NamesTheLineOfAnIllFormedHash) {
  const auto file = folder.write("keys.txt", "\nsha256:12ab\n");
  EXPECT_EQ(refusal("key-store-file", config(file)),
            "/file: line 2 of the key file has no 64 hex digits behind sha256:");
}

TEST_F(KeyStoreFile, RefusesAFolderInTheFilesPlace) {
  EXPECT_EQ(refusal("key-store-file", config(folder.path())),
            "/file: the key file " + folder.path().string() + " is no regular file");
}

TEST_F(KeyStoreFile, ChecksTheFileWithoutAnInstance) {
  const plugboard_plugin& plugin = shipped("key-store-file");
  const auto bad = completed(plugin, config(folder.path() / "absent"));
  EXPECT_EQ(plugin.check(host.table(), detail::bytes(bad)), PLUGBOARD_ERROR);
  folder.write("keys.txt", "alice-key\n");
  const auto good = completed(plugin, config(folder.path() / "keys.txt"));
  EXPECT_EQ(plugin.check(host.table(), detail::bytes(good)), PLUGBOARD_OK);
}

// --- Ways to save --------------------------------------------------------------------------------

TEST_F(KeyStoreFile, SeesWhatIsWrittenInPlace) {
  folder.write("keys.txt", "alice-key\n");
  start();
  folder.write("keys.txt", "bob-key-0\n");
  EXPECT_TRUE(comes_to_allow("bob-key-0"));
  EXPECT_FALSE(allows("alice-key"));
}

TEST_F(KeyStoreFile, SeesWhatIsAppended) {
  const auto file = folder.write("keys.txt", "alice-key\n");
  start();
  std::ofstream(file, std::ios::app) << "bob-key-0\n";
  EXPECT_TRUE(comes_to_allow("bob-key-0"));
  EXPECT_TRUE(allows("alice-key"));
}

TEST_F(KeyStoreFile, SeesAFileThatIsRenamedOver) {
  folder.write("keys.txt", "alice-key\n");
  start();
  folder.replace("keys.txt", "bob-key-0\n");
  EXPECT_TRUE(comes_to_allow("bob-key-0"));
}

TEST_F(KeyStoreFile, SeesEveryOneOfSeveralRenames) {
  folder.write("keys.txt", "alice-key\n");
  start();
  for (const std::string key : {"key-of-day-1", "key-of-day-2", "key-of-day-3"}) {
    folder.replace("keys.txt", key + "\n");
    ASSERT_TRUE(comes_to_allow(key));
  }
}

TEST_F(KeyStoreFile, SeesAFileThatIsDeletedAndMadeAnew) {
  const auto file = folder.write("keys.txt", "alice-key\n");
  start();
  fs::remove(file);
  EXPECT_TRUE(host.wait_until([&] { return host.logged("cannot be read"); }));
  EXPECT_TRUE(allows("alice-key"));
  folder.write("keys.txt", "bob-key-0\n");
  EXPECT_TRUE(comes_to_allow("bob-key-0"));
}

TEST_F(KeyStoreFile, SeesWhatIsWrittenThroughAnotherHardLink) {
  const auto file = folder.write("keys.txt", "alice-key\n");
  TempDir elsewhere;
  fs::create_hard_link(file, elsewhere.path() / "other-name");
  start();
  elsewhere.write("other-name", "bob-key-0\n");
  EXPECT_TRUE(comes_to_allow("bob-key-0"));
}

// As Kubernetes mounts a secret: keys.txt -> ..data/keys.txt, ..data -> a folder for each version.
TEST_F(KeyStoreFile, SeesASwappedSymbolicLinkOnTheWay) {
  const auto version = [&](const std::string& name, const std::string& keys) {
    fs::create_directory(folder.path() / name);
    std::ofstream(folder.path() / name / "keys.txt") << keys;
    fs::create_directory_symlink(name, folder.path() / "..data_tmp");
    fs::rename(folder.path() / "..data_tmp", folder.path() / "..data");
  };
  version("..v1", "alice-key\n");
  fs::create_symlink("..data/keys.txt", folder.path() / "keys.txt");
  start();
  version("..v2", "bob-key-0\n");
  EXPECT_TRUE(comes_to_allow("bob-key-0"));
  fs::remove_all(folder.path() / "..v1");
  version("..v3", "carol-key\n");
  EXPECT_TRUE(comes_to_allow("carol-key"));
}

TEST_F(KeyStoreFile, SeesWhatIsWrittenBehindASymbolicLinkToAnotherFolder) {
  TempDir elsewhere;
  elsewhere.write("real.txt", "alice-key\n");
  fs::create_symlink(elsewhere.path() / "real.txt", folder.path() / "keys.txt");
  start();
  elsewhere.replace("real.txt", "bob-key-0\n");
  EXPECT_TRUE(comes_to_allow("bob-key-0"));
  elsewhere.write("real.txt", "carol-key\n");
  EXPECT_TRUE(comes_to_allow("carol-key"));
}

TEST_F(KeyStoreFile, SeesAFolderThatIsSwapped) {
  const auto now = folder.path() / "now";
  fs::create_directories(now);
  std::ofstream(now / "keys.txt") << "alice-key\n";
  start_with(now / "keys.txt");
  fs::create_directories(folder.path() / "next");
  std::ofstream(folder.path() / "next" / "keys.txt") << "bob-key-0\n";
  fs::rename(now, folder.path() / "before");
  fs::rename(folder.path() / "next", now);
  EXPECT_TRUE(comes_to_allow("bob-key-0"));
}

TEST_F(KeyStoreFile, SeesAFolderThatIsDeletedAndMadeAnew) {
  const auto now = folder.path() / "a" / "b";
  fs::create_directories(now);
  std::ofstream(now / "keys.txt") << "alice-key\n";
  start_with(now / "keys.txt");
  fs::remove_all(folder.path() / "a");
  EXPECT_TRUE(host.wait_until([&] { return host.logged("cannot be read"); }));
  fs::create_directories(now);
  std::ofstream(now / "keys.txt") << "bob-key-0\n";
  EXPECT_TRUE(comes_to_allow("bob-key-0"));
}

TEST_F(KeyStoreFile, TakesTheLastOfManyInARow) {
  folder.write("keys.txt", "alice-key\n");
  start();
  for (int i = 0; i < 200; ++i) {
    const std::string keys = "key-number-" + std::to_string(i) + "\n";
    if (i % 2 == 0) {
      folder.write("keys.txt", keys);
    } else {
      folder.replace("keys.txt", keys);
    }
  }
  EXPECT_TRUE(comes_to_allow("key-number-199"));
  EXPECT_FALSE(allows("key-number-198"));
}

TEST_F(KeyStoreFile, LeavesAFileAloneThatIsStillBeingWritten) {
  using Clock = std::chrono::steady_clock;
  folder.write("keys.txt", "alice-key\n");
  start();
  // A machine that stalls between two writes makes the file look still: then it is tried again.
  for (int attempt = 0; attempt < 20; ++attempt) {
    std::chrono::nanoseconds longest{};
    std::string key;
    const auto begin = Clock::now();
    for (auto last = begin; last - begin < std::chrono::milliseconds(300);) {
      key = "writing-" + std::to_string(last.time_since_epoch().count());
      folder.write("keys.txt", key + "\n");
      const auto now = Clock::now();
      longest = std::max(longest, now - last);
      last = now;
    }
    const bool taken = allows(key);
    if (longest < std::chrono::milliseconds(50)) {
      EXPECT_FALSE(taken);
      EXPECT_TRUE(comes_to_allow(key));
      return;
    }
  }
  FAIL() << "in 20 attempts this machine could not write for 300 ms without a pause of 50 ms";
}

TEST_F(KeyStoreFile, HasAThreadOfItsOwnOnlyWhileItWatches) {
  const auto file = folder.write("keys.txt", "alice-key\n");
  start(R"(,"watch":false)");
  EXPECT_EQ(watching_threads(), 0);
  EXPECT_TRUE(store->reconfigure(config(file)));
  EXPECT_TRUE(host.wait_until([] { return watching_threads() == 1; }));
  EXPECT_TRUE(store->reconfigure(config(file, R"(,"watch":false)")));
  EXPECT_EQ(watching_threads(), 0);
}

// --- A change to a bad file ----------------------------------------------------------------------

TEST_F(KeyStoreFile, KeepsTheOldKeysWhenTheNewFileIsIllFormed) {
  folder.write("keys.txt", "alice-key\n");
  start();
  folder.write("keys.txt", "bob-key-0\nsecret.with.dots\n");
  EXPECT_TRUE(host.wait_until([&] { return host.logged("line 2 of the key file is no key"); }));
  EXPECT_TRUE(allows("alice-key"));
  EXPECT_FALSE(allows("bob-key-0"));
  EXPECT_FALSE(host.logged("secret.with.dots"));
}

TEST_F(KeyStoreFile, KeepsTheOldKeysWhenTheNewFileHasNone) {
  folder.write("keys.txt", "alice-key\n");
  start();
  folder.write("keys.txt", "");
  EXPECT_TRUE(host.wait_until([&] { return host.logged("holds no keys"); }));
  EXPECT_TRUE(allows("alice-key"));
  EXPECT_TRUE(host.revoked().empty());
}

TEST_F(KeyStoreFile, SeesTheFileThatMendsABadOne) {
  folder.write("keys.txt", "alice-key\n");
  start();
  folder.write("keys.txt", "bad\n");
  EXPECT_TRUE(host.wait_until([&] { return host.logged("line 1 of the key file"); }));
  folder.write("keys.txt", "bob-key-0\n");
  EXPECT_TRUE(comes_to_allow("bob-key-0"));
}

// --- Revocation ----------------------------------------------------------------------------------

TEST_F(KeyStoreFile, RevokesTheKeysThatHaveGoneAndNoOthers) {
  folder.write("keys.txt", "alice-key\nbob-key-0\n");
  start();
  const auto alice = store->lookup("alice-key").grant->credential;
  folder.write("keys.txt", "bob-key-0\ncarol-key\n");
  EXPECT_TRUE(host.wait_until([&] { return !host.revoked().empty(); }));
  EXPECT_EQ(host.revoked(), std::vector<std::uint64_t>{alice});
}

TEST_F(KeyStoreFile, NoLongerFindsAKeyBeforeItIsRevoked) {
  folder.write("keys.txt", "alice-key\nbob-key-0\n");
  start();
  folder.write("keys.txt", "bob-key-0\n");
  EXPECT_TRUE(host.wait_until([&] { return !host.revoked().empty(); }));
  EXPECT_FALSE(allows("alice-key"));
}

TEST_F(KeyStoreFile, DoesNotRevokeIfToldNotTo) {
  folder.write("keys.txt", "alice-key\n");
  start(R"(,"revoke":false)");
  folder.write("keys.txt", "bob-key-0\n");
  EXPECT_TRUE(comes_to_allow("bob-key-0"));
  EXPECT_TRUE(host.wait_until([&] { return host.logged("1 new, 1 gone"); }));
  EXPECT_TRUE(host.revoked().empty());
}

TEST_F(KeyStoreFile, AKeyThatBecomesItsHashIsNotRevoked) {
  folder.write("keys.txt", "alice-key\n");
  start();
  folder.write("keys.txt", std::string("sha256:") + kAliceHash + "\nbob-key-0\n");
  EXPECT_TRUE(comes_to_allow("bob-key-0"));
  EXPECT_TRUE(host.wait_until([&] { return host.logged("1 new, 0 gone"); }));
  EXPECT_TRUE(host.revoked().empty());
}

// --- Reload --------------------------------------------------------------------------------------

TEST_F(KeyStoreFile, AReloadRereadsAFileThatIsNotWatched) {
  const auto file = folder.write("keys.txt", "alice-key\n");
  start(R"(,"watch":false)");
  folder.write("keys.txt", "bob-key-0\n");
  EXPECT_TRUE(store->reconfigure(config(file, R"(,"watch":false)")));
  EXPECT_TRUE(allows("bob-key-0"));
  EXPECT_FALSE(host.revoked().empty());
}

TEST_F(KeyStoreFile, AReloadWithTheSameBadFileKeepsTheKeysAndSaysWhy) {
  const auto file = folder.write("keys.txt", "alice-key\n");
  start(R"(,"watch":false)");
  folder.write("keys.txt", "bad\n");
  EXPECT_TRUE(store->reconfigure(config(file, R"(,"watch":false)")));
  EXPECT_TRUE(allows("alice-key"));
  EXPECT_TRUE(host.logged("line 1 of the key file"));
}

TEST_F(KeyStoreFile, AReloadToAnotherBadFileIsRefused) {
  folder.write("keys.txt", "alice-key\n");
  start();
  const auto other = folder.write("other.txt", "bad\n");
  EXPECT_FALSE(store->reconfigure(config(other)));
  EXPECT_EQ(host.problems().at(0).pointer, "/file");
  EXPECT_TRUE(allows("alice-key"));
}

TEST_F(KeyStoreFile, AReloadToAnotherFileWatchesThatOne) {
  folder.write("keys.txt", "alice-key\n");
  start();
  const auto other = folder.write("other.txt", "bob-key-0\n");
  EXPECT_TRUE(store->reconfigure(config(other)));
  EXPECT_TRUE(allows("bob-key-0"));
  EXPECT_FALSE(allows("alice-key"));
  folder.write("other.txt", "carol-key\n");
  EXPECT_TRUE(comes_to_allow("carol-key"));
}

TEST_F(KeyStoreFile, AReloadCanBeginToWatch) {
  const auto file = folder.write("keys.txt", "alice-key\n");
  start(R"(,"watch":false)");
  EXPECT_TRUE(store->reconfigure(config(file)));
  folder.write("keys.txt", "bob-key-0\n");
  EXPECT_TRUE(comes_to_allow("bob-key-0"));
}

// --- Threads -------------------------------------------------------------------------------------

TEST_F(KeyStoreFile, AnswersManyThreadsWhileTheFileChanges) {
  folder.write("keys.txt", "alice-key\nevery-one\n");
  start();
  std::atomic<bool> done = false;
  std::atomic<int> misses = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      while (!done) misses += store->lookup("every-one").status != Status::kOk;
    });
  }
  for (const std::string key : {"key-of-day-1", "key-of-day-2", "key-of-day-3"}) {
    folder.replace("keys.txt", key + "\nevery-one\n");
    EXPECT_TRUE(comes_to_allow(key));
  }
  done = true;
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(misses, 0);
}

}  // namespace
}  // namespace plugboard::test
