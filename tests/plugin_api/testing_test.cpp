// The stand-in for the relay with plugins as real shared objects.
#include <gtest/gtest.h>
#include <plugboard/testing.hpp>

using plugboard::Status;
using plugboard::testing::TestHost;
using plugboard::testing::TestInstance;

namespace {

std::string library(const std::string& name) {
  return PLUGBOARD_BUILD_DIR "/tests/plugin_api/" + name + ".so";
}

}  // namespace

TEST(TestHost, RunsAPluginThroughTheCppLayer) {
  TestHost host;
  TestInstance keys(library("suffix-keys"), host, R"({"suffix":"-team"})");
  EXPECT_EQ(keys.lookup("alice-team").status, Status::kOk);
  EXPECT_EQ(keys.lookup("alice-other").status, Status::kNext);
}

TEST(TestHost, RunsAPluginInC) {
  TestHost host;
  TestInstance keys(library("c-keys"), host, "{}");
  EXPECT_EQ(keys.lookup("open-sesame").status, Status::kOk);
  EXPECT_EQ(keys.lookup("open-sesam").status, Status::kNext);
}

TEST(TestHost, SaysWhyAPluginRefusesItsConfig) {
  TestHost host;
  try {
    const TestInstance keys(library("suffix-keys"), host, "{}");
    FAIL() << "it was accepted";
  } catch (const std::runtime_error& refusal) {
    EXPECT_STREQ(refusal.what(), "refused | /suffix: is missing");
  }
}

TEST(TestHost, SaysThatALibraryIsNotThere) {
  TestHost host;
  EXPECT_THROW(TestInstance(library("absent"), host, "{}"), std::runtime_error);
}

TEST(TestHost, SaysThatAPluginIsNotOfAKind) {
  TestHost host;
  TestInstance keys(library("c-keys"), host, "{}");
  EXPECT_THROW(keys.get("key00001"), std::logic_error);
}
