#include "plugins/shipped_plugin.hpp"

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "manifest/config_schema.hpp"

namespace plugboard::test {

const plugboard_plugin& shipped(const std::string& name) {
  return testing::load_plugin(PLUGBOARD_BUILD_DIR "/plugins/" + name + ".so");
}

std::variant<std::string, std::vector<std::string>> described_config(const plugboard_plugin& plugin,
                                                                     const std::string& json) {
  const auto schema = manifest::ConfigSchema::parse(detail::view(plugin.config_schema));
  if (const auto* mistake = std::get_if<std::string>(&schema)) {
    throw std::logic_error("the description of the config: " + *mistake);
  }
  const std::string file = "test.toml";
  const manifest::SourceMap sources;
  const std::filesystem::path folder = "/";
  const auto applied = std::get<manifest::ConfigSchema>(schema).apply(
      nlohmann::json::parse(json), {.file = file, .sources = sources, .folder = folder});
  if (const auto* config = std::get_if<nlohmann::json>(&applied)) return config->dump();
  std::vector<std::string> mistakes;
  for (const auto& diagnostic : std::get<std::vector<manifest::Diagnostic>>(applied)) {
    mistakes.push_back(diagnostic.text());
  }
  return mistakes;
}

std::string completed(const plugboard_plugin& plugin, const std::string& json) {
  auto config = described_config(plugin, json);
  if (const auto* mistakes = std::get_if<std::vector<std::string>>(&config)) {
    throw std::logic_error("a config that its description refuses: " + mistakes->front());
  }
  return std::get<std::string>(std::move(config));
}

std::string refusal(const std::string& name, const std::string& json) {
  testing::TestHost host;
  const plugboard_plugin& plugin = shipped(name);
  plugboard_instance* instance = nullptr;
  const std::string config = completed(plugin, json);
  if (plugin.create(host.table(), detail::bytes(config), &instance) == PLUGBOARD_OK) {
    plugin.destroy(instance);
    return "accepted";
  }
  std::string result;
  for (const auto& [pointer, sentence] : host.problems()) {
    result += (result.empty() ? "" : "\n") + pointer + ": " + sentence;
  }
  return result;
}

}  // namespace plugboard::test
