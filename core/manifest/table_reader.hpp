// Reads the members of one table of the manifest into plain values, member by member, and reports
// what does not fit. Lives on the reader's stack.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "manifest/diagnostic.hpp"
#include "manifest/document.hpp"
#include "manifest/manifest.hpp"
#include "manifest/quantity.hpp"

namespace plugboard::manifest {

/// Whether what stands in the file may be printed.
enum class Shown { kAsWritten, kKindOnly };

/// Every function that reads a member leaves its target, the default, alone where the member is
/// missing or wrong. A member that was asked for by any of them is a known name.
class TableReader {
 public:
  /// `table`: null, or not a table (reported here): all members are missing. `path` names it in
  /// messages ("server"), empty for the root. All must outlive this.
  TableReader(const Node* table, std::string path, Diagnostics& diagnostics);

  /// The member as it is; null if missing or unreadable.
  const Node* find(std::string_view key);

  /// Whether the member is written, readable or not.
  [[nodiscard]] bool has(std::string_view key) const;

  void read_boolean(std::string_view key, bool& target);

  template <typename Integer>
  void read_integer(std::string_view key, Integer& target, std::int64_t least,
                    std::int64_t largest) {
    if (const auto number = integer(key, least, largest)) target = static_cast<Integer>(*number);
  }

  /// A duration; `least` is 0 or 1 ms, the largest is `kLongestDuration`.
  void read_duration(std::string_view key, std::chrono::milliseconds& target,
                     std::chrono::milliseconds least);

  /// A size in bytes. True if it was written and taken.
  bool read_size(std::string_view key, std::size_t& target, std::uint64_t least,
                 std::uint64_t largest);

  template <typename Enum>
  void read_choice(std::string_view key, Enum& target,
                   std::initializer_list<std::pair<const char*, Enum>> choices) {
    std::vector<std::string> names;
    for (const auto& choice : choices) names.emplace_back(choice.first);
    const auto index = choice_index(key, names);
    if (index) target = (choices.begin() + *index)->second;
  }

  /// A string with at least one character, else null. Of `kKindOnly` the value is never printed.
  const Node* read_text(std::string_view key, Shown shown = Shown::kAsWritten);

  /// A list of strings that are not empty; `what` names one of them in messages ("an origin").
  /// Nothing if missing or no list; unfit items are reported and left out.
  std::optional<std::vector<const Node*>> read_texts(std::string_view key, std::string_view what);

  /// Reports a missing member of the table.
  void report_missing(std::string_view key, std::string allowed);

  /// Adds an error about the member's value: `path.key` and `clause`, and what was found.
  Diagnostic& error(std::string_view key, const Node& node, std::string_view clause,
                    Shown shown = Shown::kAsWritten);

  Diagnostic& wrong_type(std::string_view key, const Node& node, std::string allowed,
                         Shown shown = Shown::kAsWritten) {
    Diagnostic& diagnostic = error(key, node, "has the wrong type", shown);
    diagnostic.allowed = std::move(allowed);
    return diagnostic;
  }

  /// Reports every member that nobody asked for. To be called last.
  void report_unknown();

  /// Adds to `diagnostic`, which is about `node`, what was probably meant; nothing if the text of
  /// `node` is not to be printed.
  static void suggest(Diagnostic& diagnostic, const Node& node,
                      const std::optional<std::string>& meant);

  /// The name of a member in messages: "server.threads".
  [[nodiscard]] std::string path_of(std::string_view key) const;

 private:
  const Node* written(std::string_view key);
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t least,
                                      std::int64_t largest);
  std::optional<std::size_t> choice_index(std::string_view key,
                                          const std::vector<std::string>& names);

  const Node* table_;
  std::string path_;
  Diagnostics& diagnostics_;
  std::vector<std::string> known_;
};

/// A string of the manifest with its place.
[[nodiscard]] inline Name to_name(const Node& node) { return {node.text, node.position}; }

}  // namespace plugboard::manifest
