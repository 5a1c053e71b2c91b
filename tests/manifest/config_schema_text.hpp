// Descriptions of configs, and manifests that hold configs, for tests.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "manifest/config_schema.hpp"
#include "manifest_text.hpp"

namespace plugboard::manifest {

inline ConfigSchema schema_of(std::string_view description) {
  auto parsed = ConfigSchema::parse(description);
  if (const auto* clause = std::get_if<std::string>(&parsed)) {
    ADD_FAILURE() << *clause;
    return std::get<ConfigSchema>(ConfigSchema::parse(""));
  }
  return std::get<ConfigSchema>(std::move(parsed));
}

/// A manifest whose lines from the sixth on are `config` of its one plugin.
inline Manifest manifest_with_config(std::string_view config, Variables variables) {
  return manifest_with("[[plugin]]\nname = \"it\"\nlibrary = \"it\"\n" + std::string(config),
                       std::move(variables));
}

/// A description with something of everything.
inline constexpr std::string_view kKeyFile = R"({
  "type": "object",
  "properties": {
    "file": {"type": "string", "format": "path", "description": "Keys, one a line."},
    "watch": {"type": "boolean", "default": true},
    "every": {"format": "duration", "minimum": 100, "default": "1s"},
    "largest": {"format": "size", "default": "8 KiB"},
    "salt": {"type": "string", "format": "secret", "minLength": 4}
  },
  "required": ["file"]
})";

/// A description with one member `a`.
inline std::string with_member(std::string_view member) {
  return R"({"type": "object", "properties": {"a": )" + std::string(member) + "}}";
}

}  // namespace plugboard::manifest
