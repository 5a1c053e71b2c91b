// What every test of a plugin is given, in a process of its own.
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "manifest/config_schema.hpp"
#include "plugin_check/finding.hpp"
#include "plugin_check/tested_plugin.hpp"

namespace plugboard::plugin_check {

struct TestContext {
  std::filesystem::path library;
  std::optional<nlohmann::json> config;  ///< as a manifest would have it
  std::vector<std::string> keys;         ///< access keys that it knows
  std::filesystem::path folder;          ///< that paths in it are relative to
  std::filesystem::path scratch;         ///< an empty folder, removed afterwards
  Level level = Level::kQuick;

  [[nodiscard]] bool full() const { return level == Level::kFull; }
};

/// A config after its description, or what is wrong with it, a sentence each.
[[nodiscard]] std::variant<std::string, std::vector<std::string>> completed_config(
    const manifest::ConfigSchema& schema, const nlohmann::json& config,
    const std::filesystem::path& folder);

/// The library and a config that it takes. Reports what is wrong; then there is nothing.
struct Ready {
  std::unique_ptr<TestedLibrary> library;
  std::string config;

  [[nodiscard]] static std::optional<Ready> make(const TestContext& context);
  /// An instance with that config. Reports a refusal; then there is nothing.
  [[nodiscard]] std::unique_ptr<TestedInstance> instance(WatchedHost& host) const;
};

}  // namespace plugboard::plugin_check
