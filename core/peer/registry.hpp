// Who is reachable by which address, and who watches whom. Striped by address, so that threads
// meet only when they touch the same stripe; all that concerns one address happens in its stripe,
// in one order. Any thread.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "peer/peer.hpp"
#include "peer/subscriber.hpp"
#include "peer/text_hash.hpp"

namespace plugboard::peer {

class Registry {
 public:
  Registry() = default;
  /// Lets go of whoever is registered still, without a word.
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  struct Added {
    bool in_use = false;  // somebody holds the address and may not be replaced: nothing was done
    PeerRef replaced;     // who held it until now; has already lost the address and its watches
  };

  /// Which holders of an address are stale, in hundredths of a second.
  struct Staleness {
    std::uint32_t now_cs = 0;    // the relay's monotonic clock
    std::uint32_t after_cs = 0;  // silence of more than this; 0: none is stale
  };

  /// Makes a named peer reachable by its address and tells watchers. Replaces a holder unless
  /// `reject_duplicates`, and even then one that is stale. A replacement is no change for watchers.
  /// The peer watches nothing yet: the watches of whom it replaces become its own.
  Added add(Peer& peer, bool reject_duplicates, Staleness staleness, Dispatch& dispatch);

  /// Takes the peer's address away if it still holds it and tells watchers. False if it did not.
  bool remove(Peer& peer, Dispatch& dispatch);

  /// The holder of an address, or null.
  PeerRef find(std::string_view address) const;

  enum class Watch : std::uint8_t { done, too_many };

  /// Subscribes to an address and sends its present status, also when it is watched already.
  Watch watch(Peer& watcher, std::string_view address, std::size_t max_watches, Dispatch& dispatch);
  void unwatch(Peer& watcher, std::string_view address);

  /// Subscribes to all addresses of a channel: one status for each that is online, then changes.
  Watch watch_channel(Peer& watcher, const Channel& channel, std::size_t max_watches,
                      Dispatch& dispatch);
  void unwatch_channel(Peer& watcher, const Channel& channel);

  /// Goes on with presence that waited for room. On the watcher's own thread only.
  void continue_presence(Peer& watcher, Dispatch& dispatch);

  /// Ends all watches of a peer that is leaving. Costs what it watches.
  void drop_watches(Peer& watcher);

  /// Calls `each` for every peer until it returns false, holding no lock.
  void for_each(const std::function<bool(Peer&)>& each) const;

  std::size_t size() const;
  /// Watched addresses and channels over all stripes; for tests of leaks.
  std::size_t watched() const;

 private:
  static constexpr std::uint32_t kStripes = 64;

  // An address with its hash, so that it is hashed once for stripe and table.
  struct Key {
    std::string_view text;
    std::size_t hash;
  };
  struct PeerHash {
    using is_transparent = void;
    using is_avalanching = void;
    std::size_t operator()(const Key& key) const { return key.hash; }
    std::size_t operator()(const Peer* peer) const { return hash_text(peer->address()); }
  };
  struct PeerEqual {
    using is_transparent = void;
    bool operator()(const Peer* a, const Peer* b) const { return a->address() == b->address(); }
    bool operator()(const Key& key, const Peer* peer) const { return key.text == peer->address(); }
    bool operator()(const Peer* peer, const Key& key) const { return key.text == peer->address(); }
  };
  using Subscribers = boost::unordered_flat_set<Subscriber*>;

  struct alignas(64) Stripe {
    mutable SmallLock lock;
    boost::unordered_flat_set<Peer*, PeerHash, PeerEqual> peers;  // each holds a reference
    boost::unordered_flat_map<std::string, Subscribers, TextHash, TextEqual> watchers;
    boost::unordered_flat_map<std::uint32_t, Subscribers> channel_watchers;  // by channel number
  };

  static std::uint32_t stripe_number(std::size_t hash) {
    return static_cast<std::uint32_t>(hash >> 58U);
  }
  Stripe& stripe_of(const Key& key) { return stripes_[stripe_number(key.hash)]; }
  const Stripe& stripe_of(const Key& key) const { return stripes_[stripe_number(key.hash)]; }
  static Key key_of(std::string_view address) { return {address, hash_text(address)}; }

  static void tell_watchers_locked(Stripe& stripe, const Peer& peer, bool online,
                                   Dispatch& dispatch);
  static void leave_address_locked(Stripe& stripe, std::string_view address,
                                   Subscriber& subscriber);
  static void leave_channel_locked(Stripe& stripe, const Channel& channel, Subscriber& subscriber);
  void join_next_stripes(Subscriber& subscriber, Peer& watcher, Dispatch& dispatch);

  std::array<Stripe, kStripes> stripes_;
};

}  // namespace plugboard::peer
