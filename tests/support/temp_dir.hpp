// A folder of one test's own, gone with the test.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace plugboard::test {

/// Created empty under the system's folder for temporary files; removed with everything in it.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  TempDir(TempDir&&) = delete;
  TempDir& operator=(TempDir&&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Writes `content` into the file `name` in place (the same inode, if there is one).
  std::filesystem::path write(const std::string& name, std::string_view content) const;

  /// Writes a new file beside `name` and renames it over, as careful editors save.
  std::filesystem::path replace(const std::string& name, std::string_view content) const;

  /// The whole file; empty where there is none.
  [[nodiscard]] std::string read(const std::string& name) const;

 private:
  std::filesystem::path path_;
};

}  // namespace plugboard::test
