// What can be told about a shared object from its bytes, before any of its code is let in. Pure;
// any thread; every offset in the file is checked.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace plugboard::extension {

struct ElfFacts {
  /// Names of defined dynamic symbols that begin with "plugboard_plugin_v", sorted.
  std::vector<std::string> entries;
  /// Names of the functions and data that it exports for sure (not weakly, as C++ does what it has
  /// made from templates), sorted.
  std::vector<std::string> exports;
  /// A DT_RUNPATH or DT_RPATH with $ORIGIN: it finds libraries beside itself.
  bool needs_origin = false;
  /// It defines STB_GNU_UNIQUE symbols: two builds of it in one process share their data.
  bool has_unique_symbols = false;
};

/// Reads `content` as a shared object for the machine this runs on; a clause that says why it is
/// none otherwise ("it is no ELF file").
[[nodiscard]] std::variant<ElfFacts, std::string> read_elf(std::string_view content);

}  // namespace plugboard::extension
