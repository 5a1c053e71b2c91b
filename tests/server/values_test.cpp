#include "server/values.hpp"

#include <gtest/gtest.h>

#include <variant>

#include "manifest/reader.hpp"

namespace plugboard::server {
namespace {

manifest::ReadResult read(const nlohmann::json& values) {
  return manifest::read(toml_of(values), "values",
                        [](std::string_view) -> std::optional<std::string> { return {}; });
}

nlohmann::json smallest() {
  return {{"channel", {{{"name", "demo"}}}}, {"chain", {{"key_store", "open"}}}};
}

TEST(Values, AreReadAsAManifest) {
  nlohmann::json values = smallest();
  values["server"] = {{"listen", {"127.0.0.1:0"}}, {"max_message", 4096}, {"compression", true}};
  values["plugin"] = {{{"name", "keys"},
                       {"library", "key-store-file"},
                       {"config", {{"file", "keys.txt"}, {"watch", false}}}}};
  const auto result = read(values);
  ASSERT_TRUE(std::holds_alternative<manifest::Manifest>(result));
  const auto& manifest = std::get<manifest::Manifest>(result);
  EXPECT_EQ(manifest.server.max_message, 4096U);
  EXPECT_TRUE(manifest.server.compression);
  EXPECT_EQ(manifest.plugins.at(0).config.at("file"), "keys.txt");
}

TEST(Values, AreComplainedAboutLikeAnyManifest) {
  nlohmann::json values = smallest();
  values["server"] = {{"max_mesage", 1}};
  const auto result = read(values);
  ASSERT_TRUE(std::holds_alternative<std::vector<manifest::Diagnostic>>(result));
  EXPECT_NE(manifest::to_text(std::get<1>(result)).find("max_message"), std::string::npos)
      << manifest::to_text(std::get<1>(result));
}

TEST(Values, KeepStringsAsTheyAre) {
  nlohmann::json values = smallest();
  const std::string strange = "a\"b\\c\nd\te\x7f\x01 ü 🦦 ${{}";
  values["plugin"] = {{{"name", "p"}, {"library", "l"}, {"config", {{strange, strange}}}}};
  const std::string text = toml_of(values);
  EXPECT_EQ(text.find('\x7f'), std::string::npos);
  EXPECT_NE(text.find("\\u007F"), std::string::npos);
  EXPECT_NE(text.find("\\n"), std::string::npos);
  EXPECT_NE(text.find("🦦"), std::string::npos);
}

TEST(Values, NullIsNoValue) {
  nlohmann::json values = smallest();
  values["server"] = {{"cors", nullptr}};
  EXPECT_TRUE(std::holds_alternative<std::vector<manifest::Diagnostic>>(read(values)));
}

TEST(Values, ThatAreNoObjectAreNoManifest) {
  EXPECT_TRUE(std::holds_alternative<std::vector<manifest::Diagnostic>>(read({1, 2})));
}

}  // namespace
}  // namespace plugboard::server
