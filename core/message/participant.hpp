// A peer with what its messages are judged by: its limits, its key's grant, the meter they count
// on. Everything here is for the connection's own thread unless said otherwise.
#pragma once

#include <memory>
#include <string>

#include "extension/key_chain.hpp"
#include "extension/limiter_chain.hpp"
#include "metering/traffic.hpp"
#include "peer/peer.hpp"

namespace plugboard::message {

/// An access key, and what it gave its connection. Kept for as long as the connection, since a
/// reload may ask about the key again.
struct KeyHolding {
  std::string key;   // never log it
  std::string name;  // how hooks and logs call it
  extension::KeyAdmission admission;
  metering::TrafficTable::Connection meter;
};

class Participant : public peer::Peer {
 public:
  extension::LimiterTicket& limits() { return limits_; }
  /// Who got this peer's last message. Most send to the same one again and again; while that one is
  /// registered it is the one to be found under its address, which need not be looked up. May have
  /// gone meanwhile: then only its memory stays, until the next message or the end of this peer.
  peer::PeerRef& last_receiver() { return own_activity().last_receiver; }
  /// What the key allows; null: everything.
  const extension::Grant* grant() const { return key_ ? key_->admission.grant() : nullptr; }

 protected:
  extension::LimiterTicket limits_;
  std::unique_ptr<KeyHolding> key_;  // changed under lock_, since other threads read it; null: none
};

}  // namespace plugboard::message
