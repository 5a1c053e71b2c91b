// A hundred pairs at a hundred thousand messages a second for a while: nothing is lost, nothing
// overtakes, nothing is damaged, and nobody is disconnected.
//
//   flow-soak [--seconds N] [--rate MESSAGES_PER_SECOND] [--pairs N]
//
// Two seconds unless said otherwise; long runs are for the machines that have the time.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <string_view>

#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

struct SoakOptions {
  std::string seconds = "2";
  std::string rate = "100000";
  std::string pairs = "100";
};

SoakOptions& options() {
  static SoakOptions options;
  return options;
}

/// Runs the load program against the relay; its report.
nlohmann::json load(const RelayProcess& relay, std::vector<std::string> arguments) {
  const TempDir folder;
  const std::string report = (folder.path() / "report.json").string();
  arguments.insert(arguments.begin(), {PLUGBOARD_BUILD_DIR "/bin/plugboard-load", "--url",
                                       "ws://" + relay.endpoint().authority(), "--json", report});
  const ChildProcess child(arguments);
  const auto length = std::chrono::seconds(std::strtol(options().seconds.c_str(), nullptr, 10));
  const auto status = child.await_exit(Deadline(length + 6 * patience()));
  EXPECT_TRUE(status && status->code == 0)
      << child.standard_output() << child.standard_error() << relay.standard_error();
  const std::string text = folder.read("report.json");
  if (text.empty()) throw std::runtime_error("no report: " + child.standard_error());
  return nlohmann::json::parse(text);
}

TEST(Soak, LosesAndReordersNothing) {
  const RelayProcess relay;
  const nlohmann::json report =
      load(relay, {"paced", "--pairs", options().pairs, "--rate", options().rate, "--seconds",
                   options().seconds, "--warmup", "0", "--drain", "60", "--tick", "1000", "--size",
                   "200", "--shape", "json"});
  const nlohmann::json& messages = report.at("messages");
  const double wanted = std::strtod(options().rate.c_str(), nullptr) *
                        std::strtod(options().seconds.c_str(), nullptr);
  // A machine that is busy with other things sends fewer than was asked for.
  EXPECT_GE(messages.at("sent").get<double>(), wanted * 0.5);
  EXPECT_EQ(messages.at("received"), messages.at("sent"));
  EXPECT_EQ(messages.at("lost"), 0);
  EXPECT_EQ(messages.at("reordered"), 0);
  EXPECT_EQ(messages.at("damaged"), 0);
  EXPECT_EQ(messages.at("rewritten"), 0);
  EXPECT_EQ(report.at("errors").at("total"), 0) << report.at("errors");
  const auto stats = nlohmann::json::parse(HttpClient(relay.endpoint()).get("/stats").body);
  EXPECT_EQ(stats.at("messagesRelayed"), messages.at("sent"));
  EXPECT_EQ(stats.at("messagesDropped"), 0);
}

TEST(Soak, EveryModeOfTheLoadProgramFindsNothingWrong) {
  const RelayProcess relay;
  for (const std::vector<std::string>& mode :
       {std::vector<std::string>{"throughput", "--pairs", "20", "--seconds", "0.3", "--warmup",
                                 "0.1", "--size", "16384", "--binary"},
        {"ping-pong", "--pairs", "20", "--seconds", "0.3", "--warmup", "0.1", "--size", "1024",
         "--shape", "json"},
        {"idle", "--connections", "200", "--touch", "--seconds", "0.1"},
        {"connect", "--concurrency", "8", "--seconds", "0.3"},
        {"presence", "--connections", "50", "--seconds", "0.3"}}) {
    const nlohmann::json report = load(relay, mode);
    EXPECT_EQ(report.at("errors").at("total"), 0) << report;
  }
}

bool parse(int argc, char** argv) {
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    std::string* value = name == "--seconds" ? &options().seconds
                         : name == "--rate"  ? &options().rate
                         : name == "--pairs" ? &options().pairs
                                             : nullptr;
    if (value == nullptr || i + 1 == argc || std::strtod(argv[i + 1], nullptr) <= 0) {
      std::cerr << "flow-soak [--seconds N] [--rate MESSAGES_PER_SECOND] [--pairs N]\n";
      return false;
    }
    *value = argv[i + 1];
  }
  return true;
}

}  // namespace
}  // namespace plugboard::test

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  return plugboard::test::parse(argc, argv) ? RUN_ALL_TESTS() : 2;
}
