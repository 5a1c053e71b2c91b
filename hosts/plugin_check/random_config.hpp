// Configs drawn at random from a plugin's own description of what it takes. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <random>

#include "manifest/schema_node.hpp"

namespace plugboard::plugin_check {

/// A value that fits the description, most of the time: patterns are not looked at. Paths are
/// single names, so that they stay within the folder they are relative to.
[[nodiscard]] nlohmann::json random_value(const manifest::SchemaNode& node, std::mt19937& random);

/// `config` with some members drawn anew.
[[nodiscard]] nlohmann::json random_config(const manifest::SchemaNode& root,
                                           const nlohmann::json& config, std::mt19937& random);

}  // namespace plugboard::plugin_check
