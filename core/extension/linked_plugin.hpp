// Plugins that are part of the program. Values; any thread.
#pragma once

#include <plugboard/plugin.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace plugboard::extension {

struct LinkedPlugin {
  plugboard_plugin_v1_function entry = nullptr;
  /// What host->extension(kProgramPartsId) says to instances of it, and to nobody else: what of the
  /// program they are to know. The relay does not look into it.
  std::shared_ptr<const void> parts = {};
};

/// By what the manifest calls them.
using LinkedPlugins = std::map<std::string, LinkedPlugin, std::less<>>;

/// Within one program only, so neither part of the ABI nor for shared objects; linked_plugin.hpp of
/// the public headers asks for it.
inline constexpr std::string_view kProgramPartsId = "plugboard.program-parts/1";

}  // namespace plugboard::extension
