// A channel that peers join. Lives as long as the manifest names it and peers are on it; a reload
// changes its options in place. Any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

namespace plugboard::peer {

class Channel {
 public:
  Channel(std::string name, std::uint32_t number) : name_(std::move(name)), number_(number) {}
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  const std::string& name() const { return name_; }
  /// Unlike any other channel's for the life of the process.
  std::uint32_t number() const { return number_; }

  // Options from the manifest's [[channel]] table.
  std::atomic<bool> reject_duplicates{false};              // on_duplicate = "reject"
  std::atomic<bool> notify_undeliverable{false};           // undeliverable = "notify"
  std::atomic<bool> presence_list{false};                  // presence_list
  std::atomic<std::chrono::milliseconds> stale_evict{{}};  // stale_evict; 0: never

  // Registered peers now, and the most there were at once.
  std::uint64_t active() const { return active_.load(std::memory_order_relaxed); }
  std::uint64_t peak() const { return peak_.load(std::memory_order_relaxed); }

  void peer_came() {
    const std::uint64_t now = active_.fetch_add(1, std::memory_order_relaxed) + 1;
    std::uint64_t peak = peak_.load(std::memory_order_relaxed);
    while (peak < now && !peak_.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
    }
  }
  void peer_left() { active_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  std::string name_;
  std::uint32_t number_;
  std::atomic<std::uint64_t> active_{0};
  std::atomic<std::uint64_t> peak_{0};
};

}  // namespace plugboard::peer
