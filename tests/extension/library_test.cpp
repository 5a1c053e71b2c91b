// From a name in the manifest to a mapped library.
#include "extension/library.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "extension/await.hpp"
#include "extension/elf_file.hpp"
#include "extension/library_copy.hpp"
#include "extension/library_search.hpp"
#include "extension/sha256.hpp"
#include "extension/temporary_folder.hpp"

namespace plugboard::extension::test {
namespace {

namespace fs = std::filesystem;

fs::path plugin(const std::string& name) {
  return fs::path(PLUGBOARD_BUILD_DIR) / "tests/bad_plugins" / (name + ".so");
}

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::shared_ptr<const Library> load(const fs::path& path, const std::string& pin = {}) {
  auto loaded = load_library(path, pin, kLongEnough);
  if (auto* problem = std::get_if<LibraryProblem>(&loaded)) {
    ADD_FAILURE() << problem->sentence;
    return nullptr;
  }
  return std::get<std::shared_ptr<const Library>>(loaded);
}

std::string problem_of(const fs::path& path, const std::string& pin = {}) {
  auto loaded = load_library(path, pin, kLongEnough);
  auto* problem = std::get_if<LibraryProblem>(&loaded);
  return problem == nullptr ? "" : problem->sentence;
}

TEST(Sha256, IsThatOfTheStandard) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Library, IsDescribedByItsPlugin) {
  const auto library = load(plugin("lively"));
  EXPECT_EQ(library->descriptor.name, "lively");
  EXPECT_EQ(library->sha256, sha256_hex(content_of(plugin("lively"))));
  EXPECT_EQ(library->descriptor.kinds.names(), (std::vector<std::string>{"key-store", "hook"}));
}

TEST(Library, OfTheSameContentIsMappedOnce) {
  const TemporaryFolder folder;
  EXPECT_EQ(load(plugin("lively")), load(folder.copy("lively", "other-name.so")));
}

TEST(Library, ReplacedUnderItsNameIsAnother) {
  const TemporaryFolder folder;
  const auto before = load(folder.copy("lively", "plugin.so"));
  const auto after = load(folder.copy("lively_2", "plugin.so"));
  EXPECT_EQ(before->descriptor.version, "1.0.0");
  EXPECT_EQ(after->descriptor.version, "2.0.0");
}

TEST(Library, OverwrittenWhileItIsMappedGoesOnWorking) {
  const TemporaryFolder folder;
  const fs::path path = folder.copy("newer_minor", "plugin.so");
  const auto library = load(path);
  std::fstream(path, std::ios::in | std::ios::out | std::ios::binary)
      << std::string(fs::file_size(path), 'x');
  EXPECT_NE(library->descriptor.functions.kind(PLUGBOARD_KEY_STORE_ID), nullptr);
}

TEST(Library, LeavesNoCopyBehind) {
  const TemporaryFolder folder;
  const fs::path path = folder.copy("lively", "plugin.so");
  // Other content than any library before, so that it is mapped here.
  std::ofstream(path, std::ios::binary | std::ios::app) << folder.path().string();
  load(path);
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"plugin.so"});
}

TEST(Library, WithAnotherHashThanItsPinIsRefused) {
  const std::string sentence = problem_of(plugin("lively"), std::string(64, '0'));
  EXPECT_NE(sentence.find("is not the file that sha256 pins"), std::string::npos) << sentence;
}

TEST(Library, WithTheHashOfItsPinIsLoaded) {
  EXPECT_NE(load(plugin("lively"), sha256_hex(content_of(plugin("lively")))), nullptr);
}

TEST(Library, ThatIsNotThereIsAProblem) {
  EXPECT_NE(problem_of("/nowhere/plugin.so").find("cannot be read: No such file"),
            std::string::npos);
}

TEST(Library, ThatIsAFolderIsAProblem) {
  const TemporaryFolder folder;
  EXPECT_NE(problem_of(folder.path()).find("no regular file"), std::string::npos);
}

TEST(Library, ThatNeedsItsFolderIsLoadedFromThere) {
  EXPECT_NE(load(plugin("needs_origin")), nullptr);
}

// Folders that cannot be written to can, by root.
TEST(LibraryCopy, StandsBesideItsOriginalAndGoesWithItsObject) {
  const TemporaryFolder folder;
  const fs::path original = folder.write("plugin.so", "content");
  {
    auto made = LibraryCopy::make("content", sha256_hex("content"), original, true);
    ASSERT_TRUE(std::holds_alternative<LibraryCopy>(made));
    const LibraryCopy copy = std::get<LibraryCopy>(std::move(made));
    EXPECT_EQ(copy.path().parent_path(), folder.path());
    EXPECT_NE(copy.path().filename().string().find(sha256_hex("content")), std::string::npos);
    EXPECT_EQ(content_of(copy.path()), "content");
  }
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"plugin.so"});
}

TEST(LibraryCopy, IsPutElsewhereWhereTheFolderDoesNotAllowIt) {
  auto made = LibraryCopy::make("content", sha256_hex("content"), "/proc/plugin.so", false);
  ASSERT_TRUE(std::holds_alternative<LibraryCopy>(made)) << std::get<std::string>(made);
  EXPECT_NE(std::get<LibraryCopy>(made).path().parent_path(), "/proc");
}

TEST(LibraryCopy, IsNotPutWhereAnybodyMayReplaceIt) {
  const TemporaryFolder folder;
  fs::permissions(folder.path(), fs::perms::all);
  auto made =
      LibraryCopy::make("content", sha256_hex("content"), folder.path() / "plugin.so", true);
  ASSERT_TRUE(std::holds_alternative<std::string>(made));
  EXPECT_NE(std::get<std::string>(made).find("anybody may replace files in it"), std::string::npos);
}

TEST(LibraryCopy, OfALibraryThatNeedsItsFolderIsRefusedElsewhere) {
  auto made = LibraryCopy::make("content", sha256_hex("content"), "/proc/plugin.so", true);
  ASSERT_TRUE(std::holds_alternative<std::string>(made));
  EXPECT_NE(std::get<std::string>(made).find("$ORIGIN"), std::string::npos);
}

TEST(LibraryCopy, OfAProcessThatHasGoneIsRemovedOnceItIsOld) {
  const TemporaryFolder folder;
  const std::string hash(64, 'a');
  const std::string old_name = ".plugboard-" + hash + "-999999999-0.so";
  const std::string mine = ".plugboard-" + hash + "-" + std::to_string(getpid()) + "-77.so";
  const std::string young = ".plugboard-" + hash + "-999999998-0.so";
  const std::string other = ".plugboard-notes-999999999-0.so";
  for (const std::string& name : {old_name, mine, other}) {
    fs::last_write_time(folder.write(name, ""),
                        fs::file_time_type::clock::now() - std::chrono::hours(1));
  }
  folder.write(young, "");
  (void)LibraryCopy::make("content", sha256_hex("content"), folder.path() / "plugin.so", true);
  std::vector<std::string> expected = {mine, young, other};
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(names_in(folder.path()), expected);
}

TEST(LibrarySearch, TheFirstFolderWins) {
  const TemporaryFolder first;
  const TemporaryFolder second;
  second.write("keys.so", "");
  const auto only = find_library("keys", {first.path(), second.path()});
  EXPECT_EQ(std::get<fs::path>(only), second.path() / "keys.so");
  first.write("libkeys.so", "");
  const auto both = find_library("keys", {first.path(), second.path()});
  EXPECT_EQ(std::get<fs::path>(both), first.path() / "libkeys.so");
}

TEST(LibrarySearch, ListsEachNameOnceAndNoCopies) {
  const TemporaryFolder first;
  const TemporaryFolder second;
  first.write("b.so", "");
  first.write("liba.so", "");
  first.write(".plugboard-x.so", "");
  first.write("notes.txt", "");
  second.write("b.so", "");
  const auto all = list_libraries({first.path(), second.path(), "/nowhere"});
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].name, "a");
  EXPECT_EQ(all[1].path, first.path() / "b.so");
}

TEST(LibrarySearch, WithoutFoldersThereIsNothingToFind) {
  const auto found = find_library("keys", {});
  EXPECT_NE(std::get<std::string>(found).find("no folder"), std::string::npos);
}

TEST(ElfFile, ShowsTheEntryWithoutRunningAnything) {
  const auto facts = std::get<ElfFacts>(read_elf(content_of(plugin("lively"))));
  EXPECT_EQ(facts.entries, std::vector<std::string>{"plugboard_plugin_v1"});
  EXPECT_FALSE(facts.needs_origin);
}

TEST(ElfFile, ShowsThatALibraryNeedsItsFolder) {
  EXPECT_TRUE(std::get<ElfFacts>(read_elf(content_of(plugin("needs_origin")))).needs_origin);
}

TEST(ElfFile, AProgramIsNoSharedObjectWithAnEntry) {
  const auto read = read_elf(content_of("/proc/self/exe"));
  const auto* const facts = std::get_if<ElfFacts>(&read);
  EXPECT_TRUE(facts == nullptr || facts->entries.empty());
}

TEST(ElfFile, NoCutAndNoChangedByteIsReadBeyondTheEnd) {
  const std::string whole = content_of(plugin("no_entry"));
  for (std::size_t size = 0; size < std::min<std::size_t>(whole.size(), 2000); ++size) {
    (void)read_elf(std::string_view(whole).substr(0, size));
  }
  // Every byte of the headers and of the dynamic section's tables in turn.
  for (std::size_t at = 16; at < std::min<std::size_t>(whole.size(), 4000); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0xFF);
    (void)read_elf(changed);
  }
}

TEST(ElfFile, AnotherMachineIsSaid) {
  std::string content = content_of(plugin("lively"));
  content[18] = static_cast<char>(0xF7);  // e_machine: BPF
  content[19] = 0;
  EXPECT_EQ(std::get<std::string>(read_elf(content)), "it was built for another kind of processor");
}

}  // namespace
}  // namespace plugboard::extension::test
