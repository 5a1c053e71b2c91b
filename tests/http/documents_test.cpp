#include "http/documents.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace plugboard::http {
namespace {

using namespace std::chrono_literals;

std::chrono::system_clock::time_point unix_time(std::chrono::milliseconds since_epoch) {
  return std::chrono::system_clock::time_point(since_epoch);
}

Stats some_stats() {
  Stats stats;
  stats.totals = {.total_connections = 7, .messages_relayed = 8, .messages_dropped = 9};
  stats.start_time = unix_time(1700000000123ms) + 456us;
  stats.uptime = 5s;
  stats.channels = {{"pwa", 1, 2}};
  return stats;
}

TEST(HealthDocument, ListsChannels) {
  EXPECT_EQ(health_document({{{"pwa", 1, 2}, {"pwa/key", 0, 18446744073709551615u}}, 1234ms}),
            R"({"status":"ok","connections":{"pwa":{"active":1,"peak":2},)"
            R"("pwa/key":{"active":0,"peak":18446744073709551615}},"uptime":1234})");
}

TEST(HealthDocument, MayListNone) {
  EXPECT_EQ(health_document({{}, 0ms}), R"({"status":"ok","connections":{},"uptime":0})");
}

TEST(HealthDocument, EscapesNames) {
  EXPECT_EQ(health_document({{{"a\"\\b", 0, 0}}, 0ms}),
            R"({"status":"ok","connections":{"a\"\\b":{"active":0,"peak":0}},"uptime":0})");
}

TEST(HealthDocument, KeepsNamesThatEndLikeObjectsApart) {
  EXPECT_EQ(health_document({{{"{", 0, 0}, {"}", 0, 0}}, 0ms}),
            R"({"status":"ok","connections":{"{":{"active":0,"peak":0},)"
            R"("}":{"active":0,"peak":0}},"uptime":0})");
}

TEST(ReadyDocument, SaysWhatTheRelayDoes) {
  EXPECT_EQ(ready_document(Readiness::serving), R"({"status":"ready"})");
  EXPECT_EQ(ready_document(Readiness::starting), R"({"status":"starting"})");
  EXPECT_EQ(ready_document(Readiness::draining), R"({"status":"draining"})");
}

TEST(StatsDocument, HasTotalsAndChannels) {
  EXPECT_EQ(stats_document(some_stats()),
            R"({"totalConnections":7,"messagesRelayed":8,"messagesDropped":9,)"
            R"("startTime":1700000000123,"uptime":5000,)"
            R"("channels":{"pwa":{"active":1,"peak":2}}})");
}

TEST(StatsDocument, HasTheBlobStoreWhereThereIsOne) {
  Stats stats = some_stats();
  stats.blob_entries = 3;
  EXPECT_TRUE(stats_document(stats).ends_with(R"(,"blobStore":{"entries":3}})"));
}

TEST(StatsDocument, HasKeysWithTheirWindows) {
  Stats stats = some_stats();
  stats.keys =
      std::vector<metering::KeyTraffic>{{"key-0123456789ab",
                                         2,
                                         {unix_time(3000ms), 5, 6},
                                         {{unix_time(1000ms), 1, 2}, {unix_time(2000ms), 0, 0}}},
                                        {"key-ba9876543210", 0, {unix_time(3000ms), 0, 0}, {}}};
  EXPECT_TRUE(stats_document(stats).ends_with(
      R"(,"keys":{"key-0123456789ab":{"connections":2,)"
      R"("current":{"bytesIn":5,"bytesOut":6,"windowStart":3000},)"
      R"("history":[{"bytesIn":1,"bytesOut":2,"windowStart":1000},)"
      R"({"bytesIn":0,"bytesOut":0,"windowStart":2000}]},)"
      R"("key-ba9876543210":{"connections":0,)"
      R"("current":{"bytesIn":0,"bytesOut":0,"windowStart":3000},"history":[]}}})"))
      << stats_document(stats);
}

TEST(StatsDocument, HasKeysThoughThereIsNoneYet) {
  Stats stats = some_stats();
  stats.keys.emplace();
  EXPECT_TRUE(stats_document(stats).ends_with(R"(,"keys":{}})"));
}

}  // namespace
}  // namespace plugboard::http
