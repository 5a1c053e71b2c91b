// Numbers for peers that plugins may keep: an index and a generation, so that a number whose peer
// has gone finds nobody, ever. Any thread.
#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include "peer/peer.hpp"

namespace plugboard::peer {

class HandleTable {
 public:
  /// Gives the peer a number (Peer::handle). It must be removed before its last reference goes.
  void add(Peer& peer) {
    const std::lock_guard guard(lock_);
    if (first_free_ == kNone) {
      first_free_ = static_cast<std::uint32_t>(slots_.size());
      slots_.push_back({nullptr, 1, kNone});
    }
    const std::uint32_t index = first_free_;
    Slot& slot = slots_[index];
    first_free_ = slot.next_free;
    slot.peer = &peer;
    peer.set_handle(static_cast<Handle>(slot.generation) << 32U | index);
  }

  void remove(Peer& peer) {
    const std::lock_guard guard(lock_);
    const auto index = static_cast<std::uint32_t>(peer.handle());
    Slot& slot = slots_[index];
    slot.peer = nullptr;
    if (++slot.generation == 0) slot.generation = 1;
    slot.next_free = first_free_;
    first_free_ = index;
  }

  PeerRef find(Handle handle) const {
    const std::lock_guard guard(lock_);
    const auto index = static_cast<std::uint32_t>(handle);
    if (index >= slots_.size() || slots_[index].generation != handle >> 32U) return nullptr;
    return slots_[index].peer;
  }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  struct Slot {
    Peer* peer;
    std::uint32_t generation;
    std::uint32_t next_free;
  };

  mutable SmallLock lock_;
  std::vector<Slot> slots_;
  std::uint32_t first_free_ = kNone;
};

}  // namespace plugboard::peer
