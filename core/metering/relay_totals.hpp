// What the whole relay has done since its start: the head of `/stats`. Any thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace plugboard::metering {

/// Counters that many threads raise and few read. Each I/O thread has a shard on a cache line of
/// its own; other threads share the last one.
class RelayTotals {
 public:
  /// One thread's counters.
  class alignas(64) Shard {
   public:
    /// A peer has been let in (step 9 of admission).
    void connected() { connections_.fetch_add(1, std::memory_order_relaxed); }
    /// Messages handed to open peers.
    void relayed(std::uint64_t messages = 1) {
      relayed_.fetch_add(messages, std::memory_order_relaxed);
    }
    /// Routed messages dropped because their receiver was slow (`server.slow_consumer`).
    void dropped(std::uint64_t messages = 1) {
      dropped_.fetch_add(messages, std::memory_order_relaxed);
    }

   private:
    friend class RelayTotals;
    std::atomic<std::uint64_t> connections_ = 0;
    std::atomic<std::uint64_t> relayed_ = 0;
    std::atomic<std::uint64_t> dropped_ = 0;
  };

  struct Sums {
    std::uint64_t total_connections = 0;
    std::uint64_t messages_relayed = 0;
    std::uint64_t messages_dropped = 0;
  };

  /// `io_threads`: how many have a shard. `start`, `start_wall`: now, by two clocks.
  explicit RelayTotals(
      std::size_t io_threads,
      std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now(),
      std::chrono::system_clock::time_point start_wall = std::chrono::system_clock::now())
      : shard_count_(io_threads + 1),
        shards_(std::make_unique<Shard[]>(shard_count_)),
        start_(start),
        start_wall_(start_wall) {}

  /// The shard of I/O thread `thread`, counted from 0; beyond the last, the one for all others.
  [[nodiscard]] Shard& shard(std::size_t thread) {
    return shards_[std::min(thread, shard_count_ - 1)];
  }

  [[nodiscard]] Sums sums() const {
    Sums sums;
    for (const Shard& shard : std::span(shards_.get(), shard_count_)) {
      sums.total_connections += shard.connections_.load(std::memory_order_relaxed);
      sums.messages_relayed += shard.relayed_.load(std::memory_order_relaxed);
      sums.messages_dropped += shard.dropped_.load(std::memory_order_relaxed);
    }
    return sums;
  }

  [[nodiscard]] std::chrono::system_clock::time_point start_wall() const { return start_wall_; }

  /// By the steady clock: setting the clock does not change it.
  [[nodiscard]] std::chrono::milliseconds uptime(std::chrono::steady_clock::time_point now) const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(now - start_);
  }

 private:
  std::size_t shard_count_;
  std::unique_ptr<Shard[]> shards_;
  std::chrono::steady_clock::time_point start_;
  std::chrono::system_clock::time_point start_wall_;
};

}  // namespace plugboard::metering
