#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "plugins/shipped_plugin.hpp"

namespace plugboard::test {
namespace {

constexpr const char* kConfig = R"({"variable":"PLUGBOARD_TEST_KEYS"})";

class KeyStoreEnv : public ::testing::Test {
 protected:
  static void set(const std::string& keys) {
    setenv("PLUGBOARD_TEST_KEYS", keys.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  }
  void TearDown() override {
    unsetenv("PLUGBOARD_TEST_KEYS");  // NOLINT(concurrency-mt-unsafe)
  }

  testing::TestHost host;
};

TEST_F(KeyStoreEnv, AllowsTheKeysOfItsVariable) {
  set("alice-key,bob_KEY_0");
  ShippedPlugin store("key-store-env", host, kConfig);
  EXPECT_EQ(store.lookup("alice-key").status, Status::kOk);
  EXPECT_EQ(store.lookup("bob_KEY_0").status, Status::kOk);
}

TEST_F(KeyStoreEnv, AbstainsOnOthers) {
  set("alice-key,bob_KEY_0");
  ShippedPlugin store("key-store-env", host, kConfig);
  EXPECT_EQ(store.lookup("alice-ke").status, Status::kNext);
  EXPECT_EQ(store.lookup("alice-key,bob_KEY_0").status, Status::kNext);
}

TEST_F(KeyStoreEnv, StepsOverSpaceAndEmptyParts) {
  set(" alice-key ,, \tbob_KEY_0\n,");
  ShippedPlugin store("key-store-env", host, kConfig);
  EXPECT_EQ(store.lookup("alice-key").status, Status::kOk);
  EXPECT_EQ(store.lookup("bob_KEY_0").status, Status::kOk);
}

TEST_F(KeyStoreEnv, TakesKeysOfTheShortestAndTheLongestForm) {
  set("12345678," + std::string(64, 'k'));
  ShippedPlugin store("key-store-env", host, kConfig);
  EXPECT_EQ(store.lookup("12345678").status, Status::kOk);
  EXPECT_EQ(store.lookup(std::string(64, 'k')).status, Status::kOk);
}

TEST_F(KeyStoreEnv, KeepsTheKeysItStartedWith) {
  set("alice-key");
  ShippedPlugin store("key-store-env", host, kConfig);
  set("other-key");
  EXPECT_EQ(store.lookup("alice-key").status, Status::kOk);
}

TEST_F(KeyStoreEnv, RefusesAVariableThatIsNotSet) {
  EXPECT_EQ(refusal("key-store-env", kConfig),
            "/variable: the environment variable PLUGBOARD_TEST_KEYS is not set");
}

TEST_F(KeyStoreEnv, RefusesAVariableThatIsEmpty) {
  set("");
  EXPECT_EQ(refusal("key-store-env", kConfig),
            "/variable: the environment variable PLUGBOARD_TEST_KEYS is empty");
}

TEST_F(KeyStoreEnv, RefusesAVariableWithoutKeys) {
  set(" , ,");
  EXPECT_EQ(refusal("key-store-env", kConfig),
            "/variable: the environment variable PLUGBOARD_TEST_KEYS holds no keys");
}

TEST_F(KeyStoreEnv, NamesThePlaceOfAnIllFormedKeyAndNotTheKey) {
  set("alice-key,secret.with.dots");
  EXPECT_EQ(refusal("key-store-env", kConfig),
            "/variable: the environment variable PLUGBOARD_TEST_KEYS holds an ill-formed key: "
            "number 2 of 2 is not 8 to 64 of A-Z a-z 0-9 _ -");
}

TEST_F(KeyStoreEnv, RefusesKeysThatAreTooShortOrTooLong) {
  set("1234567");
  EXPECT_NE(refusal("key-store-env", kConfig).find("ill-formed"), std::string::npos);
  set(std::string(65, 'k'));
  EXPECT_NE(refusal("key-store-env", kConfig).find("ill-formed"), std::string::npos);
}

TEST_F(KeyStoreEnv, ChecksTheVariableWithoutAnInstance) {
  const plugboard_plugin& plugin = shipped("key-store-env");
  EXPECT_EQ(plugin.check(host.table(), detail::bytes(kConfig)), PLUGBOARD_ERROR);
  set("alice-key");
  EXPECT_EQ(plugin.check(host.table(), detail::bytes(kConfig)), PLUGBOARD_OK);
}

}  // namespace
}  // namespace plugboard::test
