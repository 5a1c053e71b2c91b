// How long to wait before connecting again. Pure: time and chance come from outside.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace plugboard::client {

/// What the end of a connection says about the next.
struct Advice {
  std::uint16_t close_code = 0;  ///< 1012 and 1013 are obeyed
  /// HTTP's Retry-After, on an upgrade that was refused.
  std::optional<std::chrono::milliseconds> retry_after = std::nullopt;
};

/// Waits are drawn evenly from zero to a bound (full jitter), so that peers that lost one relay
/// together do not come back together. The bound doubles with each attempt and starts from the
/// bottom again only after a connection that lasted: one that opens and is ended at once is no
/// success.
class Backoff {
 public:
  static constexpr std::chrono::milliseconds kFirstBound{1'000};
  static constexpr std::chrono::milliseconds kLasting{10'000};

  explicit Backoff(std::chrono::milliseconds longest) : longest_(longest) {}

  /// `lasted`: how long the connection that ended was open, zero if it never was. `chance`: from
  /// [0, 1).
  std::chrono::milliseconds next(std::chrono::milliseconds lasted, const Advice& advice,
                                 double chance);

  /// A person asks for a connection: all is forgotten.
  void reset() { bound_ = kFirstBound; }

 private:
  std::chrono::milliseconds longest_;
  std::chrono::milliseconds bound_ = kFirstBound;
};

}  // namespace plugboard::client
