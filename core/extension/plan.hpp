// What a manifest asks of this room, with its libraries loaded and its configs checked, but without
// an instance yet. Reads files and maps libraries; [control].
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "extension/extensions.hpp"
#include "extension/library.hpp"
#include "manifest/manifest.hpp"

namespace plugboard::extension {

/// One [[plugin]] table that is ready to become an instance.
struct PlannedPlugin {
  const manifest::PluginEntry* entry = nullptr;  // of the manifest
  std::shared_ptr<const Library> library;
  nlohmann::json config;  // as the plugin is to get it
};

struct Plan {
  std::vector<PlannedPlugin> plugins;  // without those that are no use
  std::vector<manifest::Diagnostic> problems;
};

enum class PlanScope {
  kChains,  ///< the plugins that stand in a chain or parse ids
  kAll,     ///< all, though no chain names them; and warnings
};

/// Plans the manifest, which the result refers to. Of the options those count that say where
/// plugins are, and how long they may take to describe themselves.
[[nodiscard]] Plan make_plan(const manifest::Manifest& manifest, PlanScope scope,
                             const ExtensionOptions& options);

/// The folders that libraries are looked for in, the first wins.
[[nodiscard]] std::vector<std::filesystem::path> search_folders(
    const manifest::Manifest& manifest, const std::vector<std::filesystem::path>& before);

/// A diagnostic about one plugin.
[[nodiscard]] manifest::Diagnostic plugin_problem(const manifest::Manifest& manifest,
                                                  const manifest::PluginEntry& entry,
                                                  manifest::Position position,
                                                  std::string_view clause);

}  // namespace plugboard::extension
