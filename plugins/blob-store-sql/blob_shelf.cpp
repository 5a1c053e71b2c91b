#include "blob-store-sql/blob_shelf.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace plugboard::blob_store_sql {

/// What somebody waits for.
class BlobShelf::Request : public sql::Job {
 public:
  Request(BlobShelf& shelf, const BlobRequest& request, Completion<BlobVerdict> completion)
      : shelf_(shelf), key_(request.key), data_(request.data), completion_(std::move(completion)) {}

  void fail() noexcept override {
    completion_.reset();  // one that is dropped answers "error"
  }

 protected:
  void answer(const BlobVerdict& verdict) {
    (*completion_)(verdict);
    completion_.reset();
  }

  BlobShelf& shelf_;        // NOLINT(*-non-private-member-variables-in-classes)
  const std::string key_;   // NOLINT(*-non-private-member-variables-in-classes)
  const std::string data_;  // NOLINT(*-non-private-member-variables-in-classes)

 private:
  std::optional<Completion<BlobVerdict>> completion_;
};

class BlobShelf::PutJob final : public Request {
 public:
  using Request::Request;
  void run(sql::Connection& connection) override {
    const auto done = shelf_.table_.put(connection, key_, data_, shelf_.bounds(), shelf_.now());
    if (done == BlobTable::Put::kNew) ++shelf_.entries_;
    answer(done == BlobTable::Put::kFull ? full() : stored());
  }
};

class BlobShelf::GetJob final : public Request {
 public:
  using Request::Request;
  void run(sql::Connection& connection) override {
    auto data = shelf_.table_.get(connection, key_, shelf_.bounds(), shelf_.now());
    answer(data ? found(*std::move(data)) : BlobVerdict(not_found()));
  }
};

class BlobShelf::RemoveJob final : public Request {
 public:
  using Request::Request;
  void run(sql::Connection& connection) override {
    const BlobTable::Removed what =
        shelf_.table_.remove(connection, key_, shelf_.bounds(), shelf_.now(), found_);
    if (what != BlobTable::Removed::kNothing) --shelf_.entries_;
    // Nothing may mean that an attempt before this one has removed it.
    answer(found_ ? removed() : not_found());
  }

 private:
  bool found_ = false;
};

/// Removes some old blobs, and hands in another if there may be more.
class BlobShelf::SweepJob final : public sql::Job {
 public:
  SweepJob(BlobShelf& shelf, std::shared_ptr<const SweepRun> sweep)
      : shelf_(shelf), sweep_(std::move(sweep)) {}

  void run(sql::Connection& connection) override {
    const std::size_t swept = shelf_.table_.sweep(connection, shelf_.bounds(), shelf_.now());
    shelf_.count(connection);
    if (swept == BlobTable::kSweep) {
      shelf_.pool_.submit(std::make_unique<SweepJob>(shelf_, std::move(sweep_)));
    }
  }

  void fail() noexcept override {}  // the next sweep begins anew

 private:
  BlobShelf& shelf_;
  std::shared_ptr<const SweepRun> sweep_;
};

BlobShelf::BlobShelf(Host host, const Settings& settings)
    : host_(host),
      schema_(settings.database.url.kind, settings.table),
      table_(settings.database.url.kind, schema_),
      max_size_(settings.blobs.limits.max_size),
      bounds_(settings.blobs.bounds),
      pool_(host, settings.pool(),
            [this](sql::Connection& connection, const sql::Pool::Patience& patience) {
              make_fit(connection, patience);
            }) {}

BlobShelf::~BlobShelf() { pool_.stop(); }

void BlobShelf::put(const BlobRequest& request, Completion<BlobVerdict> completion) {
  if (request.data.size() > max_size_) {
    completion(too_large());
    return;
  }
  pool_.submit(std::make_unique<PutJob>(*this, request, std::move(completion)));
}

void BlobShelf::get(const BlobRequest& request, Completion<BlobVerdict> completion) {
  pool_.submit(std::make_unique<GetJob>(*this, request, std::move(completion)));
}

void BlobShelf::remove(const BlobRequest& request, Completion<BlobVerdict> completion) {
  pool_.submit(std::make_unique<RemoveJob>(*this, request, std::move(completion)));
}

void BlobShelf::sweep() {
  auto run = std::make_shared<const SweepRun>();
  {
    const std::lock_guard lock(mutex_);
    if (!sweeping_.expired()) return;
    sweeping_ = run;
  }
  pool_.submit(std::make_unique<SweepJob>(*this, std::move(run)));
}

void BlobShelf::set_bounds(const Settings& settings) {
  max_size_ = settings.blobs.limits.max_size;
  const std::lock_guard lock(mutex_);
  bounds_ = settings.blobs.bounds;
}

void BlobShelf::close() {
  pool_.finish();
  pool_.stop();
}

void BlobShelf::make_fit(sql::Connection& connection, const sql::Pool::Patience& patience) {
  schema_.make_current(connection, patience);
  if (!counted_.exchange(true)) count(connection);
}

std::uint64_t BlobShelf::entries() const {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(entries_, 0));
}

void BlobShelf::count(sql::Connection& connection) { entries_ = table_.entries(connection); }

BlobBounds BlobShelf::bounds() const {
  const std::lock_guard lock(mutex_);
  return bounds_;
}

}  // namespace plugboard::blob_store_sql
