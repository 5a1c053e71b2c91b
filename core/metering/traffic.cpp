#include "metering/traffic.hpp"

#include <algorithm>
#include <utility>

namespace plugboard::metering {

using std::chrono::steady_clock;

/// A key and its meter. What is not const is guarded by the table's mutex, the meter by its own.
struct TrafficTable::Entry {
  Entry(std::string_view entry_key, const WindowGrid& grid, steady_clock::time_point now)
      : key(entry_key), meter(grid, now) {}

  const std::string key;
  KeyMeter meter;
  std::uint64_t connections = 0;
  /// Given by the table's KeyNames when first asked for.
  std::string name;
  std::list<std::shared_ptr<Entry>>::iterator idle_position;
};

TrafficTable::TrafficTable(TrafficSettings settings, steady_clock::time_point start,
                           std::chrono::system_clock::time_point start_wall, std::size_t max_keys)
    : max_keys_(max_keys),
      names_(std::move(settings.names)),
      grid_{start, start_wall, settings.window, settings.history},
      others_(std::make_shared<Entry>(kOtherKeys, grid_, start)) {
  others_->name = kOtherKeys;
}

TrafficTable::~TrafficTable() = default;

TrafficTable::Connection::Connection(TrafficTable* table, std::shared_ptr<Entry> entry)
    : table_(table), entry_(std::move(entry)) {}

TrafficTable::Connection::Connection(Connection&& other) noexcept
    : table_(std::exchange(other.table_, nullptr)), entry_(std::move(other.entry_)) {}

TrafficTable::Connection& TrafficTable::Connection::operator=(Connection&& other) noexcept {
  if (this != &other) {
    end();
    table_ = std::exchange(other.table_, nullptr);
    entry_ = std::move(other.entry_);
  }
  return *this;
}

void TrafficTable::Connection::add_in(std::uint64_t bytes, steady_clock::time_point now) const {
  if (entry_ != nullptr) entry_->meter.add_in(bytes, now);
}

void TrafficTable::Connection::add_out(std::uint64_t bytes, steady_clock::time_point now) const {
  if (entry_ != nullptr) entry_->meter.add_out(bytes, now);
}

void TrafficTable::Connection::end() {
  if (table_ != nullptr) table_->close(entry_);
  table_ = nullptr;
  entry_.reset();
}

TrafficTable::Connection TrafficTable::open(std::string_view key, steady_clock::time_point now) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<Entry> entry = find_or_add_locked(key, now);
  if (entry->connections++ == 0 && entry != others_ && entry->idle_position != idle_.end()) {
    idle_.erase(entry->idle_position);
    entry->idle_position = idle_.end();
  }
  return {this, std::move(entry)};
}

std::shared_ptr<TrafficTable::Entry> TrafficTable::find_or_add_locked(
    std::string_view key, steady_clock::time_point now) {
  if (const auto found = entries_.find(key); found != entries_.end()) return found->second;
  if (entries_.size() >= max_keys_) {
    if (idle_.empty()) return others_;
    entries_.erase(idle_.front()->key);
    idle_.pop_front();
  }
  auto entry = std::make_shared<Entry>(key, grid_, now);
  entry->idle_position = idle_.end();
  entries_.emplace(entry->key, entry);
  return entry;
}

void TrafficTable::close(const std::shared_ptr<Entry>& entry) {
  const std::lock_guard lock(mutex_);
  if (--entry->connections == 0 && entry != others_) {
    entry->idle_position = idle_.insert(idle_.end(), entry);
  }
}

std::optional<std::vector<KeyTraffic>> TrafficTable::snapshot(steady_clock::time_point now) {
  std::vector<std::shared_ptr<Entry>> entries;
  std::vector<KeyTraffic> keys;
  {
    const std::lock_guard lock(mutex_);
    if (!names_.listed()) return std::nullopt;
    for (auto idle = idle_.begin(); idle != idle_.end();) {
      if ((*idle)->meter.silent(now)) {
        entries_.erase((*idle)->key);
        idle = idle_.erase(idle);
      } else {
        ++idle;
      }
    }
    const auto add = [&](const std::shared_ptr<Entry>& entry) {
      if (entry->name.empty()) entry->name = names_.listed_name(entry->key);
      entries.push_back(entry);
      keys.push_back({entry->name, entry->connections, {}, {}});
    };
    for (const auto& [key, entry] : entries_) add(entry);
    if (others_->connections != 0 || !others_->meter.silent(now)) add(others_);
  }
  for (std::size_t at = 0; at < entries.size(); ++at) {
    KeyMeter::Reading reading = entries[at]->meter.read(now);
    keys[at].current = reading.current;
    keys[at].history = std::move(reading.history);
  }
  std::sort(keys.begin(), keys.end(),
            [](const KeyTraffic& left, const KeyTraffic& right) { return left.name < right.name; });
  return keys;
}

void TrafficTable::reconfigure(TrafficSettings settings, steady_clock::time_point now,
                               std::chrono::system_clock::time_point now_wall) {
  const std::lock_guard lock(mutex_);
  if (settings.window != grid_.length) {
    grid_.origin = now;
    grid_.origin_wall = now_wall;
    grid_.length = settings.window;
  }
  grid_.history = settings.history;
  const bool renamed = !(settings.names == names_);
  names_ = std::move(settings.names);
  for (const auto& [key, entry] : entries_) {
    if (renamed) entry->name.clear();
    entry->meter.lay(grid_, now);
  }
  others_->meter.lay(grid_, now);
}

}  // namespace plugboard::metering
