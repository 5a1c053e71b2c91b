// What the relay does for a plugin. A Host is a pointer: copy it freely, keep it as long as the
// instance lives. Every method may be called from any thread and returns at once, unless it says
// otherwise.
#ifndef PLUGBOARD_HOST_HPP
#define PLUGBOARD_HOST_HPP

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "host.h"
#include "task.hpp"
#include "verdict.hpp"

#pragma GCC visibility push(hidden)
namespace plugboard {

/// A connection, from the moment its address is known until its last event. A peer that has gone is
/// harmless: calls with it say kGone.
using Peer = plugboard_peer;

enum class Level : std::int32_t {
  kTrace = PLUGBOARD_LOG_TRACE,
  kDebug = PLUGBOARD_LOG_DEBUG,
  kInfo = PLUGBOARD_LOG_INFO,
  kWarn = PLUGBOARD_LOG_WARN,
  kError = PLUGBOARD_LOG_ERROR,
};

/// A peer as plugins see it. The views are borrowed until the call that passed it returns.
struct PeerInfo {
  Peer peer = 0;
  bool registered = false;  ///< past the last step: reachable by its address
  bool secure = false;      ///< TLS ends at the relay
  std::string_view channel{};
  std::string_view id{};
  std::string_view address{};         ///< channel:id
  std::string_view client_address{};  ///< 192.0.2.7, 2001:db8::7 or unix
  std::string_view key_name{};        ///< "key-" and 12 hex digits; empty without a key
  std::string_view attributes{};      ///< JSON object from the key's grant; empty without
  std::int64_t connected_at_ms = 0;   ///< Unix time
};

namespace detail {

inline PeerInfo peer_info(const plugboard_peer_info& info) {
  return {.peer = info.peer,
          .registered = (info.flags & PLUGBOARD_PEER_REGISTERED) != 0,
          .secure = (info.flags & PLUGBOARD_PEER_SECURE) != 0,
          .channel = view(info.channel),
          .id = view(info.id),
          .address = view(info.address),
          .client_address = view(info.client_address),
          .key_name = view(info.key_name),
          .attributes = view(info.attributes),
          .connected_at_ms = info.connected_at_ms};
}

/// Says that the plugin's `where` has thrown. Allocates nothing, since memory may be what is short.
inline void log_failure(const plugboard_host* host, const char* where, const char* what) noexcept {
  char text[512];
  const int size = std::snprintf(text, sizeof text, "%s failed: %s", where, what);
  if (size < 0) return;
  const auto length = std::min(static_cast<std::size_t>(size), sizeof text - 1);
  host->log(host, PLUGBOARD_LOG_ERROR, {text, length});
}

/// Runs a part of the plugin behind the border that no exception may cross.
template <class F>
plugboard_status guarded(const plugboard_host* host, const char* where, F&& call) noexcept {
  try {
    return call();
  } catch (const std::exception& failure) {
    log_failure(host, where, failure.what());
  } catch (...) {
    log_failure(host, where, "an exception of unknown type");
  }
  return PLUGBOARD_ERROR;
}

/// Lets a callback of the plugin throw through a function of the host: kept aside on the way in,
/// thrown again on the way out.
template <class F>
struct Passage {
  F& call;
  std::exception_ptr failure;

  template <class... Arguments>
  bool run(Arguments&&... arguments) noexcept {
    try {
      if constexpr (std::is_void_v<std::invoke_result_t<F&, Arguments...>>) {
        call(std::forward<Arguments>(arguments)...);
        return true;
      } else {
        return static_cast<bool>(call(std::forward<Arguments>(arguments)...));
      }
    } catch (...) {
      failure = std::current_exception();
      return false;
    }
  }
  void rethrow() const {
    if (failure) std::rethrow_exception(failure);
  }
};

}  // namespace detail

/// A running timer; stops when destroyed or assigned to. After that its work is not running (unless
/// it is that work which destroys it) and will not run again.
class Timer {
 public:
  Timer() = default;
  Timer(Timer&& other) noexcept
      : state_(std::move(other.state_)), timer_(std::exchange(other.timer_, 0)) {}
  Timer& operator=(Timer&& other) noexcept {
    if (this != &other) {
      stop();
      state_ = std::move(other.state_);
      timer_ = std::exchange(other.timer_, 0);
    }
    return *this;
  }
  ~Timer() { stop(); }

  /// Waits for running work.
  void stop() noexcept {
    if (timer_ != 0) state_->host->timer_stop(state_->host, std::exchange(timer_, 0));
    state_.reset();
  }

 private:
  friend class Host;

  struct State : std::enable_shared_from_this<State> {
    State(const plugboard_host* its_host, Task its_work)
        : host(its_host), work(std::move(its_work)) {}

    static void fire(void* context) noexcept {
      // The work may destroy the Timer that holds it.
      const auto kept = static_cast<State*>(context)->weak_from_this().lock();
      detail::guarded(kept->host, "timer", [&] {
        kept->work();
        return PLUGBOARD_OK;
      });
    }

    const plugboard_host* host;
    Task work;
  };

  std::shared_ptr<State> state_;
  plugboard_timer timer_ = 0;
};

class Host {
 public:
  explicit Host(const plugboard_host* table) : table_(table) {}

  /// The C table, for what this class does not cover.
  const plugboard_host* table() const noexcept { return table_; }

  std::string_view relay_version() const { return detail::view(table_->relay_version); }
  /// `name` of the [[plugin]] table.
  std::string_view instance_name() const { return detail::view(table_->instance_name); }

  /// Writes a line to the relay's log, with the instance's name. Never log keys.
  void log(Level level, std::string_view text) const {
    table_->log(table_, static_cast<std::int32_t>(level), detail::bytes(text));
  }
  void debug(std::string_view text) const { log(Level::kDebug, text); }
  void info(std::string_view text) const { log(Level::kInfo, text); }
  void warn(std::string_view text) const { log(Level::kWarn, text); }
  void error(std::string_view text) const { log(Level::kError, text); }

  /// Time since some fixed moment, never going back.
  std::chrono::nanoseconds monotonic() const {
    return std::chrono::nanoseconds(table_->monotonic_ns(table_));
  }
  /// Time of day, as Unix time.
  std::chrono::milliseconds unix_time() const {
    return std::chrono::milliseconds(table_->unix_ms(table_));
  }

  /// Runs `work` once on the relay's worker pool, where it may block. False if this instance
  /// already has its share of work waiting: then it never runs.
  bool run(Task work) const {
    auto job = std::make_unique<Job>(Job{table_, std::move(work)});
    if (table_->run(table_, &Job::start, job.get()) != PLUGBOARD_OK) return false;
    (void)job.release();  // Job::start frees it, or has done so already
    return true;
  }

  /// Runs `work` on the worker pool, once after `delay`, or again and again. Calls never overlap.
  /// Throws if the instance has 1,024 timers.
  [[nodiscard]] Timer after(std::chrono::nanoseconds delay, Task work) const {
    return start(delay, std::chrono::nanoseconds(0), std::move(work));
  }
  [[nodiscard]] Timer every(std::chrono::nanoseconds period, Task work) const {
    return start(period, period, std::move(work));
  }

  /// The peer registered under "channel:id".
  std::optional<Peer> find(std::string_view address) const {
    Peer peer = 0;
    if (table_->peer_find(table_, detail::bytes(address), &peer) != PLUGBOARD_OK) {
      return std::nullopt;
    }
    return peer;
  }

  /// Calls each(const PeerInfo&) for every registered peer of a channel (empty: of all), within
  /// this call. If `each` returns a bool, false ends it.
  template <class F>
  void for_each_peer(std::string_view channel, F&& each) const {
    detail::Passage<std::remove_reference_t<F>> passage{each, {}};
    table_->peer_list(
        table_, detail::bytes(channel),
        [](void* context, const plugboard_peer_info* info) {
          return static_cast<decltype(passage)*>(context)->run(detail::peer_info(*info))
                     ? PLUGBOARD_OK
                     : PLUGBOARD_DENY;
        },
        &passage);
    passage.rethrow();
  }

  /// Calls use(const PeerInfo&) once, within this call. False if the peer has gone.
  template <class F>
  bool with_peer(Peer peer, F&& use) const {
    detail::Passage<std::remove_reference_t<F>> passage{use, {}};
    const auto status = table_->peer_get(
        table_, peer,
        [](void* context, const plugboard_peer_info* info) {
          static_cast<decltype(passage)*>(context)->run(detail::peer_info(*info));
        },
        &passage);
    passage.rethrow();
    return status == PLUGBOARD_OK;
  }

  /// Queues one message, behind what already waits for the peer. kOk; kGone; kInvalid for text that
  /// is not UTF-8; kTooLarge over server.max_message; kFull over server.outbox_limit.
  Status send(Peer peer, std::string_view text) const {
    return Status(table_->peer_send(table_, peer, detail::bytes(text), PLUGBOARD_SEND_TEXT));
  }
  Status send_binary(Peer peer, std::string_view data) const {
    return Status(table_->peer_send(table_, peer, detail::bytes(data), PLUGBOARD_SEND_BINARY));
  }
  /// Queues {"type":"error","payload":{"code":...,"message":...}}.
  Status send_error(Peer peer, std::string_view code, std::string_view message) const {
    return Status(
        table_->peer_send_error(table_, peer, detail::bytes(code), detail::bytes(message)));
  }
  /// Closes a peer, pending or registered. `reason`: at most 123 bytes.
  Status close(Peer peer, std::uint32_t close_code, std::string_view reason) const {
    return Status(table_->peer_close(table_, peer, close_code, detail::bytes(reason)));
  }

  /// A number of this instance's own for each peer, 0 until set; given back in `peer_released`.
  Status set_data(Peer peer, std::uint64_t value) const {
    return Status(table_->peer_data_set(table_, peer, value));
  }
  /// 0 if never set, or if the peer has gone.
  std::uint64_t data(Peer peer) const {
    std::uint64_t value = 0;
    return table_->peer_data_get(table_, peer, &value) == PLUGBOARD_OK ? value : 0;
  }

  /// Key stores: ends every connection admitted with this Grant::credential. Lookups under way are
  /// asked again. False if there is no such connection now.
  bool revoke(std::uint64_t credential) const {
    return table_->credential_revoke(table_, credential) == PLUGBOARD_OK;
  }
  /// Key stores: calls each(credential, connections) for every credential in use, within this call.
  /// If `each` returns a bool, false ends it.
  template <class F>
  void for_each_credential(F&& each) const {
    detail::Passage<std::remove_reference_t<F>> passage{each, {}};
    table_->credential_list(
        table_,
        [](void* context, std::uint64_t credential, std::uint64_t connections) {
          return static_cast<decltype(passage)*>(context)->run(credential, connections)
                     ? PLUGBOARD_OK
                     : PLUGBOARD_DENY;
        },
        &passage);
    passage.rethrow();
  }

  /// What GET /stats answers, as JSON.
  std::string stats() const {
    std::string result;
    const auto keep = [&](std::string_view json) { result = json; };
    detail::Passage<decltype(keep)> passage{keep, {}};
    table_->stats(
        table_,
        [](void* context, plugboard_bytes json) {
          static_cast<decltype(passage)*>(context)->run(detail::view(json));
        },
        &passage);
    passage.rethrow();
    return result;
  }

 private:
  struct Job {
    static void start(void* context) noexcept {
      const std::unique_ptr<Job> job(static_cast<Job*>(context));
      detail::guarded(job->host, "job", [&] {
        job->work();
        return PLUGBOARD_OK;
      });
    }

    const plugboard_host* host;
    Task work;
  };

  Timer start(std::chrono::nanoseconds delay, std::chrono::nanoseconds period, Task work) const {
    Timer timer;
    timer.state_ = std::make_shared<Timer::State>(table_, std::move(work));
    const auto status = table_->timer_start(
        table_, static_cast<std::uint64_t>(std::max<std::int64_t>(delay.count(), 0)),
        static_cast<std::uint64_t>(std::max<std::int64_t>(period.count(), 0)), &Timer::State::fire,
        timer.state_.get(), &timer.timer_);
    if (status != PLUGBOARD_OK) throw std::runtime_error("the relay grants no further timer");
    return timer;
  }

  const plugboard_host* table_;
};

/// A message's way, while `routed_message` decides about it. Valid within that call only.
class Routing {
 public:
  Routing(const plugboard_host* host, plugboard_routing* routing)
      : host_(host), routing_(routing) {}

  /// Sends the message to this address instead of the one it names; each further call adds another
  /// receiver. kOk; kInvalid if it is no address; kFull beyond 64.
  Status route_to(std::string_view address) {
    return Status(host_->route_to(host_, routing_, detail::bytes(address)));
  }
  /// Puts these bytes in the message's place, for the following hooks and the receivers. Judged as
  /// what a peer sends. kOk, kInvalid or kTooLarge; then the message stays as it was.
  Status replace(std::string_view message) {
    return Status(host_->replace(host_, routing_, detail::bytes(message)));
  }
  /// Answers the sender with an error frame once the verdict is in, whatever the verdict.
  Status answer(std::string_view code, std::string_view message) {
    return Status(host_->answer(host_, routing_, detail::bytes(code), detail::bytes(message)));
  }

 private:
  const plugboard_host* host_;
  plugboard_routing* routing_;
};

}  // namespace plugboard
#pragma GCC visibility pop

#endif
