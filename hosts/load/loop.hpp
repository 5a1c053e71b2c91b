// The one thread of the load program: an edge-triggered epoll set over all its connections, with
// one large read buffer that they share.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "load/clock.hpp"

namespace plugboard::load {

class Connection;

class Loop {
 public:
  /// `buffer_bytes` bounds the largest frame that can be received.
  explicit Loop(std::size_t buffer_bytes);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  Loop(Loop&&) = delete;
  Loop& operator=(Loop&&) = delete;

  /// Reports everything about `fd` to `connection` until the descriptor is closed.
  void watch(int fd, Connection& connection);

  /// What a turn returns to end run().
  static constexpr Nanoseconds kStop = -1;

  /// Calls `turn`, then waits for events and hands them out, again and again. `turn` returns the
  /// point on the clock at which it wants to be called at the latest, or kStop.
  void run(const std::function<Nanoseconds()>& turn);

  [[nodiscard]] std::vector<char>& buffer() { return buffer_; }

 private:
  void wait(Nanoseconds until);

  int epoll_ = -1;
  int timer_ = -1;
  std::vector<char> buffer_;
};

}  // namespace plugboard::load
