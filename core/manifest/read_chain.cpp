// [chain].
#include <set>
#include <string>

#include "manifest/nearest.hpp"
#include "manifest/sections.hpp"
#include "manifest/table_reader.hpp"

namespace plugboard::manifest {
namespace {

constexpr std::string_view kKeyStoreKey = "key_store";
constexpr const char* kKeyStoreForms =
    "a list of names of [[plugin]] tables, or \"open\" to let anyone connect";

/// Reads names of plugins out of [chain].
class ChainReader {
 public:
  ChainReader(TableReader& table, const PluginNames& plugins) : table_(table), plugins_(plugins) {}

  std::optional<Name> plugin(std::string_view key, const Node& node) {
    if (plugins_.contains(node.text)) return to_name(node);
    plugins_.explain(table_.error(key, node, "names no [[plugin]]"), node);
    return std::nullopt;
  }

  std::vector<Name> plugins(std::string_view key) {
    std::vector<Name> names;
    std::set<std::string> used;
    const auto texts = table_.read_texts(key, "the name of a [[plugin]]");
    if (!texts) return names;
    for (const Node* text : *texts) {
      if (key == kKeyStoreKey && text->text == kOpen) {
        table_.error(key, *text, "holds \"open\", which stands alone").allowed = kKeyStoreForms;
        continue;
      }
      std::optional<Name> name = plugin(key, *text);
      if (!name) continue;
      if (!used.insert(name->text).second) {
        table_.error(key, *text, "names one plugin twice");
      } else {
        names.push_back(std::move(*name));
      }
    }
    return names;
  }

 private:
  TableReader& table_;
  const PluginNames& plugins_;
};

void read_key_store(TableReader& table, ChainReader& reader, Chain& chain,
                    Diagnostics& diagnostics) {
  const Node* node = table.find(kKeyStoreKey);
  if (node == nullptr) return;
  if (node->kind == Kind::kString) {
    if (node->text == kOpen) {
      chain.key_store = OpenAccess{node->position};
      diagnostics.warning(node->position, "chain.key_store is \"open\": anyone may connect");
      return;
    }
    Diagnostic& diagnostic = table.error(kKeyStoreKey, *node, "has an unknown value");
    diagnostic.allowed = kKeyStoreForms;
    TableReader::suggest(diagnostic, *node, nearest(node->text, {std::string(kOpen)}));
    return;
  }
  if (node->kind != Kind::kList) {
    table.wrong_type(kKeyStoreKey, *node, kKeyStoreForms);
    return;
  }
  if (node->items.empty()) {
    table.error(kKeyStoreKey, *node, "is empty: open access must be a decision").allowed =
        kKeyStoreForms;
    return;
  }
  chain.key_store = reader.plugins(kKeyStoreKey);
}

void read_blob_store(TableReader& table, ChainReader& reader, Chain& chain) {
  const Node* node = table.find("blob_store");
  if (node == nullptr) return;
  constexpr const char* kForms = "the name of a [[plugin]], or false";
  if (node->kind == Kind::kBoolean && !node->boolean) return;
  if (node->kind == Kind::kBoolean) {
    table.error("blob_store", *node, "has an unknown value").allowed = kForms;
  } else if (node->kind != Kind::kString) {
    table.wrong_type("blob_store", *node, kForms);
  } else {
    chain.blob_store = reader.plugin("blob_store", *node);
  }
}

void warn_of_no_limiter(TableReader& table, const Node& around, Diagnostics& diagnostics) {
  constexpr const char* kRateLimiter = "rate_limiter";
  const Node* list = table.find(kRateLimiter);
  if (table.has(kRateLimiter) &&
      (list == nullptr || list->kind != Kind::kList || !list->items.empty())) {
    return;
  }
  diagnostics.warning(list == nullptr ? around.position : list->position,
                      "chain.rate_limiter names no plugin: nothing is rate limited");
}

}  // namespace

Chain read_chain(const Node* node, const Node& root, const PluginNames& plugins,
                 Diagnostics& diagnostics) {
  Chain chain;
  TableReader table(node, "chain", diagnostics);
  ChainReader reader(table, plugins);
  if (node == nullptr || (node->kind == Kind::kTable && !table.has(kKeyStoreKey))) {
    diagnostics
        .error(node == nullptr ? root.position : node->position,
               "chain.key_store is missing: open access must be a decision")
        .allowed = kKeyStoreForms;
  }
  read_key_store(table, reader, chain, diagnostics);
  chain.rate_limiter = reader.plugins("rate_limiter");
  chain.hook = reader.plugins("hook");
  chain.http = reader.plugins("http");
  read_blob_store(table, reader, chain);
  table.read_boolean("recheck", chain.recheck);
  warn_of_no_limiter(table, node == nullptr ? root : *node, diagnostics);
  table.report_unknown();
  return chain;
}

}  // namespace plugboard::manifest
