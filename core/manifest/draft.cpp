#include "manifest/draft.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <variant>

namespace plugboard::manifest {
namespace {

/// The places that errors are about.
class Mistakes {
 public:
  explicit Mistakes(const std::vector<Diagnostic>& diagnostics) {
    for (const Diagnostic& diagnostic : diagnostics) {
      if (diagnostic.severity == Severity::kError) places_.insert(diagnostic.position);
    }
  }

  /// Whether any of them lies in `node`. Null: no.
  [[nodiscard]] bool in(const Node* node) const {
    if (node == nullptr) return false;
    if (places_.count(node->position) > 0) return true;
    return std::any_of(node->items.begin(), node->items.end(),
                       [this](const Node& item) { return in(&item); }) ||
           std::any_of(node->members.begin(), node->members.end(), [this](const Member& member) {
             return places_.count(member.key_position) > 0 || in(&member.value);
           });
  }

 private:
  std::set<Position> places_;
};

bool is_whole(const PluginEntry& plugin, const Node* tables, const Mistakes& mistakes) {
  if (tables == nullptr || plugin.name.text.empty() || plugin.library.text.empty()) return false;
  const auto table =
      std::find_if(tables->items.begin(), tables->items.end(),
                   [&plugin](const Node& item) { return item.position == plugin.position; });
  if (table == tables->items.end()) return false;
  for (const char* key : {"name", "library", "sha256", "config"}) {
    if (mistakes.in(table->member(key))) return false;
  }
  return true;
}

}  // namespace

void leave_out_mistakes(Manifest& manifest, const Node& root,
                        const std::vector<Diagnostic>& diagnostics) {
  const Mistakes mistakes(diagnostics);
  const Node* tables = root.member("plugin");
  const bool lost = mistakes.in(root.member("plugins"));
  std::erase_if(manifest.plugins, [&](const PluginEntry& plugin) {
    return lost || !is_whole(plugin, tables, mistakes);
  });
  const auto gone = [&manifest](const Name& name) { return manifest.plugin(name.text) == nullptr; };
  Chain& chain = manifest.chain;
  if (auto* names = std::get_if<std::vector<Name>>(&chain.key_store)) std::erase_if(*names, gone);
  std::erase_if(chain.rate_limiter, gone);
  std::erase_if(chain.hook, gone);
  std::erase_if(chain.http, gone);
  if (chain.blob_store && gone(*chain.blob_store)) chain.blob_store.reset();
  for (Channel& channel : manifest.channels) {
    if (channel.id_parser && gone(*channel.id_parser)) channel.id_parser.reset();
  }
}

}  // namespace plugboard::manifest
