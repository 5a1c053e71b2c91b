// Who sent and received how much, for each access key: `keys` of `/stats`. Any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "metering/key_meter.hpp"
#include "metering/key_names.hpp"

namespace plugboard::metering {

/// What `/stats` says about one key.
struct KeyTraffic {
  std::string name;  ///< as KeyNames gives it
  std::uint64_t connections = 0;
  TrafficWindow current;
  std::vector<TrafficWindow> history;  ///< oldest first, empty windows included
};

/// The manifest's `stats.window` and `stats.history`, and how keys are named.
struct TrafficSettings {
  std::chrono::milliseconds window = std::chrono::hours(1);
  std::uint32_t history = 24;
  KeyNames names;
};

/// The meters of all keys. Bounded: `kMaxKeys` have a meter of their own; a new one takes the place
/// of the key that has been without connections for longest, and while there is none, new keys are
/// counted together as `kOtherKeys`. A key without connections whose last traffic lies beyond the
/// history is forgotten.
class TrafficTable {
  struct Entry;

 public:
  static constexpr std::size_t kMaxKeys = 10'000;
  /// No access key: those hold no spaces.
  static constexpr std::string_view kOtherKeys = "(other keys)";

  /// `start`, `start_wall`: the same moment by two clocks; windows are laid from there.
  explicit TrafficTable(
      TrafficSettings settings,
      std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now(),
      std::chrono::system_clock::time_point start_wall = std::chrono::system_clock::now(),
      std::size_t max_keys = kMaxKeys);
  ~TrafficTable();
  TrafficTable(const TrafficTable&) = delete;
  TrafficTable& operator=(const TrafficTable&) = delete;

  /// One connection's share in its key's meter; its end takes the connection off the count. Must
  /// end before the table. An empty one counts nothing.
  class Connection {
   public:
    Connection() = default;
    Connection(Connection&& other) noexcept;
    Connection& operator=(Connection&& other) noexcept;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() { end(); }

    /// As KeyMeter's.
    void add_in(std::uint64_t bytes, std::chrono::steady_clock::time_point now) const;
    void add_out(std::uint64_t bytes, std::chrono::steady_clock::time_point now) const;

   private:
    friend class TrafficTable;
    Connection(TrafficTable* table, std::shared_ptr<Entry> entry);
    void end();

    TrafficTable* table_ = nullptr;
    std::shared_ptr<Entry> entry_;
  };

  /// Counts a connection in. `key`: the whole access key.
  [[nodiscard]] Connection open(std::string_view key, std::chrono::steady_clock::time_point now);

  /// All keys, by name; nothing if the manifest says that they are not to be listed.
  [[nodiscard]] std::optional<std::vector<KeyTraffic>> snapshot(
      std::chrono::steady_clock::time_point now);

  /// What a reload changes. Another window length begins all windows anew, at `now`.
  void reconfigure(TrafficSettings settings, std::chrono::steady_clock::time_point now,
                   std::chrono::system_clock::time_point now_wall);

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };

  std::shared_ptr<Entry> find_or_add_locked(std::string_view key,
                                            std::chrono::steady_clock::time_point now);
  void close(const std::shared_ptr<Entry>& entry);

  const std::size_t max_keys_;
  std::mutex mutex_;  ///< guards what follows; taken at opens, ends and snapshots only
  KeyNames names_;
  WindowGrid grid_;
  std::unordered_map<std::string, std::shared_ptr<Entry>, TextHash, std::equal_to<>> entries_;
  /// Entries without connections, longest so first.
  std::list<std::shared_ptr<Entry>> idle_;
  std::shared_ptr<Entry> others_;
};

}  // namespace plugboard::metering
