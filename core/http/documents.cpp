#include "http/documents.hpp"

#include <string_view>

#include "wire/json_text.hpp"

namespace plugboard::http {
namespace {

std::int64_t unix_ms(std::chrono::system_clock::time_point time) {
  return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

/// `"name":`, behind a comma unless it is the object's first member.
void append_name(std::string& out, std::string_view name) {
  if (out.back() != '{') out += ',';
  wire::append_json_string(out, name);
  out += ':';
}

template <typename Number>
void append_number(std::string& out, std::string_view name, Number number) {
  append_name(out, name);
  out += std::to_string(number);
}

void append_channels(std::string& out, std::string_view name,
                     const std::vector<ChannelPeers>& channels) {
  append_name(out, name);
  out += '{';
  for (const ChannelPeers& channel : channels) {
    append_name(out, channel.name);
    out += '{';
    append_number(out, "active", channel.active);
    append_number(out, "peak", channel.peak);
    out += '}';
  }
  out += '}';
}

void append_window(std::string& out, const metering::TrafficWindow& window) {
  out += '{';
  append_number(out, "bytesIn", window.bytes_in);
  append_number(out, "bytesOut", window.bytes_out);
  append_number(out, "windowStart", unix_ms(window.start));
  out += '}';
}

void append_keys(std::string& out, const std::vector<metering::KeyTraffic>& keys) {
  append_name(out, "keys");
  out += '{';
  for (const metering::KeyTraffic& key : keys) {
    append_name(out, key.name);
    out += '{';
    append_number(out, "connections", key.connections);
    append_name(out, "current");
    append_window(out, key.current);
    append_name(out, "history");
    out += '[';
    for (const metering::TrafficWindow& window : key.history) {
      if (out.back() != '[') out += ',';
      append_window(out, window);
    }
    out += "]}";
  }
  out += '}';
}

}  // namespace

std::string health_document(const Health& health) {
  std::string out = R"({"status":"ok")";
  append_channels(out, "connections", health.channels);
  append_number(out, "uptime", health.uptime.count());
  out += '}';
  return out;
}

std::string ready_document(Readiness readiness) {
  switch (readiness) {
    case Readiness::serving:
      return R"({"status":"ready"})";
    case Readiness::draining:
      return R"({"status":"draining"})";
    case Readiness::starting:
      break;
  }
  return R"({"status":"starting"})";
}

std::string stats_document(const Stats& stats) {
  std::string out = "{";
  append_number(out, "totalConnections", stats.totals.total_connections);
  append_number(out, "messagesRelayed", stats.totals.messages_relayed);
  append_number(out, "messagesDropped", stats.totals.messages_dropped);
  append_number(out, "startTime", unix_ms(stats.start_time));
  append_number(out, "uptime", stats.uptime.count());
  append_channels(out, "channels", stats.channels);
  if (stats.blob_entries) {
    append_name(out, "blobStore");
    out += '{';
    append_number(out, "entries", *stats.blob_entries);
    out += '}';
  }
  if (stats.keys) append_keys(out, *stats.keys);
  if (!stats.plugins.empty()) {
    append_name(out, "plugins");
    out += stats.plugins;
  }
  out += '}';
  return out;
}

}  // namespace plugboard::http
