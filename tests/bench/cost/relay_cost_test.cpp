// Messages and connections cost no more than when tests/bench/cost/measured.json was last renewed:
// instructions (counted by valgrind, so the same on a busy machine as on a quiet one) and system
// calls; and messages no allocation at all. After a change that makes the relay cheaper, or dearer
// for a good reason:
//   RENEW=1 build/release/tests/relay-cost-test
// writes the file anew, for the compiler that built the relay.
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "support/child_process.hpp"
#include "support/temp_dir.hpp"

namespace plugboard::bench {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kTolerance = 1.1;
constexpr const char* kMeasuredFile = PLUGBOARD_SOURCE_DIR "/tests/bench/cost/measured.json";
constexpr const char* kProgram = PLUGBOARD_BUILD_DIR "/tests/relay-cost";

/// By the name of the traffic.
using Costs = std::map<std::string, Json>;

bool renewing() { return std::getenv("RENEW") != nullptr; }

Json read_measured() {
  std::ifstream file(kMeasuredFile);
  return file ? Json::parse(file) : Json::object();
}

void write_measured(const std::string& what, const std::string& under, const Json& values) {
  Json measured = read_measured();
  (under.empty() ? measured[what] : measured[what][under]) = values;
  std::ofstream(kMeasuredFile) << measured.dump(2) << "\n";
}

Costs parse(const std::string& lines) {
  Costs costs;
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) {
    const Json cost = Json::parse(line);
    costs[cost.at("traffic")] = cost;
  }
  return costs;
}

/// What the program says of itself.
const Costs& costs() {
  static const Costs all = [] {
    const auto finished = test::run_to_end({kProgram});
    EXPECT_EQ(finished.code, 0) << finished.err;
    return parse(finished.out);
  }();
  return all;
}

/// Instructions of each kind of traffic, from the profiles that callgrind has left in `folder`.
std::map<std::string, double> instructions(const std::filesystem::path& folder) {
  std::map<std::string, double> counts;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream profile(entry.path());
    std::string name;
    for (std::string line; std::getline(profile, line);) {
      constexpr std::string_view kTrigger = "desc: Trigger: Client Request: ";
      constexpr std::string_view kSummary = "summary: ";
      if (line.starts_with(kTrigger)) name = line.substr(kTrigger.size());
      if (line.starts_with(kSummary) && !name.empty()) {
        counts[name] = std::stod(line.substr(kSummary.size()));
        break;
      }
    }
  }
  return counts;
}

TEST(RelayCost, AMessageTakesNothingFromTheHeap) {
  ASSERT_FALSE(costs().empty());
  for (const auto& [traffic, cost] : costs()) {
    if (cost.at("of") != "messages") continue;
    EXPECT_EQ(cost.at("allocations"), 0) << traffic;
  }
}

TEST(RelayCost, NothingTakesMoreSystemCallsOrAllocationsThanMeasured) {
  ASSERT_FALSE(costs().empty());
  // Where something lies in memory may decide when a hash table grows.
  const std::map<std::string, double> kinds{{"system_calls", 1.0}, {"allocations", kTolerance}};
  for (const auto& [what, tolerance] : kinds) {
    if (renewing()) {
      Json counts;
      for (const auto& [traffic, cost] : costs()) counts[traffic] = cost.at(what);
      write_measured(what, "", counts);
    }
    const Json measured = read_measured().at(what);
    for (const auto& [traffic, cost] : costs()) {
      ASSERT_TRUE(measured.contains(traffic)) << traffic << " has never been measured";
      EXPECT_LE(cost.at(what).get<double>(), tolerance * measured.at(traffic).get<double>())
          << what << " of " << traffic << ", for " << cost.at("count") << " " << cost.at("of");
    }
  }
}

TEST(RelayCost, NothingTakesMoreInstructionsThanMeasured) {
  const Json all = read_measured();
  if (std::string(BUILD) != "Release") GTEST_SKIP() << "measured is a plain Release build";
  if (!renewing() && !all.at("instructions").contains(COMPILER)) {
    GTEST_SKIP() << "never measured with " COMPILER ": see tests/bench/cost/measured.json";
  }
  // valgrind's processor has what this one has, up to AVX2.
  if (!__builtin_cpu_supports("avx2")) GTEST_SKIP() << "measured is a processor with AVX2";
  if (test::run_to_end({"/usr/bin/env", "valgrind", "--version"}).code != 0) {
    GTEST_SKIP() << "valgrind is not installed";
  }
  const test::TempDir folder;
  const test::ChildProcess valgrind({"/usr/bin/env", "valgrind", "--tool=callgrind",
                                     "--toggle-collect=plugboard::net::Loop::turn(int)",
                                     "--callgrind-out-file=" + (folder.path() / "profile").string(),
                                     kProgram});
  const auto end = valgrind.await_exit(test::Deadline(std::chrono::minutes(4)));
  ASSERT_TRUE(end && end->code == 0) << valgrind.standard_error();

  Json each;
  const Costs ran = parse(valgrind.standard_output());
  for (const auto& [traffic, count] : instructions(folder.path())) {
    each[traffic] = std::llround(count / ran.at(traffic).at("count").get<double>());
  }
  ASSERT_EQ(each.size(), ran.size()) << valgrind.standard_error();
  std::cout << each.dump(2) << "\n";
  if (renewing()) write_measured("instructions", COMPILER, each);
  const Json measured = read_measured().at("instructions").at(COMPILER);
  for (const auto& [traffic, count] : each.items()) {
    ASSERT_TRUE(measured.contains(traffic)) << traffic << " has never been measured";
    // None at all would mean that nothing was counted.
    EXPECT_GT(count.get<double>(), 100) << traffic;
    EXPECT_LE(count.get<double>(), kTolerance * measured.at(traffic).get<double>()) << traffic;
  }
}

}  // namespace
}  // namespace plugboard::bench
