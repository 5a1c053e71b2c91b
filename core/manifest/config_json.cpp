#include "manifest/config_json.hpp"

#include <cmath>

namespace plugboard::manifest {
namespace {

nlohmann::json report_not_json(const Node& node, const std::string& path,
                               Diagnostics& diagnostics) {
  Diagnostic& diagnostic = diagnostics.error(node.position, path + " is not a value that JSON has");
  diagnostic.found = node.written;
  diagnostic.allowed = "strings, numbers, true, false, lists and tables";
  return nullptr;
}

}  // namespace

nlohmann::json to_json(const Node& node, const std::string& path, Diagnostics& diagnostics) {
  switch (node.kind) {
    case Kind::kString:
      return node.text;
    case Kind::kInteger:
      return node.integer;
    case Kind::kFraction:
      if (!std::isfinite(node.fraction)) return report_not_json(node, path, diagnostics);
      return node.fraction;
    case Kind::kBoolean:
      return node.boolean;
    case Kind::kDate:
      return report_not_json(node, path, diagnostics);
    case Kind::kList: {
      nlohmann::json list = nlohmann::json::array();
      for (const Node& item : node.items) list.push_back(to_json(item, path, diagnostics));
      return list;
    }
    case Kind::kTable: {
      nlohmann::json table = nlohmann::json::object();
      for (const Member& member : node.members) {
        table[member.key] = to_json(member.value, path + "." + member.key, diagnostics);
      }
      return table;
    }
  }
  return nullptr;
}

}  // namespace plugboard::manifest
