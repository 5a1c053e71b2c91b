// A private copy of a library to load it from: the original may be overwritten while it is mapped
// (which would crash this process) and replaced by another build under the same name (which the
// dynamic loader would take for the old one).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

namespace plugboard::extension {

/// The copy's file, removed on destruction: once a library is mapped, its file is not needed.
class LibraryCopy {
 public:
  /// Writes `content`, whose SHA-256 is `sha256`, beside `original`, or, where that folder cannot
  /// be written to or not executed from, into a temporary folder. `needs_origin`: the library looks
  /// for others beside itself, so that only the first will do. A clause in words if there is no
  /// place for it. Copies that were left behind by a crash are removed on the way.
  [[nodiscard]] static std::variant<LibraryCopy, std::string> make(
      std::string_view content, std::string_view sha256, const std::filesystem::path& original,
      bool needs_origin);

  LibraryCopy(LibraryCopy&& other) noexcept;
  LibraryCopy& operator=(LibraryCopy&& other) noexcept;
  LibraryCopy(const LibraryCopy&) = delete;
  LibraryCopy& operator=(const LibraryCopy&) = delete;
  ~LibraryCopy();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit LibraryCopy(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;  // empty once moved from
};

}  // namespace plugboard::extension
