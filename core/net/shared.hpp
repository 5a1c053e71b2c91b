// What all I/O threads of a relay share. Any thread.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "http/documents.hpp"
#include "metering/relay_totals.hpp"
#include "metering/traffic.hpp"
#include "net/settings.hpp"
#include "peer/channel_directory.hpp"
#include "peer/handle_table.hpp"
#include "peer/registry.hpp"

namespace plugboard::net {

/// Nanoseconds of the clock that deadlines, leases and plugins are told the time by.
inline std::uint64_t monotonic_ns() {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                        std::chrono::steady_clock::now().time_since_epoch())
                                        .count());
}

/// The same point in time as the standard library has it.
inline std::chrono::steady_clock::time_point steady_time(std::uint64_t now_ns) {
  return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(now_ns));
}

inline std::int64_t unix_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

enum class Service : std::uint8_t { starting, serving, draining };

class Shared {
 public:
  /// `io_threads`: how many loops there will be. `traffic_settings`: see metering::TrafficTable.
  Shared(std::size_t io_threads, metering::TrafficSettings traffic_settings)
      : totals(io_threads, std::chrono::steady_clock::now(), std::chrono::system_clock::now()),
        traffic(std::move(traffic_settings), std::chrono::steady_clock::now(),
                totals.start_wall()) {}
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;

  peer::Registry registry;
  peer::ChannelDirectory channels;
  peer::HandleTable handles;
  metering::RelayTotals totals;
  metering::TrafficTable traffic;

  std::atomic<Service> service{Service::starting};
  /// Connections of any kind, from accept to close, but for those turned away.
  std::atomic<std::uint32_t> connections{0};
  /// Beyond server.max_connections: connections that are only told so. They take nobody's place
  /// while they read on after their answer.
  std::atomic<std::uint32_t> turned_away{0};
  /// Some listener has had no descriptor to accept with, which has been said in the log. For good:
  /// who is at that limit is there again and again.
  std::atomic<bool> accepting_paused{false};

  /// Numbers about plugins for /stats, as a JSON object; empty: none. Set before serving.
  std::function<std::string()> plugin_stats;
  /// A line for the log: a PLUGBOARD_LOG_ level and the text. Set before serving.
  std::function<void(int, std::string_view)> log = [](int, std::string_view) {};

  // What the documents about the relay say.
  http::Health health() const;
  http::Readiness readiness() const;
  http::Stats stats();

  /// Registering, replacing and unregistering one address, with the hooks' events about it, are one
  /// step for everybody else: whoever does it holds the lock of the address.
  std::mutex& event_lock(std::string_view address) {
    return event_locks_[peer::hash_text(address) % event_locks_.size()];
  }

  /// The present settings; loops look at the version once a turn.
  std::uint64_t settings_version() const { return version_.load(std::memory_order_acquire); }
  std::shared_ptr<const Settings> settings() const {
    const std::lock_guard guard(settings_lock_);
    return settings_;
  }
  void set_settings(std::shared_ptr<const Settings> settings) {
    const std::lock_guard guard(settings_lock_);
    settings_ = std::move(settings);
    version_.fetch_add(1, std::memory_order_release);
  }

 private:
  std::array<std::mutex, 64> event_locks_;
  mutable std::mutex settings_lock_;
  std::shared_ptr<const Settings> settings_;
  std::atomic<std::uint64_t> version_{0};
};

}  // namespace plugboard::net
