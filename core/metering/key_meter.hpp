// One access key's traffic, in windows. Shared by the key's connections; any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <vector>

namespace plugboard::metering {

/// Payload bytes of data messages in one window of time.
struct TrafficWindow {
  std::chrono::system_clock::time_point start;
  std::uint64_t bytes_in = 0;   ///< from peers, refused messages counted in
  std::uint64_t bytes_out = 0;  ///< to peers, without the relay's own messages

  friend bool operator==(const TrafficWindow&, const TrafficWindow&) = default;
};

/// When windows begin: one grid for all keys, laid from the start of the relay, or from the reload
/// that changed the length. It runs on the steady clock, so that setting the clock moves no window.
struct WindowGrid {
  std::chrono::steady_clock::time_point origin;
  std::chrono::system_clock::time_point origin_wall;         ///< what `origin` is called
  std::chrono::milliseconds length = std::chrono::hours(1);  ///< `stats.window`
  std::uint32_t history = 24;  ///< `stats.history`: windows kept, without the current one

  /// Which window `now` falls into; the first for times before it.
  [[nodiscard]] std::uint64_t index(std::chrono::steady_clock::time_point now) const;
  [[nodiscard]] std::chrono::system_clock::time_point wall_start(std::uint64_t index) const;
};

class KeyMeter {
 public:
  KeyMeter(const WindowGrid& grid, std::chrono::steady_clock::time_point now);

  /// Counts payload bytes. For the I/O threads, once a read turn or flush rather than once a
  /// message. `now` may lag by as much as a turn lasts.
  void add_in(std::uint64_t bytes, std::chrono::steady_clock::time_point now) {
    roll_if_due(now);
    bytes_in_.fetch_add(bytes, std::memory_order_relaxed);
  }
  void add_out(std::uint64_t bytes, std::chrono::steady_clock::time_point now) {
    roll_if_due(now);
    bytes_out_.fetch_add(bytes, std::memory_order_relaxed);
  }

  /// The present window, and those before it back to the first the key had, at most `history`:
  /// oldest first, empty ones included.
  struct Reading {
    TrafficWindow current;
    std::vector<TrafficWindow> history;
  };
  [[nodiscard]] Reading read(std::chrono::steady_clock::time_point now);

  /// Whether nothing was counted in the present window and the history.
  [[nodiscard]] bool silent(std::chrono::steady_clock::time_point now);

  /// Lays another grid and begins anew: windows of another length cannot be compared. A change of
  /// `history` alone keeps what there is of it.
  void lay(const WindowGrid& grid, std::chrono::steady_clock::time_point now);

 private:
  /// A window that is over and was not empty.
  struct Past {
    std::uint64_t index;
    std::uint64_t bytes_in;
    std::uint64_t bytes_out;
  };

  void roll_if_due(std::chrono::steady_clock::time_point now) {
    if (now.time_since_epoch().count() >= end_.load(std::memory_order_relaxed)) roll(now);
  }
  void roll(std::chrono::steady_clock::time_point now);
  void roll_locked(std::chrono::steady_clock::time_point now);
  void forget_old_locked();
  void begin_locked(std::uint64_t index);

  std::atomic<std::uint64_t> bytes_in_ = 0;
  std::atomic<std::uint64_t> bytes_out_ = 0;
  /// When the present window ends, in ticks of the steady clock.
  std::atomic<std::chrono::steady_clock::rep> end_ = 0;

  std::mutex mutex_;  ///< guards what follows
  WindowGrid grid_;
  std::uint64_t first_ = 0;  ///< the window in which the key came
  std::uint64_t index_ = 0;  ///< the present one
  std::vector<Past> past_;   ///< oldest first
};

}  // namespace plugboard::metering
