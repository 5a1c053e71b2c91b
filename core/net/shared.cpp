#include "net/shared.hpp"

namespace plugboard::net {
namespace {

std::vector<http::ChannelPeers> channel_peers(const peer::ChannelDirectory& channels) {
  std::vector<http::ChannelPeers> peers;
  channels.for_each([&](const peer::Channel& channel) {
    peers.push_back({channel.name(), channel.active(), channel.peak()});
  });
  return peers;
}

}  // namespace

http::Health Shared::health() const {
  return {.channels = channel_peers(channels),
          .uptime = totals.uptime(std::chrono::steady_clock::now())};
}

http::Readiness Shared::readiness() const {
  switch (service.load(std::memory_order_relaxed)) {
    case Service::starting:
      return http::Readiness::starting;
    case Service::serving:
      return http::Readiness::serving;
    case Service::draining:
      break;
  }
  return http::Readiness::draining;
}

http::Stats Shared::stats() {
  const auto now = std::chrono::steady_clock::now();
  const auto present = settings();
  http::Stats stats;
  stats.totals = totals.sums();
  stats.start_time = totals.start_wall();
  stats.uptime = totals.uptime(now);
  stats.channels = channel_peers(channels);
  if (present->chains->blobs) stats.blob_entries = present->chains->blobs->entries();
  if (!present->chains->keys.open()) stats.keys = traffic.snapshot(now);
  if (plugin_stats) stats.plugins = plugin_stats();
  return stats;
}

}  // namespace plugboard::net
