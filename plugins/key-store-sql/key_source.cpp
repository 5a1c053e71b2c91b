#include "key-store-sql/key_source.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <unordered_set>
#include <utility>

namespace plugboard::key_store_sql {

/// Asks for one key, for all who wait for it.
class KeySource::LookupJob final : public sql::Job {
 public:
  LookupJob(KeySource& source, const KeyDigest& digest) : source_(source), digest_(digest) {}

  void run(sql::Connection& connection) override {
    // From here on a new question for the same key is one of its own: the answer that is about to
    // be fetched may be older than what it wants to know.
    if (lookup_ == nullptr) lookup_ = source_.take_waiting(digest_);
    const std::uint64_t question = source_.cache_.next_question();
    const auto answer =
        std::make_shared<const KeyAnswer>(source_.query_.find(connection, lookup_->stored));
    source_.cache_.store(digest_, answer, question, source_.host_.monotonic());
    source_.admit(digest_, lookup_->stored, *answer);
    const KeyVerdict verdict = source_.verdict(digest_, *answer);
    for (auto& completion : lookup_->waiting) completion(verdict);
  }

  void fail() noexcept override {
    if (lookup_ == nullptr) lookup_ = source_.take_waiting(digest_);
    lookup_->waiting.clear();  // a completion that is dropped answers "error"
  }

 private:
  KeySource& source_;
  const KeyDigest digest_;
  std::shared_ptr<Lookup> lookup_;  // once it has begun
};

/// Looks up the first of some keys again, then hands in the rest.
class KeySource::PollJob final : public sql::Job {
 public:
  PollJob(KeySource& source, std::vector<AdmittedKey> keys, std::shared_ptr<const PollRun> poll)
      : source_(source), keys_(std::move(keys)), poll_(std::move(poll)) {}

  void run(sql::Connection& connection) override {
    const auto count = std::min(source_.query_.batch(), keys_.size());
    const auto end = keys_.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<std::string> stored;
    std::transform(keys_.begin(), end, std::back_inserter(stored),
                   [](const AdmittedKey& key) { return key.stored; });
    const std::uint64_t question = source_.cache_.next_question();
    const auto good =
        source_.query_.still_good(connection, stored, source_.host_.unix_time().count());
    for (auto key = keys_.begin(); key != end; ++key) {
      if (!good.contains(key->stored)) revoke(*key, question);
    }
    keys_.erase(keys_.begin(), end);
    source_.poll_next(std::move(keys_), std::move(poll_));
  }

  void fail() noexcept override {}  // the next poll begins anew

 private:
  // First the answer, so that who is asked again because of the revocation finds it.
  void revoke(const AdmittedKey& key, std::uint64_t question) {
    source_.cache_.store(key.digest, std::make_shared<const KeyAnswer>(), question,
                         source_.host_.monotonic());
    source_.admitted_.remove(key.digest);
    source_.host_.revoke(credential_of(key.digest));
  }

  KeySource& source_;
  std::vector<AdmittedKey> keys_;
  std::shared_ptr<const PollRun> poll_;
};

KeySource::KeySource(Host host, const KeyNames& names, const Settings& settings)
    : host_(host),
      names_(names),
      settings_(settings),
      query_(settings.database.url.kind, settings.question),
      cache_(settings.cache),
      pool_(host, settings.pool(),
            [this](sql::Connection& connection, const auto&) { query_.try_out(connection); }) {}

KeySource::~KeySource() { pool_.stop(); }

void KeySource::ask(const KeyRequest& request, Completion<KeyVerdict> completion) {
  const KeyDigest digest = names_.digest_of(request.key);
  // Whoever has keys asked again at a reload wants to know what the database says now.
  const auto known =
      request.purpose == KeyPurpose::kRecheck ? nullptr : cache_.find(digest, host_.monotonic());
  if (known) {
    if (*known) admit(digest, query_.stored_form(request.key), *known);
    completion(verdict(digest, *known));
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    const auto [found, is_first] = waiting_.try_emplace(digest);
    if (is_first) {
      found->second = std::make_shared<Lookup>();
      found->second->digest = digest;
      found->second->stored = query_.stored_form(request.key);
    }
    found->second->waiting.push_back(std::move(completion));
    if (!is_first) return;
  }
  pool_.submit(std::make_unique<LookupJob>(*this, digest));
}

void KeySource::poll() {
  auto run = std::make_shared<const PollRun>();
  {
    const std::lock_guard lock(mutex_);
    if (!polling_.expired()) return;
    polling_ = run;
  }
  std::unordered_set<std::uint64_t> in_use;
  host_.for_each_credential(
      [&](std::uint64_t credential, std::uint64_t) { in_use.insert(credential); });
  poll_next(admitted_.begin_poll(in_use), std::move(run));
}

void KeySource::poll_next(std::vector<AdmittedKey> keys, std::shared_ptr<const PollRun> run) {
  if (keys.empty()) return;
  pool_.submit(std::make_unique<PollJob>(*this, std::move(keys), std::move(run)));
}

void KeySource::take_peers_of(KeySource& old) {
  if (settings_.question.hashed == old.settings_.question.hashed) {
    admitted_.take_from(old.admitted_);
  }
}

void KeySource::set_bounds(const Settings& settings) { cache_.set_bounds(settings.cache); }

void KeySource::close() {
  pool_.finish();
  pool_.stop();
}

KeyVerdict KeySource::verdict(const KeyDigest& digest, const KeyAnswer& answer) const {
  if (!answer) return abstain();
  Grant grant = *answer;
  grant.credential = credential_of(digest);
  return allow(std::move(grant));
}

void KeySource::admit(const KeyDigest& digest, const std::string& stored, const KeyAnswer& answer) {
  if (answer) admitted_.add(digest, stored);
}

std::shared_ptr<KeySource::Lookup> KeySource::take_waiting(const KeyDigest& digest) {
  const std::lock_guard lock(mutex_);
  const auto found = waiting_.find(digest);
  auto lookup = std::move(found->second);
  waiting_.erase(found);
  return lookup;
}

}  // namespace plugboard::key_store_sql
