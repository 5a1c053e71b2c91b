// A line that a person edits, with a history, while other lines are printed above it. The editing
// is libedit's, which is looked for when the program runs, so that machines that only serve need
// not have it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace plugboard::program {

/// Whether the terminal moves its cursor and shows colours, by the environment variable TERM.
bool terminal_is_capable();

class LineEditor {
 public:
  /// Waits until stdin is readable (true), or the conversation is over (false).
  using Wait = std::function<bool()>;

  /// Editing is by characters, so the locale has to know which bytes make one. To be called before
  /// there are other threads, which could look at the locale meanwhile.
  static void prepare();

  /// Nothing if this machine, or this build, has no libedit, or the terminal is not capable.
  static std::unique_ptr<LineEditor> open(const std::string& prompt, Wait wait);

  virtual ~LineEditor() = default;

  /// The next line without its end; nothing at the end of the input, or when `wait` said so.
  virtual std::optional<std::string> read_line() = 0;
  /// Prints a line above the one that is being edited.
  virtual void print_above(const std::string& line) = 0;
  /// The terminal has another size now.
  virtual void resized() = 0;
};

}  // namespace plugboard::program
