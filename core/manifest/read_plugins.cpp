// [plugins] and [[plugin]].
#include <algorithm>
#include <cctype>
#include <map>
#include <memory>
#include <string>

#include "manifest/config_json.hpp"
#include "manifest/sections.hpp"
#include "manifest/table_reader.hpp"

namespace plugboard::manifest {
namespace {

constexpr const char* kDefaultPluginFolder = "plugins";
constexpr std::size_t kMaxPluginNameBytes = 128;
constexpr std::size_t kSha256Digits = 64;

bool holds_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return std::iscntrl(static_cast<unsigned char>(c)) != 0; });
}

/// Where each name was first given.
using TakenNames = std::map<std::string, Position, std::less<>>;

void read_name(TableReader& table, PluginEntry& plugin, TakenNames& taken) {
  constexpr const char* kForm = "a string of up to 128 bytes without control characters";
  if (!table.has("name")) table.report_missing("name", kForm);
  const Node* name = table.read_text("name");
  if (name == nullptr) return;
  plugin.name = to_name(*name);
  if (name->text.size() > kMaxPluginNameBytes || holds_control_character(name->text)) {
    table.error("name", *name, "is not fit for a name").allowed = kForm;
  }
  if (name->text == kOpen) {
    table.error("name", *name, "is reserved: chain.key_store = \"open\" lets anyone connect");
  }
  const auto [first, is_new] = taken.emplace(name->text, name->position);
  if (!is_new) {
    table.error("name", *name,
                "is taken by the plugin at line " + std::to_string(first->second.line));
  }
}

void read_library(TableReader& table, PluginEntry& plugin, const std::filesystem::path& folder) {
  constexpr const char* kForm = "a file name without ending, found on plugins.path, or a path";
  if (!table.has("library")) table.report_missing("library", kForm);
  const Node* library = table.read_text("library");
  if (library == nullptr) return;
  plugin.library = to_name(*library);
  if (holds_control_character(library->text) || library->text.ends_with('/')) {
    table.error("library", *library, "names no file").allowed = kForm;
  } else if (library->text.find('/') != std::string::npos) {
    plugin.library_path = Path{resolve(folder, library->text), library->position};
  }
}

void read_sha256(TableReader& table, PluginEntry& plugin) {
  const Node* pin = table.read_text("sha256");
  if (pin == nullptr) return;
  const bool hex = std::all_of(pin->text.begin(), pin->text.end(),
                               [](unsigned char c) { return std::isxdigit(c) != 0; });
  if (!hex || pin->text.size() != kSha256Digits) {
    table.error("sha256", *pin, "is not a SHA-256 checksum").allowed = "64 hexadecimal digits";
    return;
  }
  plugin.sha256 = to_name(*pin);
  for (char& digit : plugin.sha256->text) {
    digit = static_cast<char>(std::tolower(static_cast<unsigned char>(digit)));
  }
}

void read_config(TableReader& table, PluginEntry& plugin, Diagnostics& diagnostics) {
  const Node* config = table.find("config");
  if (config == nullptr) {
    auto nowhere = std::make_shared<SourceTree>();
    nowhere->source = {plugin.position, plugin.position, "", false};
    plugin.config_sources = SourceMap(std::move(nowhere));
    return;
  }
  if (config->kind != Kind::kTable) {
    table.wrong_type("config", *config, "a table");
    return;
  }
  plugin.config = to_json(*config, "config", diagnostics);
  plugin.config_sources = sources_of(*config);
}

}  // namespace

std::vector<Path> read_plugin_path(const Node* node, const std::filesystem::path& folder,
                                   Diagnostics& diagnostics) {
  TableReader table(node, "plugins", diagnostics);
  const auto texts = table.read_texts("path", "a folder");
  table.report_unknown();
  if (!texts) return {Path{resolve(folder, kDefaultPluginFolder), {}}};
  std::vector<Path> folders;
  for (const Node* text : *texts) {
    folders.push_back({resolve(folder, text->text), text->position});
  }
  return folders;
}

std::vector<PluginEntry> read_plugins(const Node* node, const std::filesystem::path& folder,
                                      Diagnostics& diagnostics) {
  std::vector<PluginEntry> plugins;
  if (node == nullptr) return plugins;
  if (node->kind != Kind::kList) {
    Diagnostic& diagnostic = diagnostics.error(node->position, "plugin has the wrong type");
    diagnostic.found = node->written;
    diagnostic.allowed = "[[plugin]] tables, in double brackets";
    return plugins;
  }
  TakenNames taken;
  for (const Node& item : node->items) {
    PluginEntry plugin;
    TableReader table(&item, "plugin", diagnostics);
    if (item.kind != Kind::kTable) continue;
    plugin.position = item.position;
    read_name(table, plugin, taken);
    read_library(table, plugin, folder);
    read_sha256(table, plugin);
    table.read_duration("timeout", plugin.timeout, std::chrono::milliseconds(1));
    table.read_choice("on_error", plugin.on_error,
                      {{"refuse", OnError::kRefuse}, {"skip", OnError::kSkip}});
    read_config(table, plugin, diagnostics);
    table.report_unknown();
    plugins.push_back(std::move(plugin));
  }
  return plugins;
}

}  // namespace plugboard::manifest
