#include "plugin_check/plugin_check.hpp"

#include <iomanip>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>
#include <tuple>

#include "plugin_check/runner.hpp"

namespace plugboard::plugin_check {
namespace {

using nlohmann::json;

const char* kind_text(Outcome::Kind kind) {
  switch (kind) {
    case Outcome::Kind::kPassed:
      return "passed";
    case Outcome::Kind::kFailed:
      return "failed";
    case Outcome::Kind::kSkipped:
      return "skipped";
  }
  return "";
}

/// Findings that are told once, however many tests came upon them.
std::size_t distinct_findings(const Results& results) {
  std::set<std::tuple<std::string, std::string>> distinct;
  for (const Outcome& outcome : results.outcomes) {
    for (const Finding& finding : outcome.findings) {
      distinct.emplace(finding.name, finding.function);
    }
  }
  return distinct.size();
}

void print_json(const CheckOptions& options, const Results& results, std::ostream& out) {
  json report = {{"library", options.library.string()},
                 {"level", options.level == Level::kFull ? "full" : "quick"},
                 {"plugin", results.plugin},
                 {"findings", distinct_findings(results)},
                 {"tests", json::array()}};
  for (const Outcome& outcome : results.outcomes) {
    json test = {{"test", outcome.test},
                 {"outcome", kind_text(outcome.kind)},
                 {"seconds", outcome.seconds},
                 {"findings", json::array()}};
    if (!outcome.why_skipped.empty()) test["why"] = outcome.why_skipped;
    for (const Finding& finding : outcome.findings) {
      test["findings"].push_back({{"finding", finding.name},
                                  {"function", finding.function},
                                  {"sentence", finding.sentence}});
    }
    report["tests"].push_back(std::move(test));
  }
  out << report.dump(2, ' ', false, json::error_handler_t::replace) << "\n";
}

void print_text(const CheckOptions& options, const Results& results, std::ostream& out) {
  out << options.library.string() << "\n";
  if (!results.plugin.empty()) {
    out << "  " << results.plugin.value("name", "") << " " << results.plugin.value("version", "")
        << ", plugin ABI " << results.plugin.value("abi", "") << ", kinds:";
    for (const json& kind : results.plugin.value("kinds", json::array())) {
      out << " " << kind.get<std::string>();
    }
    out << "\n";
  }
  for (const Outcome& outcome : results.outcomes) {
    out << "  " << std::left << std::setw(8) << kind_text(outcome.kind) << std::setw(15)
        << outcome.test << (outcome.why_skipped.empty() ? outcome.about : outcome.why_skipped)
        << "\n";
    for (const Finding& finding : outcome.findings) {
      out << "          " << finding.name << ": " << finding.function << " " << finding.sentence
          << "\n";
    }
  }
  const std::size_t findings = distinct_findings(results);
  if (findings == 0) {
    out << "no findings\n";
  } else {
    out << findings << (findings == 1 ? " finding\n" : " findings\n");
  }
}

}  // namespace

Verdict check_plugin(const CheckOptions& options, std::ostream& report, std::ostream& complaints) {
  TestContext context;
  context.library = std::filesystem::absolute(options.library);
  context.folder = std::filesystem::current_path();
  context.level = options.level;
  context.keys = options.keys;
  if (!std::filesystem::is_regular_file(context.library)) {
    complaints << "plugboard: " << options.library.string() << " is no file\n";
    return Verdict::kBadUsage;
  }
  if (options.config) {
    context.config = json::parse(*options.config, nullptr, false);
    if (!context.config->is_object()) {
      complaints << "plugboard: --config is not a JSON object\n";
      return Verdict::kBadUsage;
    }
  }
  const Results results = run_tests(context);
  if (!results.bad_usage.empty()) {
    complaints << "plugboard: " << results.bad_usage << "\n";
    return Verdict::kBadUsage;
  }
  (options.json ? print_json : print_text)(options, results, report);
  return distinct_findings(results) == 0 ? Verdict::kClean : Verdict::kFindings;
}

}  // namespace plugboard::plugin_check
