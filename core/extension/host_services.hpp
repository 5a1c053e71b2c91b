// What plugins may ask of the relay, as the rooms above this one provide it. Implemented by the
// composition root; everything here is called from any thread, by plugins through their host table
// and by the room itself, and never with a lock of this room held.
#pragma once

#include <plugboard/host.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace plugboard::extension {

/// A connection's handle as plugins see it: unique for the life of the process, 0 for none.
using PeerHandle = plugboard_peer;

/// Services of the relay. Must outlive the `Extensions` it was given to. Calls return at once and
/// copy what they keep. Arguments have been checked as far as this room can: texts that must be
/// UTF-8 are, close codes may be sent, close reasons have at most 123 bytes.
class HostServices {
 public:
  virtual ~HostServices() = default;

  /// Nanoseconds of a clock that never goes back; the one that `now_ns` arguments come from.
  [[nodiscard]] virtual std::uint64_t monotonic_ns() const = 0;
  /// Unix time in milliseconds.
  [[nodiscard]] virtual std::int64_t unix_ms() const = 0;

  /// One line for the log. `level`: PLUGBOARD_LOG_...; `instance`: the [[plugin]] table's name,
  /// empty for the room itself. `text` has no control characters and at most 4 KiB.
  virtual void log(std::int32_t level, std::string_view instance, std::string_view text) = 0;

  /// The peer registered under "channel:id", or 0.
  [[nodiscard]] virtual PeerHandle find_peer(std::string_view address) = 0;

  /// Calls `each` for every registered peer of a channel (empty: of all) until it returns false.
  /// Holds no lock while it does.
  virtual void list_peers(std::string_view channel,
                          const std::function<bool(const plugboard_peer_info&)>& each) = 0;

  /// Calls `with` once within this call, for a pending or a registered peer, holding no lock.
  /// False if the peer has gone.
  virtual bool with_peer(PeerHandle peer,
                         const std::function<void(const plugboard_peer_info&)>& with) = 0;

  /// Whether the connection still exists, pending or registered. Must be false before
  /// `HookChain::peer_released` is called for it, and from then on.
  [[nodiscard]] virtual bool peer_exists(PeerHandle peer) = 0;

  /// Queues a message for a registered peer. `flags`: PLUGBOARD_SEND_...; PLUGBOARD_OK, GONE,
  /// TOO_LARGE (over server.max_message) or FULL (would pass server.outbox_limit; the peer stays).
  virtual plugboard_status send(PeerHandle peer, std::string_view message, std::uint32_t flags) = 0;

  /// Queues an error frame. PLUGBOARD_OK, GONE or FULL.
  virtual plugboard_status send_error(PeerHandle peer, std::string_view code,
                                      std::string_view message) = 0;

  /// Closes a pending or registered peer after what waits for it. PLUGBOARD_OK or GONE.
  virtual plugboard_status close(PeerHandle peer, std::uint16_t code, std::string_view reason) = 0;

  /// Ends a pending or registered peer with KEY_REVOKED. Harmless if it has gone, and when called
  /// twice. May come before the answer that admits the peer's key has been delivered.
  virtual void revoke(PeerHandle peer) = 0;

  /// What GET /stats answers.
  [[nodiscard]] virtual std::string stats_json() = 0;
};

}  // namespace plugboard::extension
