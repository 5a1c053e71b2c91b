// One database of keys: what it has said lately, and those who wait for what it will say. Any
// thread.
#pragma once

#include <memory>
#include <mutex>
#include <plugboard/plugin.hpp>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "key-store-sql/admitted_keys.hpp"
#include "key-store-sql/answer_cache.hpp"
#include "key-store-sql/key_names.hpp"
#include "key-store-sql/key_query.hpp"
#include "key-store-sql/settings.hpp"
#include "sql/pool.hpp"

namespace plugboard::key_store_sql {

class KeySource {
 public:
  /// Connects in the background. `names` outlives this.
  KeySource(Host host, const KeyNames& names, const Settings& settings);
  KeySource(const KeySource&) = delete;
  KeySource& operator=(const KeySource&) = delete;
  ~KeySource();

  /// Answers at once from what is known, else when the database has answered, at the latest after
  /// the timeout. How many wait is bounded by the relay's bound on questions under way. [io]
  void ask(const KeyRequest& request, Completion<KeyVerdict> completion);

  /// Looks the keys of connected peers up again, in batches, and revokes those that have gone. A
  /// database that cannot be asked revokes nobody. Returns at once; does nothing while the poll
  /// before is still under way.
  void poll();

  /// Takes over whose keys are to be looked up from now on, from a source that is going.
  void take_peers_of(KeySource& old);

  /// Of settings with the same source: what can change while it goes on.
  void set_bounds(const Settings& settings);

  /// Answers what is waiting, as far as the database does, then ends. [control]
  void close();

 private:
  /// A key that somebody waits for.
  struct Lookup {
    KeyDigest digest{};
    std::string stored;
    std::vector<Completion<KeyVerdict>> waiting;
  };
  struct PollRun {};  // lives as long as a poll is under way
  class LookupJob;
  class PollJob;

  [[nodiscard]] KeyVerdict verdict(const KeyDigest& digest, const KeyAnswer& answer) const;
  void admit(const KeyDigest& digest, const std::string& stored, const KeyAnswer& answer);
  [[nodiscard]] std::shared_ptr<Lookup> take_waiting(const KeyDigest& digest);
  void poll_next(std::vector<AdmittedKey> keys, std::shared_ptr<const PollRun> run);

  const Host host_;
  const KeyNames& names_;
  const Settings settings_;
  const KeyQuery query_;
  AnswerCache cache_;
  AdmittedKeys admitted_;
  std::mutex mutex_;
  std::weak_ptr<const PollRun> polling_;  // guarded by mutex_
  // Looked for, and not begun to be: those who ask for the same key wait together. Guarded by
  // mutex_.
  std::unordered_map<KeyDigest, std::shared_ptr<Lookup>, HashOfDigest> waiting_;
  sql::Pool pool_;  // last: its threads use the rest
};

}  // namespace plugboard::key_store_sql
