// What all connections with one access key have used of what the key may send in a window. Guarded
// by the table that holds it.
//
// A connection that wants to send takes a share ahead, so that it need not ask for each message,
// and gives back what it did not use. The shares out at any time are at most 1/64 of what is left:
// so a key never sends more than its limit, and with limits that are small (up to 128 for each of
// its connections) exactly that; with larger ones at most 1/64 may go unused in a window, with
// connections that took a share and fell silent.
#pragma once

#include <cstdint>

#include "rate-limiter/fixed_window.hpp"
#include "rate-limiter/settings.hpp"

namespace plugboard::rate_limiter {

/// Messages and payload bytes that a connection may send.
struct Share {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
};

class KeyQuota {
 public:
  /// A connection with the key. False: the limit (0: none) is reached, nothing was counted.
  bool add_connection(std::uint64_t max_connections);
  /// One that must be counted in any case.
  void adopt_connection() { ++connections_; }
  void remove_connection() { --connections_; }

  struct Taken {
    Share lease;    // what the connection may send: messages 0 if the limit does not allow it
    Share counted;  // of that, what counts against the limits, to be given back if it is not used
  };

  /// Takes a share, of `wanted` at most, for a message of `next_bytes` and those after it.
  Taken take(Nanoseconds now, Nanoseconds window, const KeyLimits& limits, const Share& wanted,
             std::uint64_t next_bytes);

  /// Gives back what was counted in the window that ends at `window_end`, and not used.
  void give_back(Nanoseconds window_end, const Share& unused);

  /// When the window of the last `take` ends.
  [[nodiscard]] Nanoseconds window_end() const { return window_.end(); }
  /// When what was counted does not matter any more.
  [[nodiscard]] Nanoseconds worth_until() const { return window_.end(); }
  /// Whether the last `take` found no message left, rather than too few bytes for one.
  [[nodiscard]] bool exhausted(const KeyLimits& limits) const;

 private:
  std::uint64_t connections_ = 0;
  FixedWindow window_;
  Share used_;  // in the window, what is out as shares included
};

}  // namespace plugboard::rate_limiter
