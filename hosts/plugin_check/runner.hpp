// Runs each test of a plugin in a process of its own, with a time limit. One thread; the calling
// process must have no other, since it forks.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "plugin_check/plugin_tests.hpp"

namespace plugboard::plugin_check {

struct Results {
  nlohmann::json plugin = nlohmann::json::object();  ///< what it says about itself
  std::vector<Outcome> outcomes;
  std::string bad_usage;  ///< a sentence if the command line is at fault; then nothing else counts
};

/// `context.scratch` is made and removed here for every test.
[[nodiscard]] Results run_tests(const TestContext& context);

}  // namespace plugboard::plugin_check
