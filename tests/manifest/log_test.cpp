#include <gtest/gtest.h>

#include "manifest_text.hpp"

namespace plugboard::manifest {
namespace {

TEST(LogTable, HasTheDefaultsOfItsReference) {
  const Log log = manifest_with("").log;
  EXPECT_EQ(log.level, LogLevel::kInfo);
  EXPECT_EQ(log.format, LogFormat::kText);
}

TEST(LogTable, TakesEveryLevel) {
  const std::vector<std::pair<std::string, LogLevel>> levels = {
      {"trace", LogLevel::kTrace}, {"debug", LogLevel::kDebug}, {"info", LogLevel::kInfo},
      {"warn", LogLevel::kWarn},   {"error", LogLevel::kError}, {"off", LogLevel::kOff}};
  for (const auto& [name, level] : levels) {
    EXPECT_EQ(manifest_with("log.level = '" + name + "'").log.level, level) << name;
  }
}

TEST(LogTable, TakesBothFormats) {
  EXPECT_EQ(manifest_with("log.format = 'json'").log.format, LogFormat::kJson);
  EXPECT_EQ(manifest_with("log.format = 'text'").log.format, LogFormat::kText);
}

TEST(LogTable, NamesTheNearestLevel) {
  EXPECT_EQ(complaints_with("log.level = 'warning'"),
            "3:13: error: log.level has an unknown value; found 'warning'; allowed: \"trace\", "
            "\"debug\", \"info\", \"warn\", \"error\", \"off\"; "
            "did you mean \"warn\"?\n");
}

TEST(LogTable, NamesTheNearestKey) {
  EXPECT_EQ(complaints_with("log.levels = 'warn'"),
            "3:5: error: log.levels is not a known key; allowed: level, format; did you mean "
            "\"level\"?\n");
}

}  // namespace
}  // namespace plugboard::manifest
