// A place in the manifest's text. Plain value, any thread.
#pragma once

#include <cstdint>

namespace plugboard::manifest {

/// Line and column of a character, both counted from 1; a column counts characters (code points),
/// not bytes. Line 0 stands for the file as a whole.
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  friend bool operator==(const Position&, const Position&) = default;
  friend bool operator<(const Position& left, const Position& right) {
    return left.line != right.line ? left.line < right.line : left.column < right.column;
  }
};

}  // namespace plugboard::manifest
