// The client's end of a connection: joins as a peer, writes masked frames, counts what comes back.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "bench/cost/relay_in_hand.hpp"

namespace plugboard::bench {

class ClientEnd {
 public:
  /// Connects and joins as `id` of channel `pwa`, turning the relay's loop until it has. Throws if
  /// it is not let in.
  ClientEnd(RelayInHand& relay, std::string_view id, std::string_view query);

  /// Writes whole frames; the socket must have room for all of them.
  void write(std::string_view frames);

  /// Takes what has arrived; bytes so far.
  std::size_t receive();

  /// Whether the relay has ended its half.
  [[nodiscard]] bool ended();

  /// What `receive` has taken since this was last called.
  [[nodiscard]] std::string take_received();

 private:
  net::Descriptor socket_;
  std::string received_;
  bool ended_ = false;
};

/// A masked frame as browsers send it.
[[nodiscard]] std::string masked_frame(std::uint8_t opcode, std::string_view payload);

}  // namespace plugboard::bench
