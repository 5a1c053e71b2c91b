// The plugins of one generation in their chains, with what the manifest says of each. Immutable;
// shared by the chains and by the questions that are under way on them.
#pragma once

#include <plugboard/plugboard.h>

#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "extension/blob_store.hpp"
#include "extension/instance.hpp"

namespace plugboard::extension {

struct Link {
  std::shared_ptr<Instance> instance;
  /// Keeps the instance in service as long as somebody may ask it something. Not set for limiters:
  /// connections hold on to their links, which is no reason not to drain a limiter that left.
  std::shared_ptr<Enrolment> enrolment;
  plugboard_instance* self = nullptr;
  std::chrono::nanoseconds timeout{};  // manifest key plugin.timeout
  bool skip_errors = false;            // manifest key plugin.on_error
};

struct KeyStoreLink : Link {
  plugboard_key_store table = {};
  plugboard_key_form form = {};
};
struct KeyStoreLinks {
  std::vector<KeyStoreLink> stores;
};

struct LimiterLinks;
struct LimiterLink : Link {
  plugboard_rate_limiter table = {};
  const LimiterLinks* links = nullptr;  // those it is of
};
struct LimiterLinks : boost::intrusive_ref_counter<LimiterLinks> {
  explicit LimiterLinks(std::vector<LimiterLink> chain) : limiters(std::move(chain)) {
    for (LimiterLink& each : limiters) each.links = this;
  }

  std::vector<LimiterLink> limiters;
};

struct HookLink : Link {
  plugboard_hook table = {};
  std::uint32_t since = 0;  // generation in which it came into the chain
};
struct HookLinks {
  std::uint32_t generation = 0;
  std::vector<HookLink> hooks;
  std::vector<HookLink> verifiers;  // those with verify_peer
  std::vector<HookLink> routers;    // those with routed_message
  /// Every instance of the generation: any of them may keep values with peers.
  std::vector<std::shared_ptr<Instance>> everybody;
};

struct HttpLink : Link {
  plugboard_http_handler table = {};
};
struct HttpLinks {
  std::vector<HttpLink> handlers;
};

struct BlobLink : Link {
  plugboard_blob_store table = {};
  BlobLimits limits;
};

struct IdParserLink : Link {
  plugboard_id_parser table = {};
};
struct IdParserLinks {
  std::map<std::string, std::shared_ptr<const IdParserLink>, std::less<>> parsers;
};

}  // namespace plugboard::extension
