// Points in time by which something that a test waits for must have happened. Tests never sleep:
// they wait for a condition, and a deadline turns a hang into a failure with a sentence.
#pragma once

#include <chrono>
#include <functional>

namespace plugboard::test {

/// How long a test waits for what must happen "soon". Generous, since only failing tests use it
/// up; the environment's PLUGBOARD_TEST_PATIENCE (seconds) replaces it on slow machines.
std::chrono::milliseconds patience();

/// A fixed point in time. A value: copy it freely.
class Deadline {
 public:
  /// `after` from now.
  explicit Deadline(std::chrono::milliseconds after = patience())
      : at_(std::chrono::steady_clock::now() + after) {}

  /// What is left, never negative.
  [[nodiscard]] std::chrono::milliseconds left() const;
  [[nodiscard]] bool passed() const { return left().count() == 0; }
  [[nodiscard]] std::chrono::steady_clock::time_point at() const { return at_; }

  /// The same as poll(2) takes it.
  [[nodiscard]] int left_ms() const { return static_cast<int>(left().count()); }

 private:
  std::chrono::steady_clock::time_point at_;
};

/// Asks `condition` again and again, a few milliseconds apart, until it holds; false when the
/// deadline passed first. For what can only be asked for, never awaited (a file, /stats).
[[nodiscard]] bool await(const std::function<bool()>& condition, Deadline deadline = Deadline());

}  // namespace plugboard::test
