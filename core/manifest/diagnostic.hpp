// What is wrong with a manifest, and where: one sentence for the person who wrote it.
// Plain values, any thread. No text here ever holds a value that came from the environment or that
// belongs to a secret key.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "manifest/position.hpp"

namespace plugboard::manifest {

enum class Severity {
  kError,    ///< nothing starts
  kWarning,  ///< it starts, and the sentence is logged
};

/// One complaint. The parts stay apart so that tests and tools can read them; `text` joins them.
struct Diagnostic {
  std::string file;   ///< as the user named it
  Position position;  ///< line 0: the file as a whole
  Severity severity = Severity::kError;
  std::string what;          ///< a clause without a full stop: "server.threads is out of range"
  std::string found = {};    ///< as written in the file, or what sort of value it is; may be empty
  std::string allowed = {};  ///< what may stand there; may be empty
  std::string suggestion = {};  ///< the nearest known name, bare; may be empty

  /// `FILE:LINE:COL: error: WHAT; found FOUND; allowed: ALLOWED; did you mean "SUGGESTION"?`
  /// Empty parts are left out; without a line it is `FILE: error: ...`. No line end, and control
  /// characters (names may hold some) escaped as in \u001B, so that it stays one line.
  [[nodiscard]] std::string text() const;
};

/// Gathers what is wrong with one file, so that everything can be told at once.
class Diagnostics {
 public:
  explicit Diagnostics(std::string file) : file_(std::move(file)) {}

  /// Adds an error; the caller may fill in `found`, `allowed` and `suggestion` of the result
  /// before the next call.
  Diagnostic& error(Position position, std::string what);

  /// Adds a warning, likewise.
  Diagnostic& warning(Position position, std::string what);

  [[nodiscard]] bool has_errors() const { return errors_ > 0; }
  [[nodiscard]] const std::string& file() const { return file_; }

  /// Everything gathered, in the order of the file, errors of one place before its warnings.
  /// Leaves this empty.
  [[nodiscard]] std::vector<Diagnostic> take();

 private:
  std::string file_;
  std::vector<Diagnostic> gathered_;
  std::size_t errors_ = 0;
};

/// Puts them in the order of the file, errors of one place before its warnings.
void sort_by_place(std::vector<Diagnostic>& diagnostics);

/// Whether any of them is an error.
[[nodiscard]] bool holds_error(const std::vector<Diagnostic>& diagnostics);

/// The texts of `diagnostics`, one a line, each ended by a line feed.
[[nodiscard]] std::string to_text(const std::vector<Diagnostic>& diagnostics);

}  // namespace plugboard::manifest
