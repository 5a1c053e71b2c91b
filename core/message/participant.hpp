// A peer with what its messages are judged by: its limits, its key's grant, the meter they count
// on. Everything here is for the connection's own thread unless said otherwise.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "extension/key_chain.hpp"
#include "extension/limiter_chain.hpp"
#include "metering/traffic.hpp"
#include "peer/peer.hpp"

namespace plugboard::message {

/// An access key, and what it gave its connection. Kept for as long as the connection, since a
/// reload may ask about the key again.
class KeyHolding {
 public:
  /// `name`: how hooks and logs call the key.
  KeyHolding(std::string_view key, std::string_view name) : name_size_(name.size()) {
    text_.reserve(name.size() + key.size());
    text_.append(name).append(key);
  }

  /// Never log it.
  std::string_view key() const { return std::string_view(text_).substr(name_size_); }
  std::string_view name() const { return std::string_view(text_).substr(0, name_size_); }

  extension::KeyAdmission admission;
  metering::TrafficTable::Connection meter;

 private:
  std::string text_;  // the name, then the key: one piece of memory for both
  std::size_t name_size_;
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
