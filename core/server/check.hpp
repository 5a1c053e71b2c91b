// What can be said of a manifest and its plugins without serving.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "extension/extensions.hpp"
#include "manifest/manifest.hpp"
#include "server/relay.hpp"

namespace plugboard::server {

/// Loads every library and the certificate, checks every config and lets each plugin try what it
/// depends on. Errors and warnings.
[[nodiscard]] Problems check(const manifest::Manifest& manifest, RelayOptions options);

/// Every library in the plugin folders of the options and, if there is one, of the manifest.
[[nodiscard]] std::vector<extension::LibraryDescription> describe_plugins(
    const manifest::Manifest* manifest, RelayOptions options);

/// A listing of the config that a plugin takes, a line a member, each begun by `indent`.
[[nodiscard]] std::string describe_config(const nlohmann::json& schema, std::string_view indent);

}  // namespace plugboard::server
