// A manifest that is given as values instead of text. Pure; any thread.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace plugboard::server {

/// The TOML text of values in the shape of a manifest, so that they are read, checked and
/// complained about like any manifest. What TOML cannot hold (null) is written so that reading it
/// fails.
[[nodiscard]] std::string toml_of(const nlohmann::json& values);

}  // namespace plugboard::server
