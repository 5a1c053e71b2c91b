// Where the manifest's libraries are. Reads folders; any thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace plugboard::extension {

/// A library found in a folder.
struct FoundLibrary {
  std::string name;  // the file name without ".so", and without "lib" in front of it
  std::filesystem::path path;
};

/// The file of a library called `name` (without ending) in the first of the folders that has
/// NAME.so or libNAME.so; or a sentence that names the folders and the nearest name there is.
[[nodiscard]] std::variant<std::filesystem::path, std::string> find_library(
    std::string_view name, const std::vector<std::filesystem::path>& folders);

/// Every library of the folders in their order, by name; of one name the first, as `find_library`
/// would take it. Folders that cannot be read are passed over.
[[nodiscard]] std::vector<FoundLibrary> list_libraries(
    const std::vector<std::filesystem::path>& folders);

}  // namespace plugboard::extension
