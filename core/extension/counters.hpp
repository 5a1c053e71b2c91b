// What one plugin instance has done, counted. Any thread; counting costs one relaxed addition.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace plugboard::extension {

/// A counter that many threads add to without sharing a cache line.
class SpreadCounter {
 public:
  void add(std::uint64_t amount) {
    cells_[thread_number() % kCells].value.fetch_add(amount, std::memory_order_relaxed);
  }

  [[nodiscard]] std::uint64_t sum() const {
    std::uint64_t total = 0;
    for (const Cell& cell : cells_) total += cell.value.load(std::memory_order_relaxed);
    return total;
  }

 private:
  static constexpr std::size_t kCells = 8;

  struct alignas(64) Cell {
    std::atomic<std::uint64_t> value = 0;
  };

  static std::size_t thread_number() {
    static std::atomic<std::size_t> last = 0;
    thread_local const std::size_t number = last.fetch_add(1, std::memory_order_relaxed);
    return number;
  }

  std::array<Cell, kCells> cells_;
};

struct InstanceCounters {
  SpreadCounter calls;
  SpreadCounter time_ns;                  // spent in calls; of calls per message an estimate
  std::atomic<std::uint64_t> errors = 0;  // ERROR, exceptions, answers that cannot be used
  std::atomic<std::uint64_t> timeouts = 0;
  std::atomic<std::uint64_t> refused = 0;  // questions not asked: too many in flight or queued
  std::atomic<std::uint64_t> misuses = 0;  // calls of the host that a plugin must not make
  std::atomic<std::uint64_t> slow = 0;     // calls on I/O threads over the budget
  std::atomic<std::uint64_t> dropped_events = 0;
  std::atomic<std::uint64_t> revocations = 0;  // connections ended by credential_revoke
};

}  // namespace plugboard::extension
