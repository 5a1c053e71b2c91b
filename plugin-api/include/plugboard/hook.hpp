// Hooks see connections and messages, and may decide about them (hook.h). A plugin is one if it has
// any of
//
//   Verdict or VerifyVerdict verify_peer(const VerifyRequest&);           may this peer in? or
//   void verify_peer(const VerifyRequest&, Completion<VerifyVerdict>);    the answer comes later
//   void peer_connected(const PeerInfo&);
//   void peer_disconnected(const PeerEnd&);
//   Verdict message(const Message&);                    a JSON object that is not routed
//   Verdict routed_message(const Message&);             next(), handled() (forward now) or drop()
//   Verdict routed_message(const Message&, Routing&);   also redirects, rewrites, answers
//   Verdict undeliverable(const Message&);              the receiver is not connected
//   void peer_refused(const Refusal&);
//   void http_done(const HttpDone&);
//   void peer_released(Peer, std::uint64_t data);       the last event after Host::set_data
//
// What is not there costs nothing. All are [io]: several at once, none may block, unless the plugin
// says that it blocks; then those that do not concern messages run on the worker pool.
#ifndef PLUGBOARD_HOOK_HPP
#define PLUGBOARD_HOOK_HPP

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "hook.h"
#include "host.hpp"
#include "verdict.hpp"

#pragma GCC visibility push(hidden)
namespace plugboard {

/// The headers of a request, borrowed until the call that passed them returns.
class Headers {
 public:
  struct Header {
    std::string_view name{};  ///< as it was sent
    std::string_view value{};
  };

  Headers() = default;
  Headers(const plugboard_header* headers, std::uint64_t count)
      : headers_(headers), count_(count) {}

  std::size_t size() const noexcept { return count_; }
  Header operator[](std::size_t index) const {
    return {detail::view(headers_[index].name), detail::view(headers_[index].value)};
  }

  /// The value of the first header of this name, in whatever letter case.
  std::optional<std::string_view> find(std::string_view name) const {
    for (std::size_t i = 0; i < count_; ++i) {
      if (same_name((*this)[i].name, name)) return (*this)[i].value;
    }
    return std::nullopt;
  }

 private:
  static bool same_name(std::string_view a, std::string_view b) {
    const auto lower = [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) { return lower(x) == lower(y); });
  }

  const plugboard_header* headers_ = nullptr;
  std::size_t count_ = 0;
};

/// A peer that has passed keys, limits and channels and wants to be registered.
struct VerifyRequest {
  PeerInfo peer{};
  std::string_view target{};  ///< path and query as they were sent; may hold the key
  std::string_view query{};   ///< what follows the "?"; see query_value in query.hpp
  std::string_view key{};     ///< never log it; empty without
  Headers headers{};          ///< of the upgrade request
};

/// Why a peer is not let in. What is left empty or 0 takes the default in brackets.
struct Denial {
  std::string code{};            ///< of the error frame ["VERIFY_FAILED"]
  std::string message{};         ///< of the error frame ["Peer verification failed"]
  std::uint32_t close_code = 0;  ///< [1008]
  std::string close_reason{};    ///< at most 123 bytes ["Verify failed"]
};

/// next() (yes, as far as I am concerned), allow() (yes, ask nobody else), deny(), deny(Denial) or
/// error().
class VerifyVerdict {
 public:
  VerifyVerdict(Verdict verdict) : verdict_(verdict) {}  // NOLINT(google-explicit-constructor)
  explicit VerifyVerdict(Denial denial) : verdict_(deny()), denial_(std::move(denial)) {}

  Status status() const noexcept { return verdict_.status(); }
  const std::optional<Denial>& denial() const noexcept { return denial_; }

  plugboard_status complete(const plugboard_host* host, plugboard_token token) const {
    const auto status = static_cast<plugboard_status>(verdict_.status());
    if (!denial_) return host->complete(host, token, status, nullptr);
    plugboard_verify_denial denial{};
    denial.size = sizeof denial;
    denial.close_code = denial_->close_code;
    denial.code = detail::bytes(denial_->code);
    denial.message = detail::bytes(denial_->message);
    denial.close_reason = detail::bytes(denial_->close_reason);
    return host->complete(host, token, status, &denial);
  }

 private:
  Verdict verdict_;
  std::optional<Denial> denial_;
};

inline VerifyVerdict deny(Denial denial) { return VerifyVerdict(std::move(denial)); }
inline VerifyVerdict deny(std::string_view code, std::string_view message) {
  return VerifyVerdict(Denial{.code = std::string(code), .message = std::string(message)});
}

/// A message from a registered peer.
struct Message {
  Peer peer = 0;
  bool binary = false;
  std::string_view from{};  ///< the sender's address, verified
  std::string_view to{};    ///< unescaped; empty for messages that are not routed
  std::string_view data{};  ///< one JSON object in UTF-8, as it was received
};

/// A peer that was registered and has gone.
struct PeerEnd {
  PeerInfo peer{};
  std::uint32_t reason = 0;      ///< PLUGBOARD_END_... of hook.h
  std::uint32_t close_code = 0;  ///< sent or received; 1006 if none
  std::string_view close_reason{};
  std::chrono::milliseconds duration{};
  std::uint64_t messages_in = 0;  ///< data messages from the peer, and their payload bytes
  std::uint64_t bytes_in = 0;
  std::uint64_t messages_out = 0;  ///< data messages relayed to it, and their payload bytes
  std::uint64_t bytes_out = 0;
};

/// A connection that was not let in.
struct Refusal {
  std::uint32_t step = 0;         ///< PLUGBOARD_STEP_... of hook.h
  std::string_view code{};        ///< RATE_LIMITED, INVALID_KEY, ...
  std::string_view message{};     ///< what the client was told
  std::uint32_t close_code = 0;   ///< 0 if it was refused by HTTP
  std::uint32_t http_status = 0;  ///< 0 if it was refused after the upgrade
  std::string_view client_address{};
  std::string_view path{};      ///< as it was sent, without the query
  std::string_view key_name{};  ///< as in PeerInfo
};

/// An HTTP request that has been answered, upgrades left out.
struct HttpDone {
  std::uint32_t status = 0;
  std::string_view method{};
  std::string_view path{};  ///< as it was sent, without the query
  bool blob = false;        ///< the path's last segment is a blob's key: do not log it
  std::string_view client_address{};
  std::uint64_t bytes_in = 0;  ///< of the bodies
  std::uint64_t bytes_out = 0;
  std::chrono::nanoseconds duration{};
};

namespace detail {

template <class C>
concept VerifiesNow = requires(C& plugin, const VerifyRequest& request) {
  { plugin.verify_peer(request) } -> std::convertible_to<VerifyVerdict>;
};
template <class C>
concept VerifiesLater = requires(C& plugin, const VerifyRequest& request,
                                 Completion<VerifyVerdict> completion) {
  plugin.verify_peer(request, std::move(completion));
};
template <class C>
concept HasPeerConnected = requires(C& plugin, const PeerInfo& peer) {
  plugin.peer_connected(peer);
};
template <class C>
concept HasPeerDisconnected = requires(C& plugin, const PeerEnd& end) {
  plugin.peer_disconnected(end);
};
template <class C>
concept HasMessage = requires(C& plugin, const Message& message) {
  { plugin.message(message) } -> std::convertible_to<Verdict>;
};
template <class C>
concept HasRoutedMessage = requires(C& plugin, const Message& message) {
  { plugin.routed_message(message) } -> std::convertible_to<Verdict>;
};
template <class C>
concept HasRouting = requires(C& plugin, const Message& message, Routing& routing) {
  { plugin.routed_message(message, routing) } -> std::convertible_to<Verdict>;
};
template <class C>
concept HasUndeliverable = requires(C& plugin, const Message& message) {
  { plugin.undeliverable(message) } -> std::convertible_to<Verdict>;
};
template <class C>
concept HasPeerRefused = requires(C& plugin, const Refusal& refusal) {
  plugin.peer_refused(refusal);
};
template <class C>
concept HasHttpDone = requires(C& plugin, const HttpDone& request) {
  plugin.http_done(request);
};
template <class C>
concept HasPeerReleased = requires(C& plugin, Peer peer, std::uint64_t data) {
  plugin.peer_released(peer, data);
};
template <class C>
concept IsHook = VerifiesNow<C> || VerifiesLater<C> || HasPeerConnected<C> ||
    HasPeerDisconnected<C> || HasMessage<C> || HasRoutedMessage<C> || HasRouting<C> ||
    HasUndeliverable<C> || HasPeerRefused<C> || HasHttpDone<C> || HasPeerReleased<C>;

inline Message message_of(const plugboard_message& message) {
  return {.peer = message.peer,
          .binary = (message.flags & PLUGBOARD_SEND_BINARY) != 0,
          .from = view(message.from),
          .to = view(message.to),
          .data = view(message.data)};
}

template <class Instance>
struct HookTable {
  using Class = typename Instance::Class;

  static plugboard_status verify_peer(plugboard_instance* self,
                                      const plugboard_verify_request* request,
                                      plugboard_token token) {
    Instance& instance = Instance::from(self);
    const VerifyRequest asked{.peer = peer_info(*request->peer),
                              .target = view(request->target),
                              .query = view(request->query),
                              .key = view(request->key),
                              .headers = Headers(request->headers, request->header_count)};
    return guarded(instance.host, "verify_peer", [&]() -> plugboard_status {
      if constexpr (VerifiesLater<Class>) {
        return instance.later("verify_peer", [&] {
          instance.object.verify_peer(asked, Completion<VerifyVerdict>(instance.host, token));
        });
      } else {
        const VerifyVerdict verdict = instance.object.verify_peer(asked);
        if (!verdict.denial()) return static_cast<plugboard_status>(verdict.status());
        verdict.complete(instance.host, token);
        return PLUGBOARD_PENDING;
      }
    });
  }

  static void peer_connected(plugboard_instance* self, const plugboard_peer_info* peer) {
    event(self, "peer_connected", [&](Class& plugin) { plugin.peer_connected(peer_info(*peer)); });
  }

  static void peer_disconnected(plugboard_instance* self, const plugboard_peer_end* end) {
    event(self, "peer_disconnected", [&](Class& plugin) {
      plugin.peer_disconnected(PeerEnd{.peer = peer_info(*end->peer),
                                       .reason = end->reason,
                                       .close_code = end->close_code,
                                       .close_reason = view(end->close_reason),
                                       .duration = std::chrono::milliseconds(end->duration_ms),
                                       .messages_in = end->messages_in,
                                       .bytes_in = end->bytes_in,
                                       .messages_out = end->messages_out,
                                       .bytes_out = end->bytes_out});
    });
  }

  static plugboard_status message(plugboard_instance* self, const plugboard_message* message) {
    return decision(self, "message",
                    [&](Class& plugin) { return plugin.message(message_of(*message)); });
  }

  static plugboard_status routed_message(plugboard_instance* self, const plugboard_message* message,
                                         plugboard_routing* routing) {
    return decision(self, "routed_message", [&](Class& plugin) {
      if constexpr (HasRouting<Class>) {
        Routing way(Instance::from(self).host, routing);
        return plugin.routed_message(message_of(*message), way);
      } else {
        return plugin.routed_message(message_of(*message));
      }
    });
  }

  static plugboard_status undeliverable(plugboard_instance* self,
                                        const plugboard_message* message) {
    return decision(self, "undeliverable",
                    [&](Class& plugin) { return plugin.undeliverable(message_of(*message)); });
  }

  static void peer_refused(plugboard_instance* self, const plugboard_peer_refusal* refusal) {
    event(self, "peer_refused", [&](Class& plugin) {
      plugin.peer_refused(Refusal{.step = refusal->step,
                                  .code = view(refusal->code),
                                  .message = view(refusal->message),
                                  .close_code = refusal->close_code,
                                  .http_status = refusal->http_status,
                                  .client_address = view(refusal->client_address),
                                  .path = view(refusal->path),
                                  .key_name = view(refusal->key_name)});
    });
  }

  static void http_done(plugboard_instance* self, const plugboard_http_done* request) {
    event(self, "http_done", [&](Class& plugin) {
      plugin.http_done(HttpDone{.status = request->status,
                                .method = view(request->method),
                                .path = view(request->path),
                                .blob = (request->flags & PLUGBOARD_HTTP_DONE_BLOB) != 0,
                                .client_address = view(request->client_address),
                                .bytes_in = request->bytes_in,
                                .bytes_out = request->bytes_out,
                                .duration = std::chrono::nanoseconds(request->duration_ns)});
    });
  }

  static void peer_released(plugboard_instance* self, plugboard_peer peer, std::uint64_t data) {
    event(self, "peer_released", [&](Class& plugin) { plugin.peer_released(peer, data); });
  }

  static const plugboard_hook* table() {
    static constexpr plugboard_hook kTable = [] {
      plugboard_hook table{};
      table.size = sizeof table;
      if constexpr (VerifiesNow<Class> || VerifiesLater<Class>) table.verify_peer = &verify_peer;
      if constexpr (HasPeerConnected<Class>) table.peer_connected = &peer_connected;
      if constexpr (HasPeerDisconnected<Class>) table.peer_disconnected = &peer_disconnected;
      if constexpr (HasMessage<Class>) table.message = &message;
      if constexpr (HasRoutedMessage<Class> || HasRouting<Class>) {
        table.routed_message = &routed_message;
      }
      if constexpr (HasUndeliverable<Class>) table.undeliverable = &undeliverable;
      if constexpr (HasPeerRefused<Class>) table.peer_refused = &peer_refused;
      if constexpr (HasHttpDone<Class>) table.http_done = &http_done;
      if constexpr (HasPeerReleased<Class>) table.peer_released = &peer_released;
      return table;
    }();
    return &kTable;
  }

 private:
  template <class F>
  static void event(plugboard_instance* self, const char* name, F&& call) {
    Instance& instance = Instance::from(self);
    guarded(instance.host, name, [&] {
      call(instance.object);
      return PLUGBOARD_OK;
    });
  }
  template <class F>
  static plugboard_status decision(plugboard_instance* self, const char* name, F&& call) {
    Instance& instance = Instance::from(self);
    return guarded(instance.host, name, [&] {
      return static_cast<plugboard_status>(Verdict(call(instance.object)).status());
    });
  }
};

}  // namespace detail
}  // namespace plugboard
#pragma GCC visibility pop

#endif
