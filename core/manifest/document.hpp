// A TOML text as a tree that remembers where everything stands: what the readers of the single
// tables walk. The only file behind it that sees toml++ is document.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "manifest/diagnostic.hpp"
#include "manifest/position.hpp"
#include "manifest/source_map.hpp"

namespace plugboard::manifest {

enum class Kind { kString, kInteger, kFraction, kBoolean, kDate, kList, kTable };

/// The kind in words, with its article: "a string".
[[nodiscard]] std::string_view to_words(Kind kind);

struct Member;

/// One value. Only the field of its kind means something.
struct Node {
  Kind kind = Kind::kTable;
  Position position;    ///< of its first character; of a [table] its header's bracket
  std::string written;  ///< as in `Source::written`

  std::string text;  ///< of a string; `${}` still in it until `substitute` ran
  std::int64_t integer = 0;
  double fraction = 0;  ///< also inf and nan
  bool boolean = false;
  std::vector<Node> items;      ///< of a list
  std::vector<Member> members;  ///< of a table, in the order of the file

  /// Parts of `text` come from the environment: it must not be printed.
  bool substituted = false;
  /// Its `${}` could not be replaced, which has been reported: nothing more is to be said of it.
  bool unreadable = false;

  /// The member of that name, or null.
  [[nodiscard]] const Node* member(std::string_view name) const;
};

struct Member {
  std::string key;
  Position key_position;
  Node value;
};

/// Parses the whole text: the root table, or the first syntax error. Nesting is bounded, so that
/// walking the tree by recursion is safe.
[[nodiscard]] std::variant<Node, Diagnostic> parse_document(std::string_view text,
                                                            const std::string& file);

/// The places of everything in the tree under `root`, which becomes "".
[[nodiscard]] SourceMap sources_of(const Node& root);

}  // namespace plugboard::manifest
