// `plugboard plugins`: what is found, and the config it takes.
#include <iostream>
#include <optional>
#include <variant>

#include "commands.hpp"
#include "manifest/config_schema.hpp"
#include "manifest/environment.hpp"
#include "manifest/reader.hpp"
#include "server/check.hpp"

namespace plugboard::program {
namespace {

void print(const extension::LibraryDescription& library) {
  std::cout << library.library;
  if (!library.version.empty()) std::cout << " " << library.version;
  std::cout << "\n  " << library.path.string() << "\n  sha256 " << library.sha256 << "\n";
  if (!library.problem.empty()) {
    std::cout << "  cannot be used: " << library.problem << "\n\n";
    return;
  }
  if (!library.summary.empty()) std::cout << "  " << library.summary << "\n";
  std::cout << "  kinds:";
  for (const std::string& kind : library.kinds) std::cout << " " << kind;
  std::cout << "\n  ABI " << library.abi_major << "." << library.abi_minor
            << (library.blocking ? ", may block" : "")
            << (library.reconfigurable ? ", keeps its state over a reload" : "") << "\n";
  if (library.config_schema.is_null()) {
    std::cout << "  takes no config\n\n";
    return;
  }
  std::cout << "  config:\n" << server::describe_config(library.config_schema, "    ") << "\n";
}

}  // namespace

int list_plugins(const PluginsOptions& options) {
  std::optional<manifest::Manifest> manifest;
  if (!options.manifest.empty()) {
    auto read = manifest::read_file(options.manifest, manifest::process_environment());
    if (const auto* problems = std::get_if<std::vector<manifest::Diagnostic>>(&read)) {
      std::cerr << manifest::to_text(*problems);
      return kBadUsage;
    }
    manifest = std::get<manifest::Manifest>(std::move(read));
  }
  const auto found =
      server::describe_plugins(manifest ? &*manifest : nullptr,
                               {.plugin_path = options.plugin_path, .version = PLUGBOARD_VERSION});
  for (const extension::LibraryDescription& library : found) print(library);
  if (found.empty()) {
    std::cerr << "plugboard: no plugins found; name a manifest or --plugin-path DIR\n";
  }
  return kFine;
}

}  // namespace plugboard::program
