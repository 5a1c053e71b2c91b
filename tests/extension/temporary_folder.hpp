// A folder of its own for one test, removed with everything in it.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace plugboard::extension::test {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "plugboard-test-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  std::filesystem::path write(const std::string& name, const std::string& content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
    return path_ / name;
  }

  /// One of the plugins in tests/bad_plugins, under another name.
  std::filesystem::path copy(const std::string& plugin, const std::string& name) const {
    std::filesystem::copy_file(
        std::filesystem::path(PLUGBOARD_BUILD_DIR) / "tests/bad_plugins" / (plugin + ".so"),
        path_ / name, std::filesystem::copy_options::overwrite_existing);
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace plugboard::extension::test
