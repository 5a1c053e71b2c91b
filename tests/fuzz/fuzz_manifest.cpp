// Manifests: whatever is written, it is read or complained of, one line each, with a place in the
// file, and nothing from the environment shows.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "fuzz/fuzz.hpp"
#include "manifest/reader.hpp"

namespace plugboard::manifest {
namespace {

/// Stands in every value that the environment gives; never in the name of a key.
constexpr std::string_view kCanary = "83749";

/// Values that are nearly right for this or that key, by the variable's first letter.
std::optional<std::string> variable(std::string_view name) {
  const std::string canary(kCanary);
  switch (name.front()) {
    case 'D':
      return canary + " sec";
    case 'S':
      return canary + " KB";
    case 'U':
      return "https://h" + canary + ".example/x";
    case 'N':
      return "10." + canary;
    case 'P':
      return "(" + canary;
    case 'O':
      return "open";
    case 'X':
      return std::nullopt;
    default:
      return "v" + canary;
  }
}

std::size_t lines_of(std::string_view text) {
  std::size_t lines = 1;
  for (const char c : text) lines += c == '\n' ? 1 : 0;
  return lines;
}

void check_complaints(const std::vector<Diagnostic>& complaints, std::string_view text) {
  Position last;
  for (const Diagnostic& complaint : complaints) {
    FUZZ_REQUIRE(!complaint.what.empty());
    FUZZ_REQUIRE(!(complaint.position < last));
    FUZZ_REQUIRE(complaint.position.line <= lines_of(text));
    FUZZ_REQUIRE((complaint.position.line == 0) == (complaint.position.column == 0));
    last = complaint.position;
    const std::string line = complaint.text();
    FUZZ_REQUIRE(line.find_first_of("\n\r\x1B") == std::string::npos);
    FUZZ_REQUIRE(line.starts_with("m.toml:"));
    if (text.find(kCanary) == std::string_view::npos) {
      FUZZ_REQUIRE(line.find(kCanary) == std::string::npos);
    }
  }
}

/// The places of a config are those of its values: what is written there looks like the value.
void check_places(const nlohmann::json& value, const SourceMap& sources,
                  const std::string& pointer) {
  const Source* source = sources.find(pointer);
  FUZZ_REQUIRE(source != nullptr);
  const std::string& written = source->written;
  FUZZ_REQUIRE(!written.empty() || value.is_object());
  if (value.is_object()) {
    for (const auto& [key, member] : value.items()) {
      check_places(member, sources, pointer_to(pointer, key));
    }
  } else if (value.is_array()) {
    for (std::size_t index = 0; index < value.size(); ++index) {
      check_places(value[index], sources, pointer_to(pointer, index));
    }
  } else if (value.is_boolean()) {
    FUZZ_REQUIRE(written == (value.get<bool>() ? "true" : "false"));
  } else if (value.is_string()) {
    FUZZ_REQUIRE(written.front() == '"' || written.front() == '\'');
  } else {
    FUZZ_REQUIRE(value.is_number());
    FUZZ_REQUIRE(std::string_view("+-0123456789").find(written.front()) != std::string::npos);
  }
}

void check_chain(const Manifest& manifest, const std::vector<Name>& chain) {
  std::set<std::string> names;
  for (const Name& name : chain) {
    FUZZ_REQUIRE(manifest.plugin(name.text) != nullptr);
    FUZZ_REQUIRE(names.insert(name.text).second);
  }
}

void check_manifest(const Manifest& manifest, std::string_view text) {
  check_complaints(manifest.warnings, text);
  for (const Diagnostic& warning : manifest.warnings) {
    FUZZ_REQUIRE(warning.severity == Severity::kWarning);
  }
  FUZZ_REQUIRE(!manifest.server.listen.empty());
  FUZZ_REQUIRE(manifest.server.max_message > 0 && manifest.server.outbox_limit > 0);
  FUZZ_REQUIRE(manifest.server.heartbeat_interval.count() > 0);
  FUZZ_REQUIRE(manifest.stats.access != StatsAccess::kToken || manifest.stats.token);

  std::set<std::string> channels;
  FUZZ_REQUIRE(!manifest.channels.empty());
  for (const Channel& channel : manifest.channels) {
    FUZZ_REQUIRE(channels.insert(channel.name.text).second);
    FUZZ_REQUIRE(!channel.name.text.empty() && channel.name.text.size() <= 256);
    FUZZ_REQUIRE(channel.name.text.find(':') == std::string::npos);
    FUZZ_REQUIRE(!channel.id_parser || manifest.plugin(channel.id_parser->text) != nullptr);
  }
  std::set<std::string> plugins;
  for (const PluginEntry& plugin : manifest.plugins) {
    FUZZ_REQUIRE(plugins.insert(plugin.name.text).second);
    FUZZ_REQUIRE(plugin.config.is_object());
    check_places(plugin.config, plugin.config_sources, "");
    (void)plugin.config.dump();
  }
  if (const auto* stores = std::get_if<std::vector<Name>>(&manifest.chain.key_store)) {
    FUZZ_REQUIRE(!stores->empty());
    check_chain(manifest, *stores);
  }
  check_chain(manifest, manifest.chain.rate_limiter);
  check_chain(manifest, manifest.chain.hook);
  check_chain(manifest, manifest.chain.http);
}

}  // namespace
}  // namespace plugboard::manifest

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plugboard::manifest;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const ReadResult result = read(text, "m.toml", variable);
  if (const auto* manifest = std::get_if<Manifest>(&result)) {
    check_manifest(*manifest, text);
    return 0;
  }
  const auto& complaints = std::get<std::vector<Diagnostic>>(result);
  FUZZ_REQUIRE(std::any_of(complaints.begin(), complaints.end(), [](const Diagnostic& complaint) {
    return complaint.severity == Severity::kError;
  }));
  check_complaints(complaints, text);
  return 0;
}
