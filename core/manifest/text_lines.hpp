// The manifest's text, addressed by line and column. Borrows the text; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/position.hpp"

namespace plugboard::manifest {

class TextLines {
 public:
  /// `text` must outlive this.
  explicit TextLines(std::string_view text);

  /// The byte at which the character at `position` begins; the text's end for places beyond it.
  [[nodiscard]] std::size_t offset(Position position) const;

  /// The place of the character that begins at or holds the byte `offset`.
  [[nodiscard]] Position position(std::size_t offset) const;

 private:
  struct Line {
    std::size_t start = 0;              ///< byte
    std::size_t characters_before = 0;  ///< in all lines before it
  };

  std::string_view text_;
  std::vector<Line> lines_;
  std::vector<std::size_t> marks_;  ///< where every 256th character begins, for long lines
};

/// The place of the first byte of `text` that is not UTF-8 (RFC 3629), if there is one.
[[nodiscard]] std::optional<std::size_t> first_invalid_utf8(std::string_view text);

/// `text` for a one-line message: its first line only, at most 60 characters, with "..." where
/// something was left out.
[[nodiscard]] std::string shortened(std::string_view text);

}  // namespace plugboard::manifest
