// The 64-bit values that one plugin instance keeps with peers (host->peer_data_set). Any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "extension/host_services.hpp"

namespace plugboard::extension {

class PeerData {
 public:
  explicit PeerData(HostServices& services) : services_(services) {}

  /// PLUGBOARD_OK, or GONE and then nothing has changed. A value that could be set will be taken by
  /// `take` in any case, however the two calls cross. 0 forgets the value.
  plugboard_status set(PeerHandle peer, std::uint64_t value);

  /// PLUGBOARD_OK with `value` (0 if none was set), or GONE.
  [[nodiscard]] plugboard_status get(PeerHandle peer, std::uint64_t& value) const;

  /// Whether any peer has a value. A load.
  [[nodiscard]] bool any() const { return count_.load() != 0; }
  [[nodiscard]] bool has(PeerHandle peer) const;

  /// The peer's handle is dead: its value, which is forgotten, if it is other than 0.
  [[nodiscard]] std::optional<std::uint64_t> take(PeerHandle peer);

  /// Forgets everything and takes nothing more: the instance gets no more events.
  void retire();

 private:
  static constexpr std::size_t kStripes = 16;

  struct Stripe {
    mutable std::mutex mutex;
    std::unordered_map<PeerHandle, std::uint64_t> values;
  };

  Stripe& stripe(PeerHandle peer) const { return stripes_[peer % kStripes]; }

  HostServices& services_;
  std::atomic<std::uint64_t> count_ = 0;  // of all values
  std::atomic<bool> retired_ = false;
  mutable std::array<Stripe, kStripes> stripes_;
};

}  // namespace plugboard::extension
