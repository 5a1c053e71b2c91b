// `plugboard plugin-check`: puts a plugin of anybody's through what the ABI's words promise.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "plugin_check/finding.hpp"

namespace plugboard::plugin_check {

struct CheckOptions {
  std::filesystem::path library;
  std::optional<std::string> config;  ///< JSON, as a manifest's `config` table would have it
  std::vector<std::string> keys;      ///< access keys that it knows
  Level level = Level::kQuick;
  bool json = false;
};

enum class Verdict { kClean, kFindings, kBadUsage };

/// Prints the report; sentences about the command line go to `complaints`. The calling process must
/// have one thread only.
[[nodiscard]] Verdict check_plugin(const CheckOptions& options, std::ostream& report,
                                   std::ostream& complaints);

}  // namespace plugboard::plugin_check
