// One instance of a plugin that ships with the relay, from its shared object, with a config that
// has gone through the plugin's own description as in the relay.
#pragma once

#include <plugboard/testing.hpp>
#include <string>
#include <variant>
#include <vector>

namespace plugboard::test {

/// The library of this name in the build tree.
[[nodiscard]] const plugboard_plugin& shipped(const std::string& name);

/// The config as the plugin is to get it, from JSON as in a manifest: paths are taken from /, text
/// durations and sizes are understood. Or what the relay would say is wrong with it.
[[nodiscard]] std::variant<std::string, std::vector<std::string>> described_config(
    const plugboard_plugin& plugin, const std::string& json);

/// The same, for configs that are right.
[[nodiscard]] std::string completed(const plugboard_plugin& plugin, const std::string& json);

class ShippedPlugin : public testing::TestInstance {
 public:
  /// Throws with the plugin's problems if it refuses.
  ShippedPlugin(const std::string& name, testing::TestHost& host, const std::string& json)
      : TestInstance(shipped(name), host, completed(shipped(name), json)), plugin_(shipped(name)) {}

  /// As at a reload.
  bool reconfigure(const std::string& json) {
    return TestInstance::reconfigure(completed(plugin_, json));
  }

 private:
  const plugboard_plugin& plugin_;
};

/// What a plugin says about a config it refuses: "pointer: sentence" for each problem.
[[nodiscard]] std::string refusal(const std::string& name, const std::string& json);

}  // namespace plugboard::test
