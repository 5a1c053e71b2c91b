// Something with a descriptor that a loop watches, other than a Connection. The loop's thread
// calls.
#pragma once

#include <cstdint>

namespace plugboard::net {

class EventSource {
 public:
  virtual ~EventSource() = default;

  /// `events`: EPOLLIN and so on. May be called once more after its descriptor was closed within
  /// the same turn.
  virtual void on_events(std::uint32_t events) = 0;
};

}  // namespace plugboard::net
