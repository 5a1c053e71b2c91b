// How a peer's time on the relay ends.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace plugboard::peer {

/// The numbers are those of the plugin ABI (PLUGBOARD_END_...).
enum class EndReason : std::uint8_t {
  none = 0,
  closed = 1,
  replaced = 2,
  heartbeat = 3,
  protocol = 4,
  slow = 5,
  revoked = 6,
  removed = 7,
  shutdown = 8,
  plugin = 9,
  error = 10,
};

/// An order to end a connection: an error frame, if one is named, then a Close frame. Borrows its
/// texts.
struct CloseOrder {
  EndReason end = EndReason::closed;
  std::uint16_t close_code = 1000;
  std::string_view close_reason = {};
  std::string_view error_code = {};  // empty: no error frame
  std::string_view error_message = {};
  bool discard_waiting = false;  // what waits and has not been begun is dropped first
};

/// What became of it, kept for hooks.
struct Ending {
  EndReason reason = EndReason::closed;
  std::uint16_t close_code = 1006;
  std::string close_reason;
};

}  // namespace plugboard::peer
