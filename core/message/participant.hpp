// A peer with what its messages are judged by: its limits, its key's grant, the meter they count
// on. Everything here is for the connection's own thread unless said otherwise.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <new>
#include <string_view>

#include "extension/key_chain.hpp"
#include "extension/limiter_chain.hpp"
#include "metering/traffic.hpp"
#include "peer/peer.hpp"

namespace plugboard::message {

/// An access key, and what it gave its connection. Kept for as long as the connection, since a
/// reload may ask about the key again. One piece of memory with the key's text behind it, for there
/// may be very many.
class KeyHolding {
 public:
  /// `name`: how hooks and logs call the key.
  static std::unique_ptr<KeyHolding> make(std::string_view key, std::string_view name) {
    void* const memory = ::operator new(sizeof(KeyHolding) + key.size() + name.size());
    return std::unique_ptr<KeyHolding>(new (memory) KeyHolding(key, name));
  }
  static void operator delete(void* memory) { ::operator delete(memory); }

  /// Never log it.
  std::string_view key() const { return {text() + name_size_, key_size_}; }
  std::string_view name() const { return {text(), name_size_}; }

  extension::KeyAdmission admission;
  metering::TrafficTable::Connection meter;

 private:
  KeyHolding(std::string_view key, std::string_view name)
      : name_size_(static_cast<std::uint32_t>(name.size())),
        key_size_(static_cast<std::uint32_t>(key.size())) {
    auto* const text = reinterpret_cast<char*>(this + 1);
    std::copy(key.begin(), key.end(), std::copy(name.begin(), name.end(), text));
  }
  const char* text() const { return reinterpret_cast<const char*>(this + 1); }

  std::uint32_t name_size_;
  std::uint32_t key_size_;
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
