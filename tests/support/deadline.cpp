#include "support/deadline.hpp"

#include <poll.h>

#include <algorithm>
#include <cstdlib>
#include <string>

namespace plugboard::test {

std::chrono::milliseconds patience() {
  static const std::chrono::milliseconds value = [] {
    // Read once, before any test has started a thread.
    const char* text = std::getenv("PLUGBOARD_TEST_PATIENCE");  // NOLINT(concurrency-mt-unsafe)
    const long seconds = text == nullptr ? 0 : std::strtol(text, nullptr, 10);
    return std::chrono::milliseconds(seconds > 0 ? seconds * 1000 : 10'000);
  }();
  return value;
}

std::chrono::milliseconds Deadline::left() const {
  const auto left = at_ - std::chrono::steady_clock::now();
  if (left <= std::chrono::steady_clock::duration::zero()) return std::chrono::milliseconds(0);
  // Rounded up, so that "nothing left" means that the point has passed.
  return std::chrono::ceil<std::chrono::milliseconds>(left);
}

bool await(const std::function<bool()>& condition, Deadline deadline) {
  while (true) {
    if (condition()) return true;
    if (deadline.passed()) return false;
    ::poll(nullptr, 0, std::min(5, deadline.left_ms()));
  }
}

}  // namespace plugboard::test
