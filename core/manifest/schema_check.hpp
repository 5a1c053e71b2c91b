// Checks a config value against its description.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "manifest/config_schema.hpp"
#include "manifest/diagnostic.hpp"
#include "manifest/schema_node.hpp"

namespace plugboard::manifest {

/// The value completed and converted; what is wrong with it goes to `diagnostics`, and then the
/// result means nothing.
[[nodiscard]] nlohmann::json check_config(const SchemaNode& node, const nlohmann::json& value,
                                          const ConfigOrigin& origin, Diagnostics& diagnostics);

}  // namespace plugboard::manifest
