// Where each value of the manifest stands in its file, found by JSON pointer, so that whoever
// refuses a value later (a plugin its config, the loader a library) can name file, line and column.
// Filled by the reader, read-only afterwards, any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

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

/// Places of a tree of values. Pointers are RFC 6901: "" is the root, "/plugin/0/config/file" a
/// member, with "~1" for a slash in a name and "~0" for a tilde.
class SourceMap {
 public:
  void add(std::string pointer, Source source) {
    sources_.insert_or_assign(std::move(pointer), std::move(source));
  }

  /// The place of the value at `pointer`; for a value that is not in the file (a default, say) that
  /// of the nearest enclosing one which is. An empty map gives line 0.
  [[nodiscard]] Source at(std::string_view pointer) const;

  /// The place of exactly `pointer`, or null.
  [[nodiscard]] const Source* find(std::string_view pointer) const;

  /// The places under `pointer`, which becomes the root of the result.
  [[nodiscard]] SourceMap below(std::string_view pointer) const;

 private:
  std::map<std::string, Source, std::less<>> sources_;
};

/// `pointer` extended by a member name, escaped.
[[nodiscard]] std::string pointer_to(std::string_view pointer, std::string_view member);

/// `pointer` extended by a list index.
[[nodiscard]] std::string pointer_to(std::string_view pointer, std::size_t index);

}  // namespace plugboard::manifest
