// A peer with what its messages are judged by: its limits, its key's grant, the meter they count
// on. Everything here is for the connection's own thread.
#pragma once

#include <memory>

#include "extension/key_chain.hpp"
#include "extension/limiter_chain.hpp"
#include "peer/peer.hpp"

namespace plugboard::message {

class Participant : public peer::Peer {
 public:
  extension::LimiterTicket& limits() { return limits_; }
  const extension::KeyAdmission& key() const { return key_; }
  const extension::Grant* grant() const { return key_.grant(); }

 protected:
  extension::LimiterTicket limits_;
  extension::KeyAdmission key_;
};

}  // namespace plugboard::message
