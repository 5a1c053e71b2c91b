#include "manifest/schema_node.hpp"

#include <algorithm>

#include "manifest/quantity.hpp"

namespace plugboard::manifest {
namespace {

/// "from 1 to 5", "of at least 1", "of at most 5", or nothing; with a blank in front.
std::string range(const std::string& least, const std::string& largest) {
  if (!least.empty() && !largest.empty()) return " from " + least + " to " + largest;
  if (!least.empty()) return " of at least " + least;
  if (!largest.empty()) return " of at most " + largest;
  return "";
}

/// " of 1 to 5 items", " of at least 1 items", " of at most 5 items", or nothing.
std::string count_range(const std::optional<std::uint64_t>& least,
                        const std::optional<std::uint64_t>& largest, const std::string& things) {
  if (least && largest && *least == *largest) return " of " + std::to_string(*least) + " " + things;
  if (least && largest) {
    return " of " + std::to_string(*least) + " to " + std::to_string(*largest) + " " + things;
  }
  if (least) return " of at least " + std::to_string(*least) + " " + things;
  if (largest) return " of at most " + std::to_string(*largest) + " " + things;
  return "";
}

std::string number_text(const std::optional<nlohmann::json>& number) {
  return number ? number->dump() : "";
}

/// A bound of a duration or size in its units.
std::string quantity_text(const SchemaNode& node, const std::optional<nlohmann::json>& number) {
  if (!number) return "";
  const auto amount = number->get<std::int64_t>();
  return node.format == Format::kDuration ? to_text(std::chrono::milliseconds(amount))
                                          : size_to_text(static_cast<std::uint64_t>(amount));
}

std::string string_expectation(const SchemaNode& node) {
  std::string words = node.format == Format::kPath    ? "a path"
                      : node.format == Format::kRegex ? "a regular expression (RE2)"
                                                      : "a string";
  if (node.min_length == 1 && !node.max_length) {
    words += " that is not empty";
  } else {
    words += count_range(node.min_length, node.max_length, "characters");
  }
  if (node.pattern) words += " that matches " + node.pattern->pattern();
  return words;
}

std::string quantity_expectation(const SchemaNode& node) {
  const std::string bounds =
      range(quantity_text(node, node.minimum), quantity_text(node, node.maximum));
  return node.format == Format::kDuration
             ? "a duration" + bounds + " in ms, s, m or h, as \"30s\""
             : "a size" + bounds + ", as a number of bytes or in B, KiB or MiB, as \"2 MiB\"";
}

std::string array_expectation(const SchemaNode& node) {
  std::string words = "a list";
  if (node.min_items == 1 && !node.max_items) {
    words += " that is not empty";
  } else {
    words += count_range(node.min_items, node.max_items, "items");
  }
  if (node.items) words += ", each item " + expectation(*node.items);
  return words;
}

}  // namespace

bool TypeSet::fits(const nlohmann::json& value) const {
  switch (value.type()) {
    case nlohmann::json::value_t::string:
      return has(kString);
    case nlohmann::json::value_t::number_integer:
    case nlohmann::json::value_t::number_unsigned:
      return has(kInteger) || has(kNumber);
    case nlohmann::json::value_t::number_float:
      return has(kNumber);
    case nlohmann::json::value_t::boolean:
      return has(kBoolean);
    case nlohmann::json::value_t::array:
      return has(kArray);
    case nlohmann::json::value_t::object:
      return has(kObject);
    case nlohmann::json::value_t::null:
      return has(kNull);
    default:
      return false;
  }
}

const SchemaProperty* SchemaNode::property(std::string_view name) const {
  const auto found =
      std::find_if(properties.begin(), properties.end(),
                   [name](const SchemaProperty& property) { return property.name == name; });
  return found == properties.end() ? nullptr : &*found;
}

std::string expectation(const SchemaNode& node) {
  std::vector<std::string> alternatives;
  if (!node.allowed_values.empty()) {
    std::string list;
    for (const nlohmann::json& value : node.allowed_values) {
      list += (list.empty() ? "" : ", ") + value.dump();
    }
    return list;
  }
  if (node.is_quantity()) return quantity_expectation(node);
  if (node.types.all()) return "any value";
  const TypeSet& types = node.types;
  if (types.has(TypeSet::kString)) alternatives.push_back(string_expectation(node));
  if (types.has(TypeSet::kInteger) || types.has(TypeSet::kNumber)) {
    alternatives.push_back((types.has(TypeSet::kNumber) ? "a number" : "a whole number") +
                           range(number_text(node.minimum), number_text(node.maximum)));
  }
  if (types.has(TypeSet::kBoolean)) alternatives.emplace_back("true or false");
  if (types.has(TypeSet::kArray)) alternatives.push_back(array_expectation(node));
  if (types.has(TypeSet::kObject)) alternatives.emplace_back("a table");
  std::string words;
  for (const std::string& alternative : alternatives) {
    words += (words.empty() ? "" : ", or ") + alternative;
  }
  // TOML has no null: a member that may only be null can only be left out.
  return words.empty() ? "nothing; leave it out" : words;
}

}  // namespace plugboard::manifest
