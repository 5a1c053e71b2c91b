#include "backoff.hpp"

#include <algorithm>

namespace plugboard::client {

using std::chrono::milliseconds;

namespace {

milliseconds between(milliseconds low, milliseconds high, double chance) {
  const auto width = static_cast<double>((high - low).count());
  return low + milliseconds(static_cast<milliseconds::rep>(width * chance));
}

}  // namespace

milliseconds Backoff::next(milliseconds lasted, const Advice& advice, double chance) {
  if (lasted >= kLasting) bound_ = kFirstBound;
  const milliseconds bound = std::min(bound_, longest_);
  if (bound_ < longest_) bound_ *= 2;

  if (advice.retry_after) {
    // Not before it, and not all at once after it. The longest wait still is the longest.
    return std::min(*advice.retry_after + between(milliseconds(0), bound, chance),
                    std::max(longest_, bound));
  }
  if (advice.close_code == 1012) {
    // RFC 6455's registry asks for 5 to 30 s when a service restarts.
    const milliseconds high = std::min(longest_, milliseconds(30'000));
    return between(high / 6, high, chance);
  }
  if (advice.close_code == 1013) {
    // Overloaded: the later part of the longest wait, from now on.
    bound_ = longest_;
    return between(longest_ / 2, longest_, chance);
  }
  return between(milliseconds(0), bound, chance);
}

}  // namespace plugboard::client
