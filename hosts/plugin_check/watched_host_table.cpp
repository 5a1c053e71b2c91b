// The table of functions that a watched host hands to its instance.
#include <chrono>
#include <nlohmann/json.hpp>

#include "extension/bytes.hpp"
#include "plugin_check/plugin_call.hpp"
#include "plugin_check/reporter.hpp"
#include "plugin_check/watched_host.hpp"
#include "wire/close.hpp"
#include "wire/utf8.hpp"

namespace plugboard::plugin_check {
namespace {

using extension::view;
using Host = const plugboard_host*;

constexpr std::size_t kMaxReceivers = 64;
constexpr std::uint64_t kMaxText = 64ull * 1024 * 1024;

/// What the message that this thread asks about may still get.
struct RoutingState {
  plugboard_routing* routing = nullptr;
  std::size_t receivers = 0;
  std::size_t answers = 0;
};
thread_local RoutingState routing_state;

bool is_text(plugboard_bytes bytes) {
  return extension::readable(bytes, kMaxText) && wire::valid_utf8(view(bytes));
}

/// Whether this call of route_to, replace or answer comes from within routed_message.
bool is_routing(plugboard_routing* routing, const char* function) {
  if (routing != nullptr && routing == routing_state.routing) return true;
  reporter::finding("routing-outside-its-call", function,
                    "is called with a routing that is not of the message being asked about");
  return false;
}

}  // namespace

void WatchedHost::fill(plugboard_host& table) {
  fill_life(table);
  fill_peers(table);
  fill_routing(table);
}

void WatchedHost::fill_life(plugboard_host& table) {
  table.log = [](Host host, std::int32_t level, plugboard_bytes text) {
    self(host).log(level, text);
  };
  table.problem = [](Host host, plugboard_bytes pointer, plugboard_bytes sentence) {
    WatchedHost& h = self(host);
    if (!h.enter("problem")) return;
    if (!is_text(pointer) || !is_text(sentence)) {
      reporter::finding("bad-text", "problem", "is given a text that is not UTF-8");
      return;
    }
    const std::lock_guard lock(h.mutex_);
    h.problems_.push_back({std::string(view(pointer)), std::string(view(sentence))});
  };
  table.monotonic_ns = [](Host host) {
    self(host).enter("monotonic_ns");
    return static_cast<std::uint64_t>(
        std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count());
  };
  table.unix_ms = [](Host host) {
    self(host).enter("unix_ms");
    return static_cast<std::int64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                         std::chrono::system_clock::now().time_since_epoch())
                                         .count());
  };
  table.complete = [](Host host, plugboard_token token, plugboard_status status,
                      const void* result) {
    WatchedHost& h = self(host);
    if (!h.enter("complete")) return PLUGBOARD_GONE;
    return h.questions_.complete(token, status, result);
  };
  table.run = [](Host host, void (*job)(void*), void* context) {
    WatchedHost& h = self(host);
    if (!h.enter("run")) return PLUGBOARD_GONE;
    return h.short_ ? PLUGBOARD_FULL : h.errands_.run(job, context);
  };
  table.timer_start = [](Host host, std::uint64_t delay_ns, std::uint64_t period_ns,
                         void (*fire)(void*), void* context, plugboard_timer* timer) {
    WatchedHost& h = self(host);
    if (!h.enter("timer_start")) return PLUGBOARD_GONE;
    if (h.short_) return PLUGBOARD_FULL;
    return h.errands_.start_timer(delay_ns, period_ns, fire, context, timer);
  };
  table.timer_stop = [](Host host, plugboard_timer timer) {
    WatchedHost& h = self(host);
    return h.enter("timer_stop") ? h.errands_.stop_timer(timer) : PLUGBOARD_GONE;
  };
  table.credential_revoke = [](Host host, std::uint64_t) {
    self(host).enter("credential_revoke");
    return PLUGBOARD_NOT_FOUND;
  };
  table.credential_list = [](Host host, plugboard_status (*)(void*, std::uint64_t, std::uint64_t),
                             void*) {
    return self(host).enter("credential_list") ? PLUGBOARD_OK : PLUGBOARD_GONE;
  };
  table.stats = [](Host host, void (*use)(void*, plugboard_bytes), void* context) {
    if (!self(host).enter("stats")) return PLUGBOARD_GONE;
    Borrowed borrowed("stats", {});
    const plugboard_bytes json = borrowed.text(R"({"totalConnections":0,"channels":{}})");
    call_plugin("stats's with_json", [&] { use(context, json); });
    return PLUGBOARD_OK;
  };
  table.extension = [](Host host, const char*) -> const void* {
    self(host).enter("extension");
    return nullptr;
  };
}

void WatchedHost::fill_peers(plugboard_host& table) {
  table.peer_find = [](Host host, plugboard_bytes address, plugboard_peer* peer) {
    WatchedHost& h = self(host);
    if (!h.enter("peer_find") || h.short_) return PLUGBOARD_NOT_FOUND;
    for (const auto& [handle, found] : h.peers()) {
      if ((found.flags & PLUGBOARD_PEER_REGISTERED) == 0) continue;
      if (found.channel + ":" + found.id != view(address)) continue;
      *peer = handle;
      return PLUGBOARD_OK;
    }
    return PLUGBOARD_NOT_FOUND;
  };
  table.peer_list = [](Host host, plugboard_bytes channel,
                       plugboard_status (*each)(void*, const plugboard_peer_info*), void* context) {
    WatchedHost& h = self(host);
    if (!h.enter("peer_list")) return PLUGBOARD_GONE;
    if (h.short_) return PLUGBOARD_OK;
    for (const auto& [handle, peer] : h.peers()) {
      if ((peer.flags & PLUGBOARD_PEER_REGISTERED) == 0) continue;
      if (channel.size != 0 && peer.channel != view(channel)) continue;
      Borrowed borrowed("peer_list", {.later = h.options_.later});
      const auto* const info = borrowed.input(h.info(borrowed, handle, peer));
      plugboard_status status = PLUGBOARD_ERROR;
      call_plugin("peer_list's each", [&] { status = each(context, info); });
      if (status != PLUGBOARD_OK) break;
    }
    return PLUGBOARD_OK;
  };
  table.peer_get = [](Host host, plugboard_peer handle,
                      void (*use)(void*, const plugboard_peer_info*), void* context) {
    WatchedHost& h = self(host);
    if (!h.enter("peer_get") || h.short_) return PLUGBOARD_GONE;
    const auto peers = h.peers();
    const auto found = peers.find(handle);
    if (found == peers.end()) return PLUGBOARD_GONE;
    Borrowed borrowed("peer_get", {.later = h.options_.later});
    const auto* const info = borrowed.input(h.info(borrowed, handle, found->second));
    call_plugin("peer_get's with_info", [&] { use(context, info); });
    return PLUGBOARD_OK;
  };
  table.peer_send = [](Host host, plugboard_peer handle, plugboard_bytes message,
                       std::uint32_t flags) {
    WatchedHost& h = self(host);
    if (!h.enter("peer_send")) return PLUGBOARD_GONE;
    if ((flags & PLUGBOARD_SEND_BINARY) == 0 && !is_text(message)) {
      reporter::finding("bad-text", "peer_send", "is given a text message that is not UTF-8");
      return PLUGBOARD_INVALID;
    }
    if (h.short_) return PLUGBOARD_FULL;
    const std::lock_guard lock(h.mutex_);
    const auto found = h.peers_.find(handle);
    const bool there =
        found != h.peers_.end() && (found->second.flags & PLUGBOARD_PEER_REGISTERED) != 0;
    return there ? PLUGBOARD_OK : PLUGBOARD_GONE;
  };
  table.peer_send_error = [](Host host, plugboard_peer handle, plugboard_bytes code,
                             plugboard_bytes message) {
    WatchedHost& h = self(host);
    if (!h.enter("peer_send_error")) return PLUGBOARD_GONE;
    if (!is_text(code) || !is_text(message)) {
      reporter::finding("bad-text", "peer_send_error", "is given a text that is not UTF-8");
      return PLUGBOARD_INVALID;
    }
    if (h.short_) return PLUGBOARD_FULL;
    const std::lock_guard lock(h.mutex_);
    return h.peers_.contains(handle) ? PLUGBOARD_OK : PLUGBOARD_GONE;
  };
  table.peer_close = [](Host host, plugboard_peer handle, std::uint32_t code,
                        plugboard_bytes reason) {
    constexpr std::uint64_t kMaxReason = 123;
    WatchedHost& h = self(host);
    if (!h.enter("peer_close")) return PLUGBOARD_GONE;
    if (!is_text(reason) || reason.size > kMaxReason || code > UINT16_MAX ||
        !wire::valid_close_code(static_cast<std::uint16_t>(code))) {
      reporter::finding("bad-argument", "peer_close",
                        "is given a close code or reason that may not be sent");
      return PLUGBOARD_INVALID;
    }
    const std::lock_guard lock(h.mutex_);
    return !h.short_ && h.peers_.contains(handle) ? PLUGBOARD_OK : PLUGBOARD_GONE;
  };
  table.peer_data_set = [](Host host, plugboard_peer handle, std::uint64_t value) {
    WatchedHost& h = self(host);
    if (!h.enter("peer_data_set")) return PLUGBOARD_GONE;
    const std::lock_guard lock(h.mutex_);
    if (h.short_ || !h.peers_.contains(handle)) return PLUGBOARD_GONE;
    h.peer_data_[handle] = value;
    return PLUGBOARD_OK;
  };
  table.peer_data_get = [](Host host, plugboard_peer handle, std::uint64_t* value) {
    WatchedHost& h = self(host);
    if (!h.enter("peer_data_get")) return PLUGBOARD_GONE;
    const std::lock_guard lock(h.mutex_);
    if (h.short_ || !h.peers_.contains(handle)) return PLUGBOARD_GONE;
    const auto found = h.peer_data_.find(handle);
    *value = found == h.peer_data_.end() ? 0 : found->second;
    return PLUGBOARD_OK;
  };
}

void WatchedHost::fill_routing(plugboard_host& table) {
  table.route_to = [](Host host, plugboard_routing* routing, plugboard_bytes address) {
    if (!self(host).enter("route_to") || !is_routing(routing, "route_to")) return PLUGBOARD_GONE;
    if (!is_text(address) || view(address).find(':') == std::string_view::npos) {
      return PLUGBOARD_INVALID;
    }
    return ++routing_state.receivers > kMaxReceivers ? PLUGBOARD_FULL : PLUGBOARD_OK;
  };
  table.replace = [](Host host, plugboard_routing* routing, plugboard_bytes message) {
    if (!self(host).enter("replace") || !is_routing(routing, "replace")) return PLUGBOARD_GONE;
    const bool object =
        is_text(message) && nlohmann::json::parse(view(message), nullptr, false).is_object();
    return object ? PLUGBOARD_OK : PLUGBOARD_INVALID;
  };
  table.answer = [](Host host, plugboard_routing* routing, plugboard_bytes code,
                    plugboard_bytes message) {
    constexpr std::size_t kMaxAnswers = 8;
    if (!self(host).enter("answer") || !is_routing(routing, "answer")) return PLUGBOARD_GONE;
    if (!is_text(code) || !is_text(message)) return PLUGBOARD_INVALID;
    return ++routing_state.answers > kMaxAnswers ? PLUGBOARD_FULL : PLUGBOARD_OK;
  };
}

void WatchedHost::set_routing(plugboard_routing* routing) { routing_state = {routing}; }

}  // namespace plugboard::plugin_check
