#include "manifest/config_schema.hpp"

#include <utility>

#include "manifest/schema_check.hpp"
#include "manifest/schema_node.hpp"

namespace plugboard::manifest {
namespace {

using nlohmann::json;

constexpr const char* kHidden = "***";

/// `node` is null where the description leaves the value open.
json redacted(const SchemaNode* node, const json& value, const SourceMap& sources,
              const std::string& pointer) {
  const Source* source = sources.find(pointer);
  if (node == nullptr || node->format == Format::kSecret) return kHidden;
  if (source != nullptr && source->substituted) return source->written;
  if (value.is_object()) {
    json object = json::object();
    for (const auto& [key, member] : value.items()) {
      const SchemaProperty* property = node->property(key);
      object[key] = redacted(property != nullptr ? &property->node : node->additional_node.get(),
                             member, sources, pointer_to(pointer, key));
    }
    return object;
  }
  if (value.is_array()) {
    json list = json::array();
    for (std::size_t index = 0; index < value.size(); ++index) {
      list.push_back(
          redacted(node->items.get(), value[index], sources, pointer_to(pointer, index)));
    }
    return list;
  }
  return value;
}

std::string default_text(const SchemaNode& node) {
  const json& value = *node.default_value;
  return node.format == Format::kSecret ? "a secret" : value.dump();
}

void list_members(const SchemaNode& node, const std::string& prefix, std::string& text);

/// The line of one member, and those of what it holds.
void list_member(const SchemaNode& node, const std::string& name, bool required,
                 std::string& text) {
  text += name + " (" + expectation(node);
  if (node.format == Format::kSecret) text += ", never printed";
  if (required) text += "; required";
  if (node.default_value) text += "; default " + default_text(node);
  text += ")\n";
  if (!node.description.empty()) text += "    " + node.description + "\n";
  list_members(node, name + ".", text);
  if (node.items) list_members(*node.items, name + "[].", text);
}

void list_members(const SchemaNode& node, const std::string& prefix, std::string& text) {
  for (const SchemaProperty& property : node.properties) {
    list_member(property.node, prefix + property.name, property.required, text);
  }
  if (node.additional == SchemaNode::Additional::kDescribed) {
    list_member(*node.additional_node, prefix + "<any name>", false, text);
  } else if (node.additional == SchemaNode::Additional::kAny && !node.types.all()) {
    text += prefix + "<any name> (any value)\n";
  }
}

}  // namespace

std::variant<ConfigSchema, std::string> ConfigSchema::parse(std::string_view text) {
  auto parsed = parse_schema(text);
  if (auto* clause = std::get_if<std::string>(&parsed)) return std::move(*clause);
  return ConfigSchema(std::get<std::unique_ptr<SchemaNode>>(std::move(parsed)));
}

std::variant<json, std::vector<Diagnostic>> ConfigSchema::apply(const json& config,
                                                                const ConfigOrigin& origin) const {
  Diagnostics diagnostics(origin.file);
  json checked = check_config(*root_, config, origin, diagnostics);
  if (diagnostics.has_errors()) return diagnostics.take();
  return checked;
}

json ConfigSchema::redact(const json& config, const SourceMap& sources) const {
  return redacted(root_.get(), config, sources, "");
}

std::string ConfigSchema::listing() const {
  std::string text;
  list_members(*root_, "", text);
  return text;
}

}  // namespace plugboard::manifest
