// `plugboard plugin-check`: exit code 0 if there is nothing to complain of, 1 if there is, 2 if the
// command line is at fault.
#include "plugin_check/plugin_check.hpp"

#include <iostream>

#include "tool_commands.hpp"

namespace plugboard::program {

int check_plugin(const PluginCheckOptions& options) {
  using plugin_check::Level;
  using plugin_check::Verdict;
  const plugin_check::CheckOptions check = {options.library, options.config, options.keys,
                                            options.level == "full" ? Level::kFull : Level::kQuick,
                                            options.json};
  switch (plugin_check::check_plugin(check, std::cout, std::cerr)) {
    case Verdict::kClean:
      return kFine;
    case Verdict::kFindings:
      return kRuntimeFailure;
    case Verdict::kBadUsage:
      break;
  }
  return kBadUsage;
}

}  // namespace plugboard::program
