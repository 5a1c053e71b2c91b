// A plugin's library, loaded and found fit. Immutable; any thread. Once mapped, a library stays
// mapped to the end of the process, and identical content is mapped once.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <variant>

#include "extension/descriptor.hpp"
#include "extension/linked_plugin.hpp"

namespace plugboard::extension {

struct Library {
  std::filesystem::path path;  // of the original, where it was first loaded from
  std::string sha256;          // of the content, lower-case hex
  bool has_unique_symbols = false;
  Descriptor descriptor;
  std::shared_ptr<const void> program_parts = {};  // see LinkedPlugin; null for files
};

/// Why a library cannot be used.
struct LibraryProblem {
  std::string sentence;  // "PATH cannot be used: ..."
  std::string sha256;    // empty if it could not be read
};

/// Loads the library at `path`: reads it, compares its SHA-256 with `pin` (64 hex digits; empty:
/// any), looks at its ELF structure, maps a private copy and has the plugin describe itself, which
/// may take `deadline`. [control]
[[nodiscard]] std::variant<std::shared_ptr<const Library>, LibraryProblem> load_library(
    const std::filesystem::path& path, const std::string& pin, std::chrono::milliseconds deadline);

/// The same for a plugin that is part of the program. `name`: what the manifest calls it. [control]
[[nodiscard]] std::variant<std::shared_ptr<const Library>, LibraryProblem> linked_library(
    const std::string& name, const LinkedPlugin& plugin, std::chrono::milliseconds deadline);

}  // namespace plugboard::extension
