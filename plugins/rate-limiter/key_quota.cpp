#include "rate-limiter/key_quota.hpp"

#include <algorithm>

namespace plugboard::rate_limiter {
namespace {

constexpr std::uint64_t kPartTakenAhead = 64;

}  // namespace

bool KeyQuota::add_connection(std::uint64_t max_connections) {
  if (max_connections != 0 && connections_ >= max_connections) return false;
  ++connections_;
  return true;
}

KeyQuota::Taken KeyQuota::take(Nanoseconds now, Nanoseconds window, const KeyLimits& limits,
                               const Share& wanted, std::uint64_t next_bytes) {
  if (window_.roll(now, window)) used_ = {};
  const std::uint64_t messages_left = left_of(limits.max_messages, used_.messages);
  const std::uint64_t bytes_left = left_of(limits.max_bytes, used_.bytes);
  if (messages_left == 0 || bytes_left < next_bytes) return {};

  Taken taken{.lease = wanted, .counted = {}};
  const std::uint64_t part = kPartTakenAhead * std::max<std::uint64_t>(connections_, 1);
  if (limits.max_messages != 0) {
    const auto ahead = std::max<std::uint64_t>(messages_left / part, 1);
    taken.lease.messages = taken.counted.messages = std::min(ahead, wanted.messages);
  }
  if (limits.max_bytes != 0) {
    const auto ahead = std::max(bytes_left / part, next_bytes);
    taken.lease.bytes = taken.counted.bytes = std::min(ahead, wanted.bytes);
  }
  used_.messages += taken.counted.messages;
  used_.bytes += taken.counted.bytes;
  return taken;
}

void KeyQuota::give_back(Nanoseconds window_end, const Share& unused) {
  if (window_end != window_.end()) return;  // that window is over
  used_.messages -= std::min(unused.messages, used_.messages);
  used_.bytes -= std::min(unused.bytes, used_.bytes);
}

bool KeyQuota::exhausted(const KeyLimits& limits) const {
  return left_of(limits.max_messages, used_.messages) == 0 ||
         left_of(limits.max_bytes, used_.bytes) == 0;
}

}  // namespace plugboard::rate_limiter
