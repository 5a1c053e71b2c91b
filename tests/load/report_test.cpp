#include "load/report.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "load/modes.hpp"

namespace plugboard::load {
namespace {

Report clean() {
  return {{"messages", {{"lost", 0}, {"reordered", 0}, {"damaged", 0}}},
          {"errors", {{"total", 0}}}};
}

TEST(LoadReport, PrintsOneLineForEachValue) {
  std::ostringstream out;
  print_table({{"mode", "idle"}, {"cpu_us", {{"server", {{"user", 1.5}}}}}}, out);
  EXPECT_EQ(out.str(),
            "mode                                         idle\n"
            "cpu_us.server.user                           1.5\n");
}

TEST(LoadReport, GivesLatenciesInMicroseconds) {
  Histogram histogram;
  histogram.record(50);
  const Report report = latency_report(histogram);
  EXPECT_EQ(report.at("p50"), 0.05);
  EXPECT_EQ(report.at("max"), 0.05);
}

TEST(LoadReport, HasNoLatenciesWhereNothingWasMeasured) {
  EXPECT_TRUE(latency_report(Histogram()).at("p99").is_null());
}

TEST(LoadReport, SharesMemoryOutOverTheConnections) {
  const Report report = memory_report({.rss = 1000, .pss = 500}, {.rss = 3000, .pss = 1500}, 10);
  EXPECT_EQ(report.at("rss_per_connection"), 200);
  EXPECT_EQ(report.at("pss_per_connection"), 100);
}

TEST(LoadReport, CountsErrorsByKind) {
  Errors errors;
  errors.add("a");
  errors.add("b");
  errors.add("a");
  const Report report = errors_report(errors);
  EXPECT_EQ(report.at("total"), 3);
  EXPECT_EQ(report.at("kinds").at("a"), 2);
}

TEST(LoadReport, IsCleanOnlyWithoutLossReorderingDamageAndErrors) {
  EXPECT_TRUE(is_clean(clean()));
  for (const char* what : {"lost", "reordered", "damaged"}) {
    Report report = clean();
    report["messages"][what] = 1;
    EXPECT_FALSE(is_clean(report)) << what;
  }
  Report report = clean();
  report["errors"]["total"] = 1;
  EXPECT_FALSE(is_clean(report));
}

TEST(LoadReport, HasNoServerPartWithoutAServersPid) {
  CpuMeter meter(0);
  meter.start();
  meter.stop();
  const Report report = meter.report(10, "message");
  EXPECT_FALSE(report.contains("server"));
  EXPECT_TRUE(report.at("generator").contains("per_message"));
}

}  // namespace
}  // namespace plugboard::load
