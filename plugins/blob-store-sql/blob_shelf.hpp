// Blobs in one database, and those who wait for it. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <plugboard/plugin.hpp>

#include "blob-store-sql/blob_schema.hpp"
#include "blob-store-sql/blob_table.hpp"
#include "blob-store-sql/settings.hpp"
#include "sql/pool.hpp"

namespace plugboard::blob_store_sql {

class BlobShelf {
 public:
  /// Connects in the background, and makes the tables what they should be.
  BlobShelf(Host host, const Settings& settings);
  BlobShelf(const BlobShelf&) = delete;
  BlobShelf& operator=(const BlobShelf&) = delete;
  ~BlobShelf();

  /// Answer when the database has, at the latest after the timeout. How many wait is bounded by the
  /// relay's bound on questions under way. [io]
  void put(const BlobRequest& request, Completion<BlobVerdict> completion);
  void get(const BlobRequest& request, Completion<BlobVerdict> completion);
  void remove(const BlobRequest& request, Completion<BlobVerdict> completion);

  /// How many there were when they were counted last, and what this relay has changed since.
  [[nodiscard]] std::uint64_t entries() const;

  /// Removes what is too old, in small steps between which others get their turn, and counts what
  /// is there. Returns at once; does nothing while the sweep before is still under way.
  void sweep();

  void set_bounds(const Settings& settings);

  /// Answers what is waiting, as far as the database does, then ends. [control]
  void close();

 private:
  struct SweepRun {};  // lives as long as a sweep is under way
  class Request;
  class PutJob;
  class GetJob;
  class RemoveJob;
  class SweepJob;

  void make_fit(sql::Connection& connection, const sql::Pool::Patience& patience);
  void count(sql::Connection& connection);
  [[nodiscard]] BlobBounds bounds() const;
  [[nodiscard]] BlobTable::Time now() const { return host_.unix_time(); }

  const Host host_;
  const BlobSchema schema_;
  const BlobTable table_;
  std::atomic<std::int64_t> entries_ = 0;
  std::atomic<bool> counted_ = false;
  std::atomic<std::uint64_t> max_size_;
  mutable std::mutex mutex_;
  BlobBounds bounds_;                       // guarded by mutex_
  std::weak_ptr<const SweepRun> sweeping_;  // guarded by mutex_
  sql::Pool pool_;                          // last: its threads use the rest
};

}  // namespace plugboard::blob_store_sql
