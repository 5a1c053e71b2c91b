#include "extension/library_search.hpp"

#include <algorithm>
#include <map>
#include <system_error>

#include "manifest/nearest.hpp"

namespace plugboard::extension {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnding = ".so";
constexpr std::string_view kPrefix = "lib";

/// A file that is called like a library; hidden ones are copies that somebody loads from.
bool is_library(const fs::path& file) {
  const std::string name = file.filename().string();
  std::error_code error;
  return name.size() > kEnding.size() && name.front() != '.' && file.extension() == kEnding &&
         fs::is_regular_file(file, error);
}

}  // namespace

std::variant<fs::path, std::string> find_library(std::string_view name,
                                                 const std::vector<fs::path>& folders) {
  const std::string file = std::string(name) + std::string(kEnding);
  for (const fs::path& folder : folders) {
    for (const fs::path& candidate : {folder / file, folder / (std::string(kPrefix) + file)}) {
      std::error_code error;
      if (fs::is_regular_file(candidate, error)) return candidate;
    }
  }
  std::string problem = "there is no library \"" + std::string(name) + "\"";
  if (folders.empty()) return problem + ": there is no folder to look for it (plugins.path)";
  problem += " (" + file + ") in";
  for (std::size_t i = 0; i < folders.size(); ++i) {
    problem += (i == 0 ? " " : ", ") + folders[i].string();
  }
  std::vector<std::string> names;
  for (const FoundLibrary& library : list_libraries(folders)) names.push_back(library.name);
  if (const auto meant = manifest::nearest(name, names)) {
    problem += "; did you mean \"" + *meant + "\"?";
  }
  return problem;
}

std::vector<FoundLibrary> list_libraries(const std::vector<fs::path>& folders) {
  std::map<std::string, fs::path> found;
  for (const fs::path& folder : folders) {
    std::error_code error;
    std::vector<fs::path> files;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
      if (is_library(entry->path())) files.push_back(entry->path());
    }
    // "name.so" before "libname.so", as the search has it.
    std::sort(files.begin(), files.end(), [](const fs::path& left, const fs::path& right) {
      const auto key = [](const fs::path& file) {
        const std::string name = file.filename().string();
        return std::pair(name.compare(0, kPrefix.size(), kPrefix) == 0, name);
      };
      return key(left) < key(right);
    });
    for (const fs::path& file : files) {
      std::string name = file.stem().string();
      if (name.size() > kPrefix.size() && name.compare(0, kPrefix.size(), kPrefix) == 0) {
        name.erase(0, kPrefix.size());
      }
      found.emplace(std::move(name), file);
    }
  }
  std::vector<FoundLibrary> libraries;
  libraries.reserve(found.size());
  for (const auto& [name, path] : found) libraries.push_back({name, path});
  return libraries;
}

}  // namespace plugboard::extension
