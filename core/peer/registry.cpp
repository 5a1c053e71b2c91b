#include "peer/registry.hpp"

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include "peer/server_frames.hpp"

namespace plugboard::peer {

std::size_t text_hash_seed() {
  std::random_device source;
  return static_cast<std::size_t>(source()) << 32U | source();
}

Registry::~Registry() {
  for (const Stripe& stripe : stripes_) {
    for (const Peer* peer : stripe.peers) intrusive_ptr_release(peer);
  }
}

Registry::Added Registry::add(Peer& peer, bool reject_duplicates, Staleness staleness,
                              Dispatch& dispatch) {
  const Key key = key_of(peer.address());
  Stripe& stripe = stripe_of(key);
  const std::lock_guard guard(stripe.lock);
  const auto holder = stripe.peers.find(key);
  if (holder == stripe.peers.end()) {
    stripe.peers.insert(&peer);
    intrusive_ptr_add_ref(&peer);
    peer.set_registered(true);
    peer.channel()->peer_came();
    tell_watchers_locked(stripe, peer, true, dispatch);
    return {};
  }
  Peer* old = *holder;
  // A holder whose end has begun is as good as gone.
  const bool stale =
      staleness.after_cs != 0 && old->silent_for_cs(staleness.now_cs) > staleness.after_cs;
  if (reject_duplicates && old->registered() && !stale) {
    return {.in_use = true, .replaced = nullptr};
  }
  PeerRef replaced(old, false);
  stripe.peers.erase(holder);
  old->set_registered(false);
  stripe.peers.insert(&peer);
  intrusive_ptr_add_ref(&peer);
  peer.set_registered(true);
  if (auto subscriber = old->take_subscriber()) {
    subscriber->bind(&peer);
    peer.give_subscriber(std::move(subscriber));
    peer.wait_for_room(dispatch);  // the old connection may have left statuses behind
  }
  return {.in_use = false, .replaced = std::move(replaced)};
}

bool Registry::remove(Peer& peer, Dispatch& dispatch) {
  const Key key = key_of(peer.address());
  Stripe& stripe = stripe_of(key);
  PeerRef held;
  const std::lock_guard guard(stripe.lock);
  const auto holder = stripe.peers.find(key);
  if (holder == stripe.peers.end() || *holder != &peer) return false;
  held.reset(&peer, false);
  stripe.peers.erase(holder);
  peer.set_registered(false);
  peer.channel()->peer_left();
  tell_watchers_locked(stripe, peer, false, dispatch);
  return true;
}

PeerRef Registry::find(std::string_view address) const {
  const Key key = key_of(address);
  const Stripe& stripe = stripe_of(key);
  const std::lock_guard guard(stripe.lock);
  const auto holder = stripe.peers.find(key);
  return holder == stripe.peers.end() ? nullptr : PeerRef(*holder);
}

Registry::Watch Registry::watch(Peer& watcher, std::string_view address, std::size_t max_watches,
                                Dispatch& dispatch) {
  const auto subscriber = watcher.subscriber_or_new();
  const Key key = key_of(address);
  Stripe& stripe = stripe_of(key);
  const std::lock_guard stripe_guard(stripe.lock);
  const std::lock_guard guard(subscriber->lock_);
  // Another connection has the address and its watches now.
  if (subscriber->peer_ != &watcher) return Watch::done;
  if (!subscriber->addresses_.contains(address)) {
    if (subscriber->addresses_.size() + subscriber->channels_.size() >= max_watches) {
      return Watch::too_many;
    }
    subscriber->addresses_.emplace(address);
    stripe.watchers[std::string(address)].insert(subscriber.get());
  }
  const bool online = stripe.peers.contains(key);
  subscriber->tell_locked(address, online, status_frame(address, online), dispatch,
                          Urgency::this_turn);
  return Watch::done;
}

void Registry::unwatch(Peer& watcher, std::string_view address) {
  const auto subscriber = watcher.subscriber();
  if (subscriber == nullptr) return;
  Stripe& stripe = stripe_of(key_of(address));
  const std::lock_guard stripe_guard(stripe.lock);
  const std::lock_guard guard(subscriber->lock_);
  if (subscriber->peer_ != &watcher) return;
  const auto watched = subscriber->addresses_.find(address);
  if (watched == subscriber->addresses_.end()) return;
  subscriber->addresses_.erase(watched);
  leave_address_locked(stripe, address, *subscriber);
}

Registry::Watch Registry::watch_channel(Peer& watcher, const Channel& channel,
                                        std::size_t max_watches, Dispatch& dispatch) {
  // Watching again asks for all statuses again.
  unwatch_channel(watcher, channel);
  const auto subscriber = watcher.subscriber_or_new();
  {
    const std::lock_guard guard(subscriber->lock_);
    if (subscriber->peer_ != &watcher) return Watch::done;
    if (subscriber->addresses_.size() + subscriber->channels_.size() >= max_watches) {
      return Watch::too_many;
    }
    subscriber->channels_.push_back({&channel, 0});
  }
  continue_presence(watcher, dispatch);
  return Watch::done;
}

void Registry::unwatch_channel(Peer& watcher, const Channel& channel) {
  const auto subscriber = watcher.subscriber();
  if (subscriber == nullptr) return;
  std::uint32_t joined = 0;
  {
    const std::lock_guard guard(subscriber->lock_);
    if (subscriber->peer_ != &watcher) return;
    auto& channels = subscriber->channels_;
    const auto watch = std::find_if(channels.begin(), channels.end(), [&](const auto& candidate) {
      return candidate.channel == &channel;
    });
    if (watch == channels.end()) return;
    joined = watch->next_stripe;
    channels.erase(watch);
  }
  for (std::uint32_t number = 0; number < joined; ++number) {
    Stripe& stripe = stripes_[number];
    const std::lock_guard stripe_guard(stripe.lock);
    const std::lock_guard guard(subscriber->lock_);
    // Another connection may have got the subscriber meanwhile and joined this stripe anew.
    if (subscriber->has_joined_locked(channel, number)) continue;
    leave_channel_locked(stripe, channel, *subscriber);
  }
}

void Registry::leave_address_locked(Stripe& stripe, std::string_view address,
                                    Subscriber& subscriber) {
  const auto list = stripe.watchers.find(address);
  if (list == stripe.watchers.end()) return;  // there was no memory to join it
  list->second.erase(&subscriber);
  if (list->second.empty()) stripe.watchers.erase(list);
}

void Registry::leave_channel_locked(Stripe& stripe, const Channel& channel,
                                    Subscriber& subscriber) {
  const auto list = stripe.channel_watchers.find(channel.number());
  if (list == stripe.channel_watchers.end()) return;
  list->second.erase(&subscriber);
  if (list->second.empty()) stripe.channel_watchers.erase(list);
}

void Registry::continue_presence(Peer& watcher, Dispatch& dispatch) {
  const auto subscriber = watcher.subscriber();
  if (subscriber == nullptr) return;
  {
    const std::lock_guard guard(subscriber->lock_);
    if (subscriber->peer_ != &watcher) return;
    if (!subscriber->send_kept_locked(dispatch)) {
      watcher.wait_for_room(dispatch);
      return;
    }
  }
  join_next_stripes(*subscriber, watcher, dispatch);
}

// A channel's watcher joins it stripe by stripe: changes in stripes it has not joined yet need not
// be told, since the statuses sent on joining will hold them. So a watcher of a large channel
// costs a counter and not a copy of the channel.
void Registry::join_next_stripes(Subscriber& subscriber, Peer& watcher, Dispatch& dispatch) {
  for (std::size_t index = 0;;) {
    const Channel* channel = nullptr;
    std::uint32_t number = 0;
    {
      const std::lock_guard guard(subscriber.lock_);
      if (subscriber.peer_ != &watcher || index >= subscriber.channels_.size()) return;
      number = subscriber.channels_[index].next_stripe;
      if (number == kStripes) {
        ++index;
        continue;
      }
      if (!subscriber.kept_.empty() || watcher.waiting_bytes() >= Subscriber::kRoomBytes) {
        watcher.wait_for_room(dispatch);
        return;
      }
      channel = subscriber.channels_[index].channel;
    }
    Stripe& stripe = stripes_[number];
    const std::lock_guard stripe_guard(stripe.lock);
    const std::lock_guard guard(subscriber.lock_);
    // Only the watcher's own thread adds, removes and advances watches, unless the subscriber has
    // moved to another connection meanwhile.
    if (subscriber.peer_ != &watcher) return;
    subscriber.channels_[index].next_stripe = number + 1;
    stripe.channel_watchers[channel->number()].insert(&subscriber);
    for (const Peer* peer : stripe.peers) {
      if (peer->channel() != channel) continue;
      subscriber.tell_locked(peer->address(), true, status_frame(peer->address(), true), dispatch,
                             Urgency::this_turn);
    }
  }
}

void Registry::drop_watches(Peer& watcher) {
  const auto subscriber = watcher.take_subscriber();
  if (subscriber == nullptr) return;
  boost::unordered_flat_set<std::string, TextHash, TextEqual> addresses;
  std::vector<Subscriber::ChannelWatch> channels;
  {
    const std::lock_guard guard(subscriber->lock_);
    subscriber->peer_ = nullptr;
    addresses.swap(subscriber->addresses_);
    channels.swap(subscriber->channels_);
    subscriber->kept_.clear();
  }
  for (const std::string& address : addresses) {
    Stripe& stripe = stripe_of(key_of(address));
    const std::lock_guard stripe_guard(stripe.lock);
    leave_address_locked(stripe, address, *subscriber);
  }
  for (const auto& watch : channels) {
    for (std::uint32_t number = 0; number < watch.next_stripe; ++number) {
      Stripe& stripe = stripes_[number];
      const std::lock_guard stripe_guard(stripe.lock);
      leave_channel_locked(stripe, *watch.channel, *subscriber);
    }
  }
}

void Registry::tell_watchers_locked(Stripe& stripe, const Peer& peer, bool online,
                                    Dispatch& dispatch) {
  const auto list = stripe.watchers.find(peer.address());
  const auto channel_list = stripe.channel_watchers.find(peer.channel()->number());
  if (list == stripe.watchers.end() && channel_list == stripe.channel_watchers.end()) return;
  const std::string frame = status_frame(peer.address(), online);
  if (list != stripe.watchers.end()) {
    for (Subscriber* watcher : list->second) watcher->tell(peer.address(), online, frame, dispatch);
  }
  if (channel_list != stripe.channel_watchers.end()) {
    for (Subscriber* watcher : channel_list->second) {
      // Who watches both the channel and the address hears it once.
      if (list != stripe.watchers.end() && list->second.contains(watcher)) continue;
      watcher->tell(peer.address(), online, frame, dispatch);
    }
  }
}

void Registry::for_each(const std::function<bool(Peer&)>& each) const {
  std::vector<PeerRef> peers;
  for (const Stripe& stripe : stripes_) {
    peers.clear();
    {
      const std::lock_guard guard(stripe.lock);
      peers.reserve(stripe.peers.size());
      for (Peer* peer : stripe.peers) peers.emplace_back(peer);
    }
    for (const PeerRef& peer : peers) {
      if (!each(*peer)) return;
    }
  }
}

std::size_t Registry::size() const {
  std::size_t count = 0;
  for (const Stripe& stripe : stripes_) {
    const std::lock_guard guard(stripe.lock);
    count += stripe.peers.size();
  }
  return count;
}

std::size_t Registry::watched() const {
  std::size_t count = 0;
  for (const Stripe& stripe : stripes_) {
    const std::lock_guard guard(stripe.lock);
    count += stripe.watchers.size() + stripe.channel_watchers.size();
  }
  return count;
}

}  // namespace plugboard::peer
