// Numbers for peers that plugins may keep: an index and a generation, so that a number whose peer
// has gone finds nobody, ever. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "peer/peer.hpp"

namespace plugboard::peer {

class HandleTable {
 public:
  /// Gives the peer a number (Peer::handle). It must be removed before its last reference goes.
  void add(Peer& peer) {
    const std::lock_guard guard(lock_);
    if (first_free_ == kNone) first_free_ = new_slot();
    const std::uint32_t index = first_free_;
    Slot& slot = at(index);
    first_free_ = slot.next_free;
    slot.peer = &peer;
    peer.set_handle(static_cast<Handle>(slot.generation) << 32U | index);
  }

  void remove(Peer& peer) {
    const std::lock_guard guard(lock_);
    const auto index = static_cast<std::uint32_t>(peer.handle());
    Slot& slot = at(index);
    slot.peer = nullptr;
    if (++slot.generation == 0) slot.generation = 1;
    slot.next_free = first_free_;
    first_free_ = index;
  }

  PeerRef find(Handle handle) const {
    const std::lock_guard guard(lock_);
    const auto index = static_cast<std::uint32_t>(handle);
    if (index >= size_) return nullptr;
    const Slot& slot = at(index);
    return slot.generation == handle >> 32U ? slot.peer : nullptr;
  }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static constexpr std::uint32_t kShelfSlots = 1024;

  struct Slot {
    Peer* peer = nullptr;
    std::uint32_t generation = 1;
    std::uint32_t next_free = kNone;
  };
  // Grows shelf by shelf: nothing is copied under the lock, and no half of the table is empty.
  using Shelf = std::array<Slot, kShelfSlots>;

  std::uint32_t new_slot() {
    if (size_ % kShelfSlots == 0) shelves_.push_back(std::make_unique<Shelf>());
    return size_++;
  }
  Slot& at(std::uint32_t index) { return (*shelves_[index / kShelfSlots])[index % kShelfSlots]; }
  const Slot& at(std::uint32_t index) const {
    return (*shelves_[index / kShelfSlots])[index % kShelfSlots];
  }

  mutable SmallLock lock_;
  std::vector<std::unique_ptr<Shelf>> shelves_;
  std::uint32_t size_ = 0;
  std::uint32_t first_free_ = kNone;
};

}  // namespace plugboard::peer
