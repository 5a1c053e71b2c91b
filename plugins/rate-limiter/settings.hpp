// The limits in force. Read by I/O threads while a reload writes; each limit by itself is whole.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <plugboard/config.hpp>
#include <string_view>

namespace plugboard::rate_limiter {

/// Limits for one key, over all of its connections. 0: no limit.
struct KeyLimits {
  std::uint64_t max_connections = 0;
  std::uint64_t max_messages = 0;
  std::uint64_t max_bytes = 0;
};

/// What the config says. 0: no limit.
struct Limits {
  explicit Limits(const Config& config);

  std::uint64_t max_connections;  ///< at once, of an address
  std::uint64_t max_connects;     ///< in a window, of an address
  std::uint64_t max_messages;     ///< in a window, of a connection
  std::uint64_t max_bytes;        ///< in a window, of a connection
  std::uint64_t max_requests;     ///< in a window, of an address
  KeyLimits per_key;
  std::chrono::nanoseconds window;
};

[[nodiscard]] std::string_view config_schema();

class Settings {
 public:
  explicit Settings(const Limits& limits) { set(limits); }

  void set(const Limits& limits);

  [[nodiscard]] std::uint64_t max_connections() const { return get(max_connections_); }
  [[nodiscard]] std::uint64_t max_connects() const { return get(max_connects_); }
  [[nodiscard]] std::uint64_t max_messages() const { return get(max_messages_); }
  [[nodiscard]] std::uint64_t max_bytes() const { return get(max_bytes_); }
  [[nodiscard]] std::uint64_t max_requests() const { return get(max_requests_); }
  [[nodiscard]] KeyLimits per_key() const {
    return {get(key_connections_), get(key_messages_), get(key_bytes_)};
  }
  [[nodiscard]] std::chrono::nanoseconds window() const {
    return std::chrono::nanoseconds(get(window_ns_));
  }

 private:
  using Value = std::atomic<std::uint64_t>;
  static std::uint64_t get(const Value& value) { return value.load(std::memory_order_relaxed); }

  Value max_connections_;
  Value max_connects_;
  Value max_messages_;
  Value max_bytes_;
  Value max_requests_;
  Value key_connections_;
  Value key_messages_;
  Value key_bytes_;
  Value window_ns_;
};

}  // namespace plugboard::rate_limiter
