#include "manifest/plugin_names.hpp"

#include "manifest/nearest.hpp"
#include "manifest/table_reader.hpp"

namespace plugboard::manifest {

PluginNames::PluginNames(const Node* plugins) {
  if (plugins == nullptr) return;
  for (const Node& plugin : plugins->items) {
    const Node* name = plugin.member("name");
    if (name == nullptr || name->kind != Kind::kString || name->unreadable) continue;
    names_.insert(name->text);
    if (!name->substituted) printable_.push_back(name->text);
  }
}

bool PluginNames::contains(const std::string& name) const {
  return names_.find(name) != names_.end();
}

void PluginNames::explain(Diagnostic& diagnostic, const Node& node) const {
  diagnostic.allowed = names_.empty()       ? "the name of a [[plugin]]; there is none"
                       : printable_.empty() ? "the name of a [[plugin]]"
                                            : quoted_list(printable_);
  TableReader::suggest(diagnostic, node, nearest(node.text, printable_));
}

}  // namespace plugboard::manifest
