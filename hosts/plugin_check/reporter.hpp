// The way from a test's process to the checker: one JSON object a line, through a pipe. A process
// runs one test, so there is one reporter, and whatever finds something calls it from any thread.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace plugboard::plugin_check::reporter {

/// Before anything else.
void open(int descriptor);

/// The same finding of the same function counts once.
void finding(std::string_view name, std::string_view function, std::string_view sentence);
/// The test cannot run with this plugin or config.
void skip(std::string_view why);
/// The command line, and not the plugin, is at fault.
void bad_usage(std::string_view sentence);
/// What the plugin says about itself.
void description(const nlohmann::json& description);
/// As far as this test goes, others make sense too.
void usable();
/// The test has come to its end.
void done();

/// For signal handlers: no memory is taken. The texts need no escaping.
void finding_in_signal(const char* name, const char* function, const char* sentence,
                       const char* more);

}  // namespace plugboard::plugin_check::reporter
