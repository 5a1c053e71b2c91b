// Reads a manifest: TOML text in, plain values out, or everything that is wrong with it at once.
// Called at the start, at each reload and by `plugboard check`, on one thread at a time or on
// several: it keeps no state. Nothing is changed outside, and of files only the manifest is read.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "manifest/diagnostic.hpp"
#include "manifest/environment.hpp"
#include "manifest/manifest.hpp"

namespace plugboard::manifest {

/// A manifest is at most this large.
inline constexpr std::size_t kMaxManifestBytes = 1024 * 1024;

/// Either the manifest (with its warnings inside), or why there is none: at least one error, and
/// the warnings beside it, in the order of the file. Of TOML syntax only the first error is known.
using ReadResult = std::variant<Manifest, std::vector<Diagnostic>>;

/// A manifest and everything that is to be said about it. With errors among that, `manifest` is no
/// more than what later stages can say more about: its plugins are those whose name, library, pin
/// and config are without mistakes, and its chains name only them. Nothing may be started from it.
struct Draft {
  Manifest manifest;
  std::vector<Diagnostic> diagnostics;  ///< in the order of the file
};

/// Reads `text`. `file` is the name printed in diagnostics; its folder is what relative paths start
/// from (made absolute against the working directory; the file itself is not touched).
[[nodiscard]] ReadResult read(std::string_view text, const std::filesystem::path& file,
                              const Environment& environment);

/// Reads the file. One that is missing, unreadable, a directory or too large is an error without a
/// line.
[[nodiscard]] ReadResult read_file(const std::filesystem::path& file,
                                   const Environment& environment);

/// For `plugboard check`, so that one mistake does not hide those that libraries and plugins would
/// find: the same, though only text that is no TOML, or nothing, is without a draft.
[[nodiscard]] std::variant<Draft, std::vector<Diagnostic>> read_draft(
    const std::filesystem::path& file, const Environment& environment);

}  // namespace plugboard::manifest
