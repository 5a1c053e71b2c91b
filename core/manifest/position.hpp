// A place in the manifest's text. Plain value, any thread.
#pragma once

#include <cstdint>

namespace plugboard::manifest {

/// Line and column of a character, both counted from 1; a column counts characters (code points),
/// not bytes. Line 0 stands for the file as a whole.
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  friend auto operator<=>(const Position&, const Position&) = default;
};

}  // namespace plugboard::manifest
