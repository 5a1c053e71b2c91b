// Descriptions of plugin configs, and configs against them. An input is a description, a line
// "---", and members of the config in TOML.
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "fuzz/fuzz.hpp"
#include "manifest/config_schema.hpp"
#include "manifest/reader.hpp"

namespace plugboard::manifest {
namespace {

constexpr std::string_view kBorder = "\n---\n";
constexpr std::string_view kCanary = "83749";

std::optional<std::string> variable(std::string_view) { return "v" + std::string(kCanary); }

void check_config(const ConfigSchema& schema, std::string_view config, bool has_canary) {
  const ReadResult result = read(
      "chain.key_store = 'open'\n[[channel]]\nname = 'c'\n"
      "[[plugin]]\nname = 'p'\nlibrary = 'p'\n[plugin.config]\n" +
          std::string(config),
      "/m.toml", variable);
  const auto* manifest = std::get_if<Manifest>(&result);
  if (manifest == nullptr || manifest->plugins.size() != 1) return;
  const PluginEntry& plugin = manifest->plugins.front();
  const std::string shown = schema.redact(plugin.config, plugin.config_sources).dump();
  FUZZ_REQUIRE(has_canary || shown.find(kCanary) == std::string::npos);

  const auto applied =
      schema.apply(plugin.config, {manifest->file, plugin.config_sources, manifest->folder});
  if (const auto* complaints = std::get_if<std::vector<Diagnostic>>(&applied)) {
    FUZZ_REQUIRE(!complaints->empty());
    for (const Diagnostic& complaint : *complaints) {
      FUZZ_REQUIRE(complaint.position.line > 0);
      const std::string line = complaint.text();
      FUZZ_REQUIRE(line.find('\n') == std::string::npos);
      FUZZ_REQUIRE(has_canary || line.find(kCanary) == std::string::npos);
    }
    return;
  }
  const auto& completed = std::get<nlohmann::json>(applied);
  FUZZ_REQUIRE(completed.is_object());
  (void)schema.redact(completed, plugin.config_sources);
}

}  // namespace
}  // namespace plugboard::manifest

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plugboard::manifest;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t border = text.find(kBorder);
  const std::string_view description = text.substr(0, border);
  const std::string_view config =
      border == std::string_view::npos ? "" : text.substr(border + kBorder.size());

  const auto parsed = ConfigSchema::parse(description);
  if (const auto* clause = std::get_if<std::string>(&parsed)) {
    FUZZ_REQUIRE(!clause->empty());
    return 0;
  }
  const auto& schema = std::get<ConfigSchema>(parsed);
  (void)schema.listing();
  check_config(schema, config, text.find(kCanary) != std::string_view::npos);
  return 0;
}
