// Where each value of the manifest stands in its file, found by JSON pointer, so that whoever
// refuses a value later (a plugin its config, the loader a library) can name file, line and column.
// Filled by the reader, read-only afterwards, any thread.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "manifest/position.hpp"

namespace plugboard::manifest {

/// Where one value stands.
struct Source {
  Position value;  ///< its first character
  Position key;    ///< its name's first character; for list items and the root the same as `value`
  /// The value as the file has it, before `${}` was replaced; one line, shortened; tables and lists
  /// only as "a table" and "a list". Not to be printed for a secret: it may stand there in clear.
  std::string written;
  /// Parts of the value come from the environment: only `written` may be printed.
  bool substituted = false;
};

/// A value's place and those of its members or items, these by name or decimal index.
struct SourceTree {
  Source source;
  std::map<std::string, std::shared_ptr<const SourceTree>, std::less<>> children;
};

/// Places of a tree of values. Pointers are RFC 6901: "" is the root, "/plugin/0/config/file" a
/// member, with "~1" for a slash in a name and "~0" for a tilde. Copies share the tree.
class SourceMap {
 public:
  /// No places at all.
  SourceMap() = default;

  explicit SourceMap(std::shared_ptr<const SourceTree> root) : root_(std::move(root)) {}

  /// The place of the value at `pointer`; for a value that is not in the file (a default, say) that
  /// of the nearest enclosing one which is. An empty map gives line 0.
  [[nodiscard]] Source at(std::string_view pointer) const;

  /// The place of exactly `pointer`, or null. Lives as long as the tree.
  [[nodiscard]] const Source* find(std::string_view pointer) const;

  /// The places under `pointer`, which becomes the root of the result.
  [[nodiscard]] SourceMap below(std::string_view pointer) const;

 private:
  std::shared_ptr<const SourceTree> root_;
};

/// `pointer` extended by a member name, escaped.
[[nodiscard]] std::string pointer_to(std::string_view pointer, std::string_view member);

/// `pointer` extended by a list index.
[[nodiscard]] std::string pointer_to(std::string_view pointer, std::size_t index);

}  // namespace plugboard::manifest
