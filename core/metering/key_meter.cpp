#include "metering/key_meter.hpp"

#include <algorithm>

namespace plugboard::metering {

using std::chrono::steady_clock;

std::uint64_t WindowGrid::index(steady_clock::time_point now) const {
  if (now <= origin) return 0;
  return static_cast<std::uint64_t>((now - origin) / length);
}

std::chrono::system_clock::time_point WindowGrid::wall_start(std::uint64_t index) const {
  return origin_wall + length * static_cast<std::chrono::milliseconds::rep>(index);
}

KeyMeter::KeyMeter(const WindowGrid& grid, steady_clock::time_point now)
    : grid_(grid), first_(grid.index(now)) {
  begin_locked(first_);
}

void KeyMeter::lay(const WindowGrid& grid, steady_clock::time_point now) {
  const std::lock_guard lock(mutex_);
  const bool same_windows = grid.origin == grid_.origin && grid.length == grid_.length;
  grid_ = grid;
  if (same_windows) {
    roll_locked(now);
    forget_old_locked();
    return;
  }
  bytes_in_.store(0, std::memory_order_relaxed);
  bytes_out_.store(0, std::memory_order_relaxed);
  past_.clear();
  first_ = grid_.index(now);
  begin_locked(first_);
}

KeyMeter::Reading KeyMeter::read(steady_clock::time_point now) {
  const std::lock_guard lock(mutex_);
  roll_locked(now);
  Reading reading;
  reading.current = {grid_.wall_start(index_), bytes_in_.load(std::memory_order_relaxed),
                     bytes_out_.load(std::memory_order_relaxed)};
  const std::uint64_t kept = std::min<std::uint64_t>(index_ - first_, grid_.history);
  auto past = past_.begin();
  for (std::uint64_t index = index_ - kept; index < index_; ++index) {
    TrafficWindow window{grid_.wall_start(index), 0, 0};
    if (past != past_.end() && past->index == index) {
      window.bytes_in = past->bytes_in;
      window.bytes_out = past->bytes_out;
      ++past;
    }
    reading.history.push_back(window);
  }
  return reading;
}

bool KeyMeter::silent(steady_clock::time_point now) {
  const std::lock_guard lock(mutex_);
  roll_locked(now);
  return past_.empty() && bytes_in_.load(std::memory_order_relaxed) == 0 &&
         bytes_out_.load(std::memory_order_relaxed) == 0;
}

void KeyMeter::roll(steady_clock::time_point now) {
  const std::lock_guard lock(mutex_);
  roll_locked(now);
}

void KeyMeter::roll_locked(steady_clock::time_point now) {
  const std::uint64_t index = grid_.index(now);
  if (index <= index_) return;
  const Past ended{index_, bytes_in_.exchange(0, std::memory_order_relaxed),
                   bytes_out_.exchange(0, std::memory_order_relaxed)};
  if (ended.bytes_in != 0 || ended.bytes_out != 0) past_.push_back(ended);
  begin_locked(index);
  forget_old_locked();
}

void KeyMeter::forget_old_locked() {
  const auto kept = std::find_if(past_.begin(), past_.end(), [this](const Past& past) {
    return past.index + grid_.history >= index_;
  });
  past_.erase(past_.begin(), kept);
}

void KeyMeter::begin_locked(std::uint64_t index) {
  index_ = index;
  const auto end = grid_.origin + grid_.length * static_cast<std::int64_t>(index + 1);
  end_.store(end.time_since_epoch().count(), std::memory_order_relaxed);
}

}  // namespace plugboard::metering
