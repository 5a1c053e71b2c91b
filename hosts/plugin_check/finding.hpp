// What is wrong with a plugin, found by one test.
#pragma once

#include <string>
#include <vector>

namespace plugboard::plugin_check {

struct Finding {
  std::string name;  ///< stable, for scripts: "completes-twice"; docs/plugin-check.md lists them
  std::string function;  ///< of the plugin, or what else was running: "lookup", "a job"
  std::string sentence;  ///< for people

  bool operator==(const Finding&) const = default;
};

enum class Level { kQuick, kFull };

/// What became of one test.
struct Outcome {
  enum class Kind { kPassed, kFailed, kSkipped };

  std::string test;   ///< "contract"
  std::string about;  ///< what it looks at, a clause
  Kind kind = Kind::kPassed;
  std::string why_skipped;
  std::vector<Finding> findings;
  double seconds = 0;
};

}  // namespace plugboard::plugin_check
