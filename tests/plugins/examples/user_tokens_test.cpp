#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "plugins/examples/example.hpp"

using plugboard::Status;
using plugboard::testing::TestHost;
using plugboard::testing::TestInstance;

namespace {

const std::string kSecret = "5d0c2f7b4e9a1836d2c4";
const std::string kUsers = "# users\n\nalice " + kSecret + " pwa,ext\nbob " + kSecret + "-of-bob\n";

std::string token(const std::string& user, const std::string& expires, const std::string& secret) {
  const std::string text = user + "." + expires;
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &size);
  std::string hex;
  for (unsigned i = 0; i < size; ++i) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", digest[i]);
    hex += digits;
  }
  return text + "." + hex;
}

class UserTokens : public testing::Test {
 protected:
  UserTokens() {
    path_ = std::filesystem::temp_directory_path() /
            ("plugboard-users-" + std::to_string(getpid()) + ".txt");
    write(kUsers);
    host.set_unix_time(std::chrono::seconds(1'700'000'000));
  }
  ~UserTokens() override { std::filesystem::remove(path_); }

  void write(const std::string& users) { std::ofstream(path_) << users; }
  std::string config() const { return R"({"file":")" + path_.string() + "\"}"; }

  TestHost host;
  std::filesystem::path path_;
};

}  // namespace

TEST_F(UserTokens, LetsInWhoHasAValidToken) {
  TestInstance store(example("user-tokens"), host, config());
  const auto answer = store.lookup(token("alice", "1800000000", kSecret));
  EXPECT_EQ(answer.status, Status::kOk);
  EXPECT_EQ(answer.grant->channels, (std::vector<std::string>{"pwa", "ext"}));
  EXPECT_EQ(answer.grant->attributes, R"({"user":"alice"})");
  EXPECT_EQ(answer.grant->expires_at_ms, 1'800'000'000'000);
}

TEST_F(UserTokens, WithoutChannelsAllAreAllowed) {
  TestInstance store(example("user-tokens"), host, config());
  const auto answer = store.lookup(token("bob", "1800000000", kSecret + "-of-bob"));
  EXPECT_FALSE(answer.grant->channels.has_value());
}

TEST_F(UserTokens, RefusesWrongAndExpiredTokens) {
  TestInstance store(example("user-tokens"), host, config());
  EXPECT_EQ(store.lookup(token("alice", "1800000000", "another-secret")).status, Status::kDeny);
  EXPECT_EQ(store.lookup(token("alice", "1700000000", kSecret)).status, Status::kDeny);
  std::string forged = token("alice", "1800000000", kSecret);
  forged.replace(6, 1, "2");
  EXPECT_EQ(store.lookup(forged).status, Status::kDeny);
}

TEST_F(UserTokens, AbstainsOnWhatIsNotItsOwn) {
  TestInstance store(example("user-tokens"), host, config());
  EXPECT_EQ(store.lookup(token("carol", "1800000000", kSecret)).status, Status::kNext);
  EXPECT_EQ(store.lookup(std::string(80, 'k')).status, Status::kNext);
  EXPECT_EQ(store.lookup("..").status, Status::kNext);
  EXPECT_EQ(store.lookup("alice." + std::string(64, '0')).status, Status::kNext);
  EXPECT_EQ(store.lookup("alice.1e9." + std::string(64, '0')).status, Status::kNext);
}

TEST_F(UserTokens, RevokesUsersWhoAreGoneOrHaveANewSecret) {
  TestInstance store(example("user-tokens"), host, config());
  const auto alice = store.lookup(token("alice", "1800000000", kSecret)).grant->credential;
  const auto bob = store.lookup(token("bob", "1800000000", kSecret + "-of-bob")).grant->credential;
  write("bob a-new-secret-for-bob\n");
  EXPECT_TRUE(store.reconfigure(config()));
  EXPECT_EQ(host.revoked(), (std::vector<std::uint64_t>{alice, bob}));
}

TEST_F(UserTokens, KeepsItsUsersWhenTheNewFileIsBad) {
  TestInstance store(example("user-tokens"), host, config());
  write("alice short\n");
  EXPECT_FALSE(store.reconfigure(config()));
  EXPECT_NE(host.problems().at(0).sentence.find("line 1"), std::string::npos);
  EXPECT_EQ(store.lookup(token("alice", "1800000000", kSecret)).status, Status::kOk);
}

TEST_F(UserTokens, RefusesLinesThatAreTooLong) {
  write("alice " + kSecret + " " + std::string(2000, 'c') + "\n");
  EXPECT_THROW(TestInstance(example("user-tokens"), host, config()), std::runtime_error);
}

TEST_F(UserTokens, AnswersManyThreadsDuringReloads) {
  TestInstance store(example("user-tokens"), host, config());
  const std::string key = token("alice", "1800000000", kSecret);
  std::atomic<bool> done = false;
  std::atomic<int> misses = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      while (!done) misses += store.lookup(key).status != Status::kOk;
    });
  }
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(store.reconfigure(config()));
  done = true;
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(misses, 0);
}
