#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "manifest_text.hpp"

namespace plugboard::manifest {
namespace {

/// A folder of its own for each test.
class ReadFile : public testing::Test {
 protected:
  ReadFile() {
    std::string pattern = testing::TempDir() + "manifest-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~ReadFile() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& name, std::string_view text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }

  static ReadResult read(const std::filesystem::path& file) {
    return read_file(file, environment_of({}));
  }

  /// The only complaint about a file that cannot be read.
  static std::string complaint(const std::filesystem::path& file) {
    const ReadResult result = read(file);
    const auto* problems = std::get_if<std::vector<Diagnostic>>(&result);
    if (problems == nullptr) return "";
    EXPECT_EQ(problems->size(), 1U);
    return problems->front().text();
  }

  std::filesystem::path folder_;
};

TEST_F(ReadFile, TakesRelativePathsFromTheFilesFolder) {
  const auto file = write("relay.toml", std::string(kNeeded) + "plugins.path = ['own']");
  EXPECT_EQ(std::get<Manifest>(read(file)).plugin_path.front().path, folder_ / "own");
}

TEST_F(ReadFile, KeepsTheFilesNameAsGiven) {
  const auto file = write("relay.toml", kNeeded);
  EXPECT_EQ(std::get<Manifest>(read(file)).file, file.string());
}

TEST_F(ReadFile, RelativeNameMeansTheWorkingDirectory) {
  const ReadResult result = manifest::read(kNeeded, "relay.toml", environment_of({}));
  EXPECT_EQ(std::get<Manifest>(result).folder, std::filesystem::current_path());
  EXPECT_EQ(std::get<Manifest>(result).file, "relay.toml");
}

TEST_F(ReadFile, LinkedManifestIsInTheFolderOfTheLink) {
  std::filesystem::create_directory(folder_ / "data");
  std::ofstream(folder_ / "data" / "relay.toml") << kNeeded;
  std::filesystem::create_symlink("data/relay.toml", folder_ / "relay.toml");
  EXPECT_EQ(std::get<Manifest>(read(folder_ / "relay.toml")).folder, folder_);
}

TEST_F(ReadFile, MissingFile) {
  EXPECT_EQ(complaint(folder_ / "none.toml"),
            (folder_ / "none.toml").string() +
                ": error: the manifest cannot be read: No such file or directory");
}

TEST_F(ReadFile, Directory) {
  EXPECT_EQ(complaint(folder_), folder_.string() + ": error: the manifest is a directory");
}

TEST_F(ReadFile, FileThatMayNotBeRead) {
  if (::geteuid() == 0) {
    // Root may read anything; a socket is what even root cannot open.
    ASSERT_EQ(::mknod((folder_ / "socket").c_str(), S_IFSOCK | 0600, 0), 0);
    EXPECT_EQ(complaint(folder_ / "socket"),
              (folder_ / "socket").string() +
                  ": error: the manifest cannot be read: No such device or address");
    return;
  }
  const auto file = write("relay.toml", kNeeded);
  std::filesystem::permissions(file, std::filesystem::perms::none);
  EXPECT_EQ(complaint(file),
            file.string() + ": error: the manifest cannot be read: Permission denied");
}

TEST_F(ReadFile, FileThatNeverEnds) {
  EXPECT_EQ(complaint("/dev/zero"), "/dev/zero: error: the manifest is larger than 1048576 bytes");
}

TEST_F(ReadFile, EmptyFile) {
  const auto file = write("relay.toml", "");
  EXPECT_EQ(complaint(file), file.string() +
                                 ": error: the manifest is empty; allowed: at least a [[channel]] "
                                 "with a name, and chain.key_store");
}

TEST_F(ReadFile, MistakesNameTheFileAsGiven) {
  const auto file = write("relay.toml", "a b");
  EXPECT_TRUE(complaint(file).starts_with(file.string() + ":1:3: error: ")) << complaint(file);
}

}  // namespace
}  // namespace plugboard::manifest
