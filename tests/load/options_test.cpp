#include "load/options.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace plugboard::load {
namespace {

std::optional<Options> parse(std::vector<std::string> arguments, NoRun& no_run) {
  arguments.insert(arguments.begin(), "plugboard-load");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  auto options = parse_options(static_cast<int>(argv.size()), argv.data(), no_run);
  testing::internal::GetCapturedStdout();
  testing::internal::GetCapturedStderr();
  return options;
}

TEST(LoadOptions, ReadsAModeWithItsOptionsAndTheCommonOnesOnEitherSide) {
  NoRun no_run;
  const auto options = parse({"--url", "ws://127.0.0.1:1", "paced", "--pairs", "7", "--rate", "1e5",
                              "--size", "1024", "--shape", "json", "--pid", "42"},
                             no_run);
  ASSERT_TRUE(options);
  EXPECT_EQ(options->mode, Mode::kPaced);
  EXPECT_EQ(options->url, "ws://127.0.0.1:1");
  EXPECT_EQ(options->pairs, 7U);
  EXPECT_EQ(options->rate, 1e5);
  EXPECT_EQ(options->size, 1024U);
  EXPECT_EQ(options->shape, Shape::kJson);
  EXPECT_EQ(options->pid, 42);
}

TEST(LoadOptions, RefusesToCompressForServersOfAnotherProtocol) {
  NoRun no_run;
  EXPECT_FALSE(parse({"--protocol", "nats", "throughput", "--deflate"}, no_run));
  EXPECT_EQ(no_run.code, 2);
}

TEST(LoadOptions, EveryModeHasItsName) {
  for (const auto& [name, mode] : {std::pair{"throughput", Mode::kThroughput},
                                   {"ping-pong", Mode::kPingPong},
                                   {"paced", Mode::kPaced},
                                   {"idle", Mode::kIdle},
                                   {"connect", Mode::kConnect},
                                   {"presence", Mode::kPresence}}) {
    NoRun no_run;
    const auto options = parse({name}, no_run);
    ASSERT_TRUE(options) << name;
    EXPECT_EQ(options->mode, mode) << name;
  }
}

TEST(LoadOptions, BadUsageIsTwoAndHelpIsZero) {
  for (const auto& [arguments, code] : {std::pair<std::vector<std::string>, int>{{}, 2},
                                        {{"faster"}, 2},
                                        {{"paced", "--pairs", "0"}, 2},
                                        {{"throughput", "--shape", "xml"}, 2},
                                        {{"--help"}, 0}}) {
    NoRun no_run;
    EXPECT_FALSE(parse(arguments, no_run));
    EXPECT_EQ(no_run.code, code) << testing::PrintToString(arguments);
  }
}

}  // namespace
}  // namespace plugboard::load
