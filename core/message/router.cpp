#include "message/router.hpp"

#include <array>

#include "peer/server_frames.hpp"
#include "wire/address.hpp"
#include "wire/close.hpp"
#include "wire/utf8.hpp"

namespace plugboard::message {
namespace {

// No address is longer: a channel name and an id have at most 256 bytes each.
constexpr std::size_t kMaxAddress = 513;

plugboard_bytes borrow(std::string_view text) { return {text.data(), text.size()}; }

// An address as it stands in a message, unescaped where it must be.
class AddressText {
 public:
  explicit AddressText(const wire::JsonText& text) {
    if (!text.escaped) {
      value_ = text.raw;
    } else if (text.raw.size() <= kMaxAddress * 6) {  // every byte written as a \u escape
      value_ = {buffer_.data(), wire::unescape(text, buffer_.data())};
    } else {
      fits_ = false;
    }
    if (value_.size() > kMaxAddress) fits_ = false;
  }
  AddressText(const AddressText&) = delete;
  AddressText& operator=(const AddressText&) = delete;

  /// False: longer than any address, so nobody's.
  bool fits() const { return fits_; }
  std::string_view value() const { return value_; }

 private:
  bool fits_ = true;
  std::string_view value_;
  std::array<char, kMaxAddress * 6> buffer_;  // NOLINT: written before it is read
};

plugboard_message describe(const Participant& sender, std::string_view payload, bool binary,
                           std::string_view to) {
  return {.size = sizeof(plugboard_message),
          .flags = binary ? PLUGBOARD_SEND_BINARY : PLUGBOARD_SEND_TEXT,
          .peer = sender.handle(),
          .from = borrow(sender.address()),
          .to = borrow(to),
          .data = borrow(payload)};
}

// What a hook puts in a message's place is judged like what the peer sends.
class SenderJudge : public extension::ReplacementJudge {
 public:
  SenderJudge(std::string_view sender, std::size_t max_message)
      : sender_(sender), max_message_(max_message) {}

  plugboard_status judge(std::string_view bytes, std::string& to) override {
    if (bytes.size() > max_message_) return PLUGBOARD_TOO_LARGE;
    const wire::Envelope envelope = wire::scan_envelope(bytes, sender_);
    if (!envelope.valid || envelope.foreign_from || envelope.duplicate) return PLUGBOARD_INVALID;
    if (!envelope.routed() || envelope.reserved_type) return PLUGBOARD_INVALID;
    to = wire::unescape(envelope.to);
    return PLUGBOARD_OK;
  }

 private:
  std::string_view sender_;
  std::size_t max_message_;
};

}  // namespace

// Writes the outgoing header right before the payload.
Router::Outgoing Router::in_place(const Message& message) {
  const std::size_t header = wire::server_header_size(message.size);
  char* begin = message.data - header;
  wire::write_server_header(begin, message.binary ? wire::Opcode::binary : wire::Opcode::text, true,
                            false, message.size);
  return {{begin, header + message.size}, message.text(), message.binary, message.lasts};
}

Outcome Router::take(Participant& sender, const Message& message, Turn& turn) {
  const bool check_text = !message.binary && !message.known_utf8;
  if (const extension::Charge charge = sender.limits().charge(message.size, turn.now_ns);
      charge != extension::Charge::kAllowed) [[unlikely]] {
    if (check_text && !wire::valid_utf8(message.text())) return Outcome::not_utf8;
    if (charge == extension::Charge::kDroppedAndTell && sender.registered()) {
      send_error(sender, "RATE_LIMITED", "Too many messages", turn);
    }
    return Outcome::handled;
  }

  const wire::Envelope envelope = wire::scan_envelope(message.text(), sender.address());
  if (!envelope.valid) {
    return check_text && !wire::valid_utf8(message.text()) ? Outcome::not_utf8 : Outcome::handled;
  }
  // Another connection has the address now, or the end has begun: what still comes goes nowhere.
  if (!sender.registered()) return Outcome::handled;

  if (envelope.foreign_from) {
    send_error(sender, "INVALID_FROM", "From field does not match sender identity", turn);
  } else if (envelope.duplicate) {
    send_error(sender, "INVALID_MESSAGE",
               "The members from, to, type and address may stand only once, in one letter case",
               turn);
  } else if (envelope.routed()) {
    route(sender, message, envelope, turn);
  } else if (envelope.address.present() && wire::equals(envelope.type, "watch")) {
    watch(sender, envelope.address, true, turn);
  } else if (envelope.address.present() && wire::equals(envelope.type, "unwatch")) {
    watch(sender, envelope.address, false, turn);
  } else if (turn.chains.hooks.wants_message()) {
    offer_to_hooks(sender, message, turn);
  }
  return Outcome::handled;
}

void Router::send_error(peer::Peer& to, std::string_view code, std::string_view text, Turn& turn) {
  send_own(to, peer::error_frame(code, text), turn);
}

void Router::send_own(peer::Peer& to, std::string_view frame, Turn& turn) {
  if (to.send(frame, 0, turn.dispatch) == peer::Delivery::full) handle_full(to, false, turn);
}

void Router::route(Participant& sender, const Message& message, const wire::Envelope& envelope,
                   Turn& turn) {
  if (envelope.reserved_type) {
    send_error(sender, "RESERVED_TYPE",
               "The types peer-status and error are the relay's own and may not be sent to peers",
               turn);
    return;
  }
  const AddressText to(envelope.to);
  // A receiver that cannot exist is named by as much of it as could.
  const std::string_view receiver =
      to.fits() ? to.value()
                : envelope.to.raw.substr(0, wire::utf8_cut(envelope.to.raw, kMaxAddress));
  if (turn.chains.hooks.wants_routed()) {
    route_through_hooks(sender, message, receiver, turn);
  } else {
    deliver(sender, in_place(message), receiver, true, turn);
  }
}

void Router::route_through_hooks(Participant& sender, const Message& message, std::string_view to,
                                 Turn& turn) {
  SenderJudge judge(sender.address(), turn.rules.max_message);
  extension::Routing routing(judge);
  const auto verdict = turn.chains.hooks.routed_message(
      describe(sender, message.text(), message.binary, to), routing);
  if (!routing.touched()) [[likely]] {
    if (verdict == extension::HookChain::RouteVerdict::kForward) {
      deliver(sender, in_place(message), to, true, turn);
    }
    return;
  }

  for (const auto& answer : routing.answers()) {
    send_error(sender, answer.code, answer.message, turn);
  }
  if (verdict != extension::HookChain::RouteVerdict::kForward) return;
  std::string replaced_frame;
  Outgoing outgoing{};
  if (routing.bytes() != nullptr) {
    replaced_frame = peer::message_frame(*routing.bytes(), message.binary);
    outgoing = {replaced_frame, *routing.bytes(), message.binary, false};
    to = routing.to();
  } else {
    outgoing = in_place(message);
  }
  if (routing.targets().empty()) {
    deliver(sender, outgoing, to, true, turn);
    return;
  }
  // Where a hook sends a message is the operator's will, which a grant's reach does not bound.
  for (const std::string& target : routing.targets()) {
    deliver(sender, outgoing, target, false, turn);
  }
}

bool Router::in_reach(Participant& sender, std::string_view address, Turn& turn) {
  const extension::Grant* grant = sender.grant();
  if (grant == nullptr || grant->reaches(address)) [[likely]]
    return true;
  send_error(sender, "FORBIDDEN_ADDRESS", "The access key does not reach this address", turn);
  return false;
}

void Router::deliver(Participant& sender, const Outgoing& outgoing, std::string_view to,
                     bool reach_applies, Turn& turn) {
  if (reach_applies && !in_reach(sender, to, turn)) return;
  peer::PeerRef& target = sender.last_receiver();
  if (target == nullptr || !target->registered() || target->address() != to) {
    target = registry_.find(to);
  }
  const peer::Delivery delivery =
      target == nullptr
          ? peer::Delivery::gone
          : target->send(outgoing.frame, outgoing.payload.size(), turn.dispatch, outgoing.lasts);
  switch (delivery) {
    case peer::Delivery::queued:
      totals_.relayed();
      break;
    case peer::Delivery::full:
      handle_full(*target, true, turn);
      break;
    case peer::Delivery::gone:
      undeliverable(sender, outgoing.payload, outgoing.binary, to, turn);
      break;
  }
}

void Router::undeliverable(Participant& sender, std::string_view payload, bool binary,
                           std::string_view to, Turn& turn) {
  if (turn.chains.hooks.wants_undeliverable() &&
      turn.chains.hooks.undeliverable(describe(sender, payload, binary, to))) {
    return;
  }
  if (!sender.channel()->notify_undeliverable.load(std::memory_order_relaxed)) return;
  const std::string frame =
      peer::error_frame("PEER_OFFLINE", "The receiver is not connected to this relay", to);
  send_own(sender, frame, turn);
}

void Router::watch(Participant& sender, const wire::JsonText& text, bool on, Turn& turn) {
  const AddressText address(text);
  if (!address.fits()) {
    // Nobody can ever have this address, so there is nothing to remember.
    if (on) {
      send_own(sender, peer::status_frame(wire::unescape(text), false), turn);
    }
    return;
  }
  if (on && !in_reach(sender, address.value(), turn)) return;
  const auto parts = wire::split_address(address.value());
  peer::Channel* whole_channel = nullptr;
  if (parts && parts->id == "*") {
    whole_channel = channels_.find(parts->channel);
    if (whole_channel != nullptr && on && !whole_channel->presence_list) whole_channel = nullptr;
  }
  if (!on) {
    if (whole_channel != nullptr) registry_.unwatch_channel(sender, *whole_channel);
    registry_.unwatch(sender, address.value());
    return;
  }
  const auto result =
      whole_channel != nullptr
          ? registry_.watch_channel(sender, *whole_channel, turn.rules.max_watches, turn.dispatch)
          : registry_.watch(sender, address.value(), turn.rules.max_watches, turn.dispatch);
  if (result == peer::Registry::Watch::too_many) {
    send_error(sender, "TOO_MANY_WATCHES",
               "At most " + std::to_string(turn.rules.max_watches) + " addresses can be watched",
               turn);
  }
}

void Router::offer_to_hooks(Participant& sender, const Message& message, Turn& turn) {
  static_cast<void>(
      turn.chains.hooks.message(describe(sender, message.text(), message.binary, {})));
}

void Router::handle_full(peer::Peer& target, bool routed, Turn& turn) {
  if (turn.rules.drop_for_slow) {
    if (routed) totals_.dropped();
    return;
  }
  target.finish({.end = peer::EndReason::slow,
                 .close_code = wire::close_code::kTryAgainLater,
                 .close_reason = "Slow consumer",
                 .error_code = "SLOW_CONSUMER",
                 .error_message = "More was waiting for this peer than the relay keeps",
                 .discard_waiting = true},
                turn.dispatch);
}

}  // namespace plugboard::message
