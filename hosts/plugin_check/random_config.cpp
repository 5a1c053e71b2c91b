#include "plugin_check/random_config.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

namespace plugboard::plugin_check {
namespace {

using manifest::Format;
using manifest::SchemaNode;
using manifest::TypeSet;
using nlohmann::json;

std::string random_name(std::mt19937& random) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::string name(1 + random() % 12, 'n');
  for (char& c : name) c = kLetters[random() % kLetters.size()];
  return name;
}

json random_string(const SchemaNode& node, std::mt19937& random) {
  constexpr std::array<const char*, 9> kStrings = {
      "", "a", "pwa", "0", "caf\xC3\xA9 \xF0\x9F\x98\x80", "a b\tc", "\"quoted\\\"", "..", "%41"};
  if (node.format == Format::kPath) return random_name(random);
  if (node.format == Format::kRegex) return random() % 2 == 0 ? ".*" : "[a-z]{1,9}";
  std::string text = kStrings[random() % kStrings.size()];
  if (random() % 5 == 0) text = random_name(random);
  if (random() % 9 == 0) text.assign(3000, 'x');
  if (node.min_length) text.resize(std::max<std::size_t>(text.size(), *node.min_length), 'y');
  if (node.max_length && text.size() > *node.max_length) text.assign(*node.max_length, 'z');
  return text;
}

json random_number(const SchemaNode& node, std::mt19937& random) {
  constexpr std::array<std::int64_t, 9> kNumbers = {
      0, 1, 2, 7, 100, 1000, 65536, 2147483647, 1099511627776};
  json number = kNumbers[random() % kNumbers.size()];
  if (node.minimum && (number < *node.minimum || random() % 4 == 0)) number = *node.minimum;
  if (node.maximum && (number > *node.maximum || random() % 4 == 0)) number = *node.maximum;
  return number;
}

json random_object(const SchemaNode& node, std::mt19937& random) {
  json object = json::object();
  for (const auto& property : node.properties) {
    if (property.required || random() % 2 == 0) {
      object[property.name] = random_value(property.node, random);
    }
  }
  if (node.additional == SchemaNode::Additional::kDescribed) {
    for (auto left = random() % 3; left > 0; --left) {
      object[random_name(random)] = random_value(*node.additional_node, random);
    }
  }
  return object;
}

}  // namespace

json random_value(const SchemaNode& node, std::mt19937& random) {
  if (!node.allowed_values.empty()) {
    return node.allowed_values[random() % node.allowed_values.size()];
  }
  if (node.is_quantity()) return random_number(node, random);
  constexpr std::array<TypeSet::Type, 6> kTypes = {TypeSet::kString, TypeSet::kInteger,
                                                   TypeSet::kNumber, TypeSet::kBoolean,
                                                   TypeSet::kArray,  TypeSet::kObject};
  std::vector<TypeSet::Type> types;
  std::copy_if(kTypes.begin(), kTypes.end(), std::back_inserter(types),
               [&](TypeSet::Type type) { return node.types.has(type); });
  if (types.empty()) return nullptr;
  switch (types[random() % types.size()]) {
    case TypeSet::kString:
      return random_string(node, random);
    case TypeSet::kInteger:
    case TypeSet::kNumber:
      return random_number(node, random);
    case TypeSet::kBoolean:
      return random() % 2 == 0;
    case TypeSet::kArray: {
      constexpr std::uint64_t kMost = 4;
      json list = json::array();
      const std::uint64_t least = node.min_items.value_or(0);
      const std::uint64_t count =
          std::min(least + random() % kMost, node.max_items.value_or(UINT64_MAX));
      for (std::uint64_t i = 0; i < count; ++i) {
        list.push_back(node.items ? random_value(*node.items, random) : json("item"));
      }
      return list;
    }
    case TypeSet::kObject:
      return random_object(node, random);
    default:
      return nullptr;
  }
}

json random_config(const SchemaNode& root, const json& config, std::mt19937& random) {
  json changed = config;
  for (const auto& property : root.properties) {
    if (random() % 2 == 0) changed[property.name] = random_value(property.node, random);
  }
  return changed;
}

}  // namespace plugboard::plugin_check
