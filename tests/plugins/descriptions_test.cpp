// What every shipped plugin says about itself.
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "plugins/shipped_plugin.hpp"

namespace plugboard::test {
namespace {

struct Shipped {
  std::string name;
  std::vector<std::string> kinds;
  std::string least_config;  ///< that its description accepts
};

void PrintTo(const Shipped& plugin, std::ostream* out) { *out << plugin.name; }

class ShippedPluginDescription : public ::testing::TestWithParam<Shipped> {};

TEST_P(ShippedPluginDescription, NamesItselfAsItsFile) {
  const plugboard_plugin& plugin = shipped(GetParam().name);
  EXPECT_EQ(detail::view(plugin.name), GetParam().name);
  EXPECT_FALSE(detail::view(plugin.version).empty());
  EXPECT_FALSE(detail::view(plugin.summary).empty());
}

TEST_P(ShippedPluginDescription, IsOfItsKindsAndNoOthers) {
  const plugboard_plugin& plugin = shipped(GetParam().name);
  std::vector<std::string> kinds;
  for (const char* id :
       {PLUGBOARD_KEY_STORE_ID, PLUGBOARD_RATE_LIMITER_ID, PLUGBOARD_HOOK_ID,
        PLUGBOARD_HTTP_HANDLER_ID, PLUGBOARD_BLOB_STORE_ID, PLUGBOARD_ID_PARSER_ID}) {
    if (plugin.kind(id) != nullptr) kinds.emplace_back(id);
  }
  EXPECT_EQ(kinds, GetParam().kinds);
}

TEST_P(ShippedPluginDescription, DescribesItsConfig) {
  const auto config = described_config(shipped(GetParam().name), GetParam().least_config);
  EXPECT_TRUE(std::holds_alternative<std::string>(config));
}

TEST_P(ShippedPluginDescription, RefusesConfigItDoesNotKnow) {
  const auto config = described_config(shipped(GetParam().name), R"({"no_such_member":1})");
  EXPECT_TRUE(std::holds_alternative<std::vector<std::string>>(config));
}

INSTANTIATE_TEST_SUITE_P(
    All, ShippedPluginDescription,
    ::testing::Values(Shipped{"key-store-env", {PLUGBOARD_KEY_STORE_ID}, R"({"variable":"KEYS"})"},
                      Shipped{"key-store-file", {PLUGBOARD_KEY_STORE_ID}, R"({"file":"keys.txt"})"},
                      Shipped{"access-log", {PLUGBOARD_HOOK_ID}, "{}"},
                      Shipped{"blob-store-memory", {PLUGBOARD_BLOB_STORE_ID}, "{}"},
                      Shipped{"http-files", {PLUGBOARD_HTTP_HANDLER_ID}, R"({"folder":"/tmp"})"},
                      Shipped{"rate-limiter", {PLUGBOARD_RATE_LIMITER_ID}, "{}"},
                      Shipped{"verify-ed25519", {PLUGBOARD_HOOK_ID}, "{}"}),
    [](const auto& tested) {
      std::string name = tested.param.name;
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

}  // namespace
}  // namespace plugboard::test
