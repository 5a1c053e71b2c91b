#include "manifest/manifest.hpp"

#include <algorithm>
#include <utility>

namespace plugboard::manifest {

const PluginEntry* Manifest::plugin(std::string_view name) const {
  const auto entry = std::find_if(plugins.begin(), plugins.end(), [name](const PluginEntry& each) {
    return each.name.text == name;
  });
  return entry == plugins.end() ? nullptr : &*entry;
}

Diagnostic Manifest::error(Position position, std::string what) const {
  return {file, position, Severity::kError, std::move(what)};
}

}  // namespace plugboard::manifest
