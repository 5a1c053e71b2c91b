// `plugboard check`: says everything that is wrong with a manifest and its plugins.
#include <iostream>
#include <variant>

#include "commands.hpp"
#include "manifest/environment.hpp"
#include "manifest/reader.hpp"
#include "server/check.hpp"

namespace plugboard::program {

int check(const CheckOptions& options) {
  auto read = manifest::read_draft(options.manifest, manifest::process_environment());
  std::vector<manifest::Diagnostic> problems;
  if (auto* draft = std::get_if<manifest::Draft>(&read)) {
    problems = server::check(draft->manifest,
                             {.plugin_path = options.plugin_path, .version = PLUGBOARD_VERSION});
    problems.insert(problems.begin(), draft->diagnostics.begin(), draft->diagnostics.end());
    manifest::sort_by_place(problems);
  } else {
    problems = std::get<std::vector<manifest::Diagnostic>>(std::move(read));
  }
  std::cerr << manifest::to_text(problems) << std::flush;
  if (manifest::holds_error(problems)) return kBadUsage;
  std::cout << options.manifest.string() << ": ok\n";
  return kFine;
}

}  // namespace plugboard::program
