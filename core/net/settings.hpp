// What a manifest says to the I/O threads, ready for use. Immutable: a reload makes another. Any
// thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "admission/channel_table.hpp"
#include "extension/chains.hpp"
#include "http/routes.hpp"
#include "manifest/manifest.hpp"
#include "message/router.hpp"
#include "metering/key_names.hpp"
#include "net/tls.hpp"
#include "peer/channel.hpp"

namespace plugboard::net {

struct Settings {
  /// One [[channel]], at the place that it has in `channels`.
  struct ChannelEntry {
    peer::Channel* channel = nullptr;  // lives as long as the relay
    std::optional<extension::IdParser> id_parser;
  };

  Settings(const manifest::Manifest& manifest, std::shared_ptr<const extension::Chains> all_chains,
           metering::KeyNames names, std::vector<ChannelEntry> entries,
           std::shared_ptr<const TlsContext> tls_context)
      : server(manifest.server),
        stats(manifest.stats),
        recheck(manifest.chain.recheck),
        chains(std::move(all_chains)),
        key_names(std::move(names)),
        channels(manifest.channels),
        channel_entries(std::move(entries)),
        routes(chains->blobs ? std::optional(chains->blobs->limits().route_prefix) : std::nullopt),
        tls(std::move(tls_context)) {
    rules.max_message = server.max_message;
    rules.max_watches = server.max_watches;
    rules.drop_for_slow = server.slow_consumer == manifest::SlowConsumer::kDrop;
  }

  manifest::Server server;
  manifest::Stats stats;
  bool recheck;
  std::shared_ptr<const extension::Chains> chains;
  message::MessageRules rules;
  metering::KeyNames key_names;
  admission::ChannelTable channels;
  std::vector<ChannelEntry> channel_entries;
  http::Routes routes;
  std::shared_ptr<const TlsContext> tls;  // null: plain
};

}  // namespace plugboard::net
