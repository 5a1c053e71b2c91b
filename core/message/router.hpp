// Decides what becomes of a message: routed to another peer, a watch, something for hooks, or
// nothing (docs/protocol.md, "Messages"). One for each I/O thread; the sender's thread calls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "extension/chains.hpp"
#include "message/participant.hpp"
#include "metering/relay_totals.hpp"
#include "peer/channel_directory.hpp"
#include "peer/registry.hpp"
#include "wire/envelope.hpp"
#include "wire/frame.hpp"

namespace plugboard::message {

/// A whole message, unmasked and inflated, in memory that may be written to.
struct Message {
  /// wire::server_header_size(size) bytes before it may be overwritten: the header of the outgoing
  /// frame goes there.
  char* data = nullptr;
  std::size_t size = 0;
  bool binary = false;
  bool known_utf8 = false;  // text that has been checked as it came
  bool lasts = false;       // stays there until the turn's Dispatch is settled

  std::string_view text() const { return {data, size}; }
};

/// From the manifest's [server] table.
struct MessageRules {
  std::size_t max_message = 0;  // bytes, inclusive
  std::size_t max_watches = 0;
  bool drop_for_slow = false;  // slow_consumer = "drop"
};

/// What is the same for all messages of one turn of an I/O thread.
struct Turn {
  const extension::Chains& chains;
  const MessageRules& rules;
  peer::Dispatch& dispatch;
  std::uint64_t now_ns;
};

enum class Outcome : std::uint8_t {
  handled,
  not_utf8,  // a text message that fails the connection with 1007
};

class Router {
 public:
  Router(peer::Registry& registry, peer::ChannelDirectory& channels,
         metering::RelayTotals::Shard& totals)
      : registry_(registry), channels_(channels), totals_(totals) {}

  [[nodiscard]] Outcome take(Participant& sender, const Message& message, Turn& turn);

  /// Sends a frame of the relay's own to a peer on this thread; the slow-consumer rule applies.
  void send_own(peer::Peer& to, std::string_view frame, Turn& turn);
  /// Sends an error frame to a peer on this thread.
  void send_error(peer::Peer& to, std::string_view code, std::string_view text, Turn& turn);

 private:
  void route(Participant& sender, const Message& message, const wire::Envelope& envelope,
             Turn& turn);
  void route_through_hooks(Participant& sender, const Message& message, std::string_view to,
                           Turn& turn);
  struct Outgoing {
    std::string_view frame;
    std::string_view payload;
    bool binary;
    bool lasts;  // Message::lasts
  };
  static Outgoing in_place(const Message& message);
  /// Whether the sender's key lets it address and watch this; tells it if not.
  bool in_reach(Participant& sender, std::string_view address, Turn& turn);
  void deliver(Participant& sender, const Outgoing& outgoing, std::string_view to,
               bool reach_applies, Turn& turn);
  void undeliverable(Participant& sender, std::string_view payload, bool binary,
                     std::string_view to, Turn& turn);
  void watch(Participant& sender, const wire::JsonText& address, bool on, Turn& turn);
  void offer_to_hooks(Participant& sender, const Message& message, Turn& turn);
  void handle_full(peer::Peer& target, bool routed, Turn& turn);

  peer::Registry& registry_;
  peer::ChannelDirectory& channels_;
  metering::RelayTotals::Shard& totals_;
};

}  // namespace plugboard::message
