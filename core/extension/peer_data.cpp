#include "extension/peer_data.hpp"

namespace plugboard::extension {

plugboard_status PeerData::set(PeerHandle peer, std::uint64_t value) {
  if (!services_.peer_exists(peer)) return PLUGBOARD_GONE;
  Stripe& place = stripe(peer);
  std::uint64_t before = 0;
  {
    const std::lock_guard lock(place.mutex);
    if (retired_.load(std::memory_order_relaxed)) return PLUGBOARD_GONE;
    const auto found = place.values.find(peer);
    if (found != place.values.end()) before = found->second;
    if (value == 0) {
      if (found != place.values.end()) {
        place.values.erase(found);
        count_.fetch_sub(1);
      }
      return PLUGBOARD_OK;
    }
    if (found == place.values.end()) count_.fetch_add(1);
    place.values[peer] = value;
  }
  // If the peer went just now, its `take` may have come before the value was there. Seeing the peer
  // alive here means that it is still to come.
  if (services_.peer_exists(peer)) return PLUGBOARD_OK;
  const std::lock_guard lock(place.mutex);
  const auto found = place.values.find(peer);
  if (found == place.values.end()) return PLUGBOARD_OK;  // taken with the new value
  if (before != 0) {
    found->second = before;
  } else {
    place.values.erase(found);
    count_.fetch_sub(1);
  }
  return PLUGBOARD_GONE;
}

plugboard_status PeerData::get(PeerHandle peer, std::uint64_t& value) const {
  {
    const Stripe& place = stripe(peer);
    const std::lock_guard lock(place.mutex);
    const auto found = place.values.find(peer);
    if (found != place.values.end()) {
      value = found->second;
      return PLUGBOARD_OK;
    }
  }
  value = 0;
  return services_.peer_exists(peer) ? PLUGBOARD_OK : PLUGBOARD_GONE;
}

bool PeerData::has(PeerHandle peer) const {
  const Stripe& place = stripe(peer);
  const std::lock_guard lock(place.mutex);
  return place.values.count(peer) != 0;
}

std::optional<std::uint64_t> PeerData::take(PeerHandle peer) {
  if (!any()) return std::nullopt;
  Stripe& place = stripe(peer);
  const std::lock_guard lock(place.mutex);
  const auto found = place.values.find(peer);
  if (found == place.values.end()) return std::nullopt;
  const std::uint64_t value = found->second;
  place.values.erase(found);
  count_.fetch_sub(1);
  return value;
}

void PeerData::retire() {
  retired_.store(true, std::memory_order_relaxed);
  for (Stripe& place : stripes_) {
    const std::lock_guard lock(place.mutex);
    count_.fetch_sub(place.values.size());
    place.values.clear();
  }
}

}  // namespace plugboard::extension
