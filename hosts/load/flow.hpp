// One direction between two peers: what was sent, what must come next, how long it took.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "load/clock.hpp"
#include "load/connection.hpp"
#include "load/message.hpp"

namespace plugboard::load {

/// Counts over all flows.
struct FlowCounts {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::uint64_t reordered = 0;
  std::uint64_t damaged = 0;
  std::uint64_t rewritten = 0;
};

class Flow {
 public:
  /// What is known of a message that arrived.
  struct Arrival {
    bool known = false;
    std::uint64_t number = 0;
  };

  /// `sender` outlives the flow.
  Flow(Connection& sender, FlowMessage message) : sender_(sender), message_(std::move(message)) {}

  /// Sends the next `count` messages with as few system calls as possible.
  void send(std::size_t count, FlowCounts& counts);

  /// Judges a message that arrived at the flow's receiver.
  Arrival receive(std::string_view payload, FlowCounts& counts);

  /// Messages sent so far; the number of the next one.
  [[nodiscard]] std::uint64_t next() const { return next_; }

 private:
  Connection& sender_;
  FlowMessage message_;
  std::uint64_t next_ = 0;
  std::uint64_t expected_ = 0;
};

}  // namespace plugboard::load
