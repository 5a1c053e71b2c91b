// The JSON documents about the relay itself: /health, /ready, /stats. Pure; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "metering/relay_totals.hpp"
#include "metering/traffic.hpp"

namespace plugboard::http {

/// One channel's peers.
struct ChannelPeers {
  std::string name;
  std::uint64_t active = 0;  ///< now
  std::uint64_t peak = 0;    ///< most at once since the start
};

struct Health {
  std::vector<ChannelPeers> channels;
  std::chrono::milliseconds uptime{0};
};

/// `{"status":"ok","connections":{"pwa":{"active":1,"peak":2}},"uptime":1234}`
[[nodiscard]] std::string health_document(const Health& health);

enum class Readiness { starting, serving, draining };

/// `{"status":"ready"}`, `{"status":"starting"}` or `{"status":"draining"}`.
[[nodiscard]] std::string ready_document(Readiness readiness);

struct Stats {
  metering::RelayTotals::Sums totals;
  std::chrono::system_clock::time_point start_time;
  std::chrono::milliseconds uptime{0};
  std::vector<ChannelPeers> channels;
  std::optional<std::uint64_t> blob_entries;              ///< only with a blob store
  std::optional<std::vector<metering::KeyTraffic>> keys;  ///< only with key stores, if listed
  std::string plugins;  ///< a JSON object about plugin instances; empty: left out
};

/// `{"totalConnections":…,"messagesRelayed":…,"messagesDropped":…,"startTime":…,"uptime":…,
/// "channels":{"pwa":{"active":1,"peak":2}},"blobStore":{"entries":3},"keys":{"key-0123456789ab":
/// {"connections":1,"current":{"bytesIn":…,"bytesOut":…,"windowStart":…},"history":[…]}}}`.
/// Points in time are Unix times in ms, durations ms.
[[nodiscard]] std::string stats_document(const Stats& stats);

}  // namespace plugboard::http
