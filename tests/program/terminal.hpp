// A program at a terminal: what a person sees, and keys to press. One thread.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "support/child_process.hpp"

namespace plugboard::test {

class Terminal {
 public:
  /// Starts `arguments[0]` on a terminal of its own, 80 by 24. Throws if that fails.
  explicit Terminal(const std::vector<std::string>& arguments, const Environment& environment = {});
  /// Kills the program if it still runs.
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void press(std::string_view keys);
  /// Waits until everything shown so far holds `text`, escape sequences included.
  [[nodiscard]] bool shows(std::string_view text);
  /// Waits until the program takes single keys, as line editors do, not whole lines.
  [[nodiscard]] bool takes_keys() const;
  /// Waits for the program's end. -1 if a signal ended it, or nothing did in time.
  int await_exit();
  [[nodiscard]] const std::string& shown() const { return shown_; }

 private:
  // False at the end, or when nothing comes in time.
  bool read_more(int timeout_ms);

  int descriptor_ = -1;
  pid_t pid_ = -1;
  std::string shown_;
};

inline constexpr std::string_view kKeyUp = "\x1b[A";
inline constexpr std::string_view kKeyEnter = "\r";
inline constexpr std::string_view kCtrlC = "\x03";
inline constexpr std::string_view kCtrlD = "\x04";

}  // namespace plugboard::test
