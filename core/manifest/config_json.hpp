// A TOML table as JSON, for plugins.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "manifest/diagnostic.hpp"
#include "manifest/document.hpp"

namespace plugboard::manifest {

/// The node as JSON. Dates, times, inf and nan, which JSON lacks, are reported as errors that name
/// `path`, and stand as null.
[[nodiscard]] nlohmann::json to_json(const Node& node, const std::string& path,
                                     Diagnostics& diagnostics);

}  // namespace plugboard::manifest
