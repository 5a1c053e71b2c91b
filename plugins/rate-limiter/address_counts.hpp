// What is counted for one client address. Guarded by the table that holds it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "rate-limiter/fixed_window.hpp"

namespace plugboard::rate_limiter {

class AddressCounts {
 public:
  /// Why a connection is refused: for how long, if that is known.
  struct Refused {
    Nanoseconds retry_after{};
  };

  /// Counts a connection, unless that would pass a limit (0: none).
  std::optional<Refused> add_connection(Nanoseconds now, Nanoseconds window,
                                        std::uint64_t max_connections, std::uint64_t max_connects) {
    if (max_connections != 0 && connections_ >= max_connections) return Refused{};
    if (connect_window_.roll(now, window)) connects_ = 0;
    if (left_of(max_connects, connects_) == 0) return Refused{connect_window_.end() - now};
    ++connects_;
    ++connections_;
    return std::nullopt;
  }
  /// Counts a connection that was there before.
  void adopt_connection() { ++connections_; }
  void remove_connection() { --connections_; }

  /// Counts an HTTP request, unless that would pass the limit (0: none).
  std::optional<Refused> add_request(Nanoseconds now, Nanoseconds window,
                                     std::uint64_t max_requests) {
    if (request_window_.roll(now, window)) requests_ = 0;
    if (left_of(max_requests, requests_) == 0) return Refused{request_window_.end() - now};
    ++requests_;
    return std::nullopt;
  }

  /// When the windows of all that was counted are over.
  [[nodiscard]] Nanoseconds worth_until() const {
    return std::max(connect_window_.end(), request_window_.end());
  }

 private:
  std::uint64_t connections_ = 0;
  FixedWindow connect_window_;
  std::uint64_t connects_ = 0;
  FixedWindow request_window_;
  std::uint64_t requests_ = 0;
};

}  // namespace plugboard::rate_limiter
