#include "extension/plan.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>
#include <variant>

#include "extension/library_search.hpp"
#include "manifest/config_schema.hpp"

namespace plugboard::extension {
namespace {

using manifest::Diagnostic;
using manifest::Manifest;
using manifest::Name;
using manifest::PluginEntry;

/// A place of the manifest that wants a plugin of some kind.
struct Place {
  Name name;          // of the plugin
  const char* where;  // "chain.hook"
  const char* kind;   // "hook"
};

std::vector<Place> places_of(const Manifest& manifest) {
  std::vector<Place> places;
  const auto add = [&](const std::vector<Name>& names, const char* where, const char* kind) {
    for (const Name& name : names) places.push_back({name, where, kind});
  };
  const manifest::Chain& chain = manifest.chain;
  if (const auto* stores = std::get_if<std::vector<Name>>(&chain.key_store)) {
    add(*stores, "chain.key_store", "key-store");
  }
  add(chain.rate_limiter, "chain.rate_limiter", "rate-limiter");
  add(chain.hook, "chain.hook", "hook");
  add(chain.http, "chain.http", "http-handler");
  if (chain.blob_store) add({*chain.blob_store}, "chain.blob_store", "blob-store");
  for (const manifest::Channel& channel : manifest.channels) {
    if (channel.id_parser) add({*channel.id_parser}, "channel.id_parser", "id-parser");
  }
  return places;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

/// Finds and loads the library of one entry. Null after a problem.
std::shared_ptr<const Library> load(const Manifest& manifest, const PluginEntry& entry,
                                    const std::vector<std::filesystem::path>& folders,
                                    const ExtensionOptions& options,
                                    std::vector<Diagnostic>& problems) {
  const auto linked = options.linked.find(entry.library.text);
  std::variant<std::shared_ptr<const Library>, LibraryProblem> loaded;
  std::filesystem::path path;
  if (linked != options.linked.end() && !entry.library_path) {
    loaded = linked_library(linked->first, linked->second, options.control_timeout);
  } else if (entry.library_path) {
    path = entry.library_path->path;
  } else {
    auto found = find_library(entry.library.text, folders);
    if (const auto* problem = std::get_if<std::string>(&found)) {
      problems.push_back(plugin_problem(manifest, entry, entry.library.position, *problem));
      return nullptr;
    }
    path = std::get<std::filesystem::path>(std::move(found));
  }
  if (!path.empty()) {
    loaded = load_library(path, entry.sha256 ? entry.sha256->text : std::string(),
                          options.control_timeout);
  }
  if (const auto* problem = std::get_if<LibraryProblem>(&loaded)) {
    const bool pinned =
        entry.sha256 && !problem->sha256.empty() && problem->sha256 != entry.sha256->text;
    problems.push_back(plugin_problem(manifest, entry,
                                      pinned ? entry.sha256->position : entry.library.position,
                                      problem->sentence));
    return nullptr;
  }
  return std::get<std::shared_ptr<const Library>>(std::move(loaded));
}

/// The config of one entry as the plugin is to get it. Nothing after a problem.
std::optional<nlohmann::json> check_config(const Manifest& manifest, const PluginEntry& entry,
                                           const Library& library,
                                           std::vector<Diagnostic>& problems) {
  auto schema = manifest::ConfigSchema::parse(library.descriptor.config_schema);
  if (const auto* problem = std::get_if<std::string>(&schema)) {
    problems.push_back(plugin_problem(
        manifest, entry, entry.library.position,
        library.path.string() + " cannot be used: its config_schema is wrong: " + *problem));
    return std::nullopt;
  }
  auto checked = std::get<manifest::ConfigSchema>(schema).apply(
      entry.config, {manifest.file, entry.config_sources, manifest.folder,
                     "config of \"" + entry.name.text + "\""});
  if (auto* found = std::get_if<std::vector<Diagnostic>>(&checked)) {
    std::move(found->begin(), found->end(), std::back_inserter(problems));
    return std::nullopt;
  }
  return std::get<nlohmann::json>(std::move(checked));
}

/// The places of the manifest that a plugin stands in must be of kinds that it implements.
void check_places(const Manifest& manifest, const std::vector<Place>& places, const Plan& plan,
                  std::vector<Diagnostic>& problems) {
  for (const Place& place : places) {
    if (manifest.plugin(place.name.text) == nullptr) {
      problems.push_back(manifest.error(place.name.position,
                                        std::string(place.where) + " names \"" + place.name.text +
                                            "\", which is no plugin of the manifest"));
      continue;
    }
    for (const PlannedPlugin& plugin : plan.plugins) {
      if (plugin.entry->name.text != place.name.text) continue;
      const std::vector<std::string> kinds = plugin.library->descriptor.kinds.names();
      if (std::find(kinds.begin(), kinds.end(), place.kind) != kinds.end()) continue;
      problems.push_back(
          plugin_problem(manifest, *plugin.entry, place.name.position,
                         std::string("stands in ") + place.where + ", but its library " +
                             plugin.library->path.string() + " is no " + place.kind +
                             (kinds.empty() ? ": it implements no kind that this relay knows"
                                            : ": it implements " + joined(kinds))));
    }
  }
}

}  // namespace

Diagnostic plugin_problem(const Manifest& manifest, const PluginEntry& entry,
                          manifest::Position position, std::string_view clause) {
  return manifest.error(position, "plugin \"" + entry.name.text + "\": " + std::string(clause));
}

std::vector<std::filesystem::path> search_folders(
    const Manifest& manifest, const std::vector<std::filesystem::path>& before) {
  std::vector<std::filesystem::path> folders = before;
  for (const manifest::Path& folder : manifest.plugin_path) folders.push_back(folder.path);
  return folders;
}

Plan make_plan(const Manifest& manifest, PlanScope scope, const ExtensionOptions& options) {
  Plan plan;
  const std::vector<Place> places = places_of(manifest);
  const std::vector<std::filesystem::path> folders = search_folders(manifest, options.plugin_path);
  std::set<std::string> used;
  for (const Place& place : places) used.insert(place.name.text);
  for (const PluginEntry& entry : manifest.plugins) {
    if (scope == PlanScope::kChains && used.count(entry.name.text) == 0) continue;
    PlannedPlugin plugin{&entry, load(manifest, entry, folders, options, plan.problems), {}};
    if (plugin.library == nullptr) continue;
    if (scope == PlanScope::kAll && plugin.library->has_unique_symbols) {
      Diagnostic warning = plugin_problem(
          manifest, entry, entry.library.position,
          plugin.library->path.string() +
              " has unique symbols, so that two builds of it in one process (after a reload) share "
              "data; compile it with -fno-gnu-unique");
      warning.severity = manifest::Severity::kWarning;
      plan.problems.push_back(std::move(warning));
    }
    auto config = check_config(manifest, entry, *plugin.library, plan.problems);
    if (!config) continue;
    plugin.config = std::move(*config);
    plan.plugins.push_back(std::move(plugin));
  }
  check_places(manifest, places, plan, plan.problems);
  return plan;
}

}  // namespace plugboard::extension
