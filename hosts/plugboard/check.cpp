// `plugboard check`: says everything that is wrong with a manifest and its plugins.
#include <iostream>
#include <variant>

#include "commands.hpp"
#include "manifest/environment.hpp"
#include "manifest/reader.hpp"
#include "server/check.hpp"

namespace plugboard::program {

int check(const CheckOptions& options) {
  auto read = manifest::read_file(options.manifest, manifest::process_environment());
  std::vector<manifest::Diagnostic> problems;
  if (const auto* good = std::get_if<manifest::Manifest>(&read)) {
    problems =
        server::check(*good, {.plugin_path = options.plugin_path, .version = PLUGBOARD_VERSION});
    problems.insert(problems.begin(), good->warnings.begin(), good->warnings.end());
  } else {
    problems = std::get<std::vector<manifest::Diagnostic>>(std::move(read));
  }
  std::cerr << manifest::to_text(problems) << std::flush;
  for (const manifest::Diagnostic& problem : problems) {
    if (problem.severity == manifest::Severity::kError) return kBadUsage;
  }
  std::cout << options.manifest.string() << ": ok\n";
  return kFine;
}

}  // namespace plugboard::program
