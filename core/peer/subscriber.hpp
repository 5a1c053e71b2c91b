// What one address wants to know about others: its watches, and the statuses that wait for room in
// its outbox. Belongs to the address: when another connection takes the id, the subscriber moves
// on with it. Presence is never dropped; while it waits, only the latest status of each address is
// kept.
#pragma once

#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "peer/peer.hpp"
#include "peer/text_hash.hpp"

namespace plugboard::peer {

class Registry;

class Subscriber : public boost::intrusive_ref_counter<Subscriber> {
 public:
  /// Presence goes to the outbox while less than this waits there.
  static constexpr std::size_t kRoomBytes = 64 * 1024;

  explicit Subscriber(Peer& peer) : peer_(&peer) {}

  /// From now on `peer` receives; nobody, if null.
  void bind(Peer* peer);

  /// Sends one status, or keeps it for later. The caller holds the lock of the address's stripe,
  /// which puts the statuses of one address in order. `frame`: status_frame(address, online).
  /// It is one of many who are told, so it goes out when it can, not in this turn.
  void tell(std::string_view address, bool online, std::string_view frame, Dispatch& dispatch);

 private:
  friend class Registry;

  struct ChannelWatch {
    const Channel* channel;
    std::uint32_t next_stripe;  // those before it have been joined
  };

  /// Whether a watch of the channel is in the registry's list of this stripe.
  bool has_joined_locked(const Channel& channel, std::uint32_t stripe) const;
  void tell_locked(std::string_view address, bool online, std::string_view frame,
                   Dispatch& dispatch, Urgency urgency);
  void keep_locked(std::string_view address, bool online, Dispatch& dispatch);
  /// Sends kept statuses while there is room. True when none is left.
  bool send_kept_locked(Dispatch& dispatch);

  SmallLock lock_;
  Peer* peer_;
  boost::unordered_flat_set<std::string, TextHash, TextEqual> addresses_;
  std::vector<ChannelWatch> channels_;
  std::map<std::string, bool, std::less<>> kept_;
  std::size_t kept_bytes_ = 0;
};

}  // namespace plugboard::peer
