// Which connections one key store has admitted, by the store's own credential handles, so that a
// revocation finds them all. Any thread.
//
// No connection slips through a revocation: whoever is listed is found by it, and an admission
// whose question was asked before the revocation is refused, so that the store is asked again.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "extension/host_services.hpp"

namespace plugboard::extension {

class CredentialTable;

/// One listed connection; taken off the list when destroyed. The table outlives it.
class CredentialEntry {
 public:
  CredentialEntry(const CredentialEntry&) = delete;
  CredentialEntry& operator=(const CredentialEntry&) = delete;
  ~CredentialEntry();

 private:
  friend class CredentialTable;

  CredentialEntry(CredentialTable& table, std::uint64_t credential, PeerHandle peer)
      : table_(table), credential_(credential), peer_(peer) {}

  CredentialTable& table_;
  const std::uint64_t credential_;
  const PeerHandle peer_;
  CredentialEntry* previous_ = nullptr;
  CredentialEntry* next_ = nullptr;
};

class CredentialTable {
 public:
  CredentialTable() = default;
  CredentialTable(const CredentialTable&) = delete;
  CredentialTable& operator=(const CredentialTable&) = delete;

  /// A time, as counted in revocations. Taken before a store is asked.
  [[nodiscard]] std::uint64_t epoch() const { return epoch_.load(); }

  /// Lists a connection. Null if the credential was revoked since `asked_at`, or may have been.
  [[nodiscard]] std::unique_ptr<CredentialEntry> admit(std::uint64_t credential, PeerHandle peer,
                                                       std::uint64_t asked_at);

  /// The connections listed now under the credential. They stay listed until they have gone.
  [[nodiscard]] std::vector<PeerHandle> revoke(std::uint64_t credential);

  /// Each credential that has connections, with their number, as of now.
  [[nodiscard]] std::vector<std::pair<std::uint64_t, std::uint64_t>> list() const;

 private:
  friend class CredentialEntry;

  struct Connections {
    CredentialEntry* first = nullptr;
    std::uint64_t count = 0;
  };

  // A store that revokes more than this while it thinks about one key is asked again.
  static constexpr std::size_t kMaxRemembered = 16'384;

  void remove(CredentialEntry& entry);

  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, Connections> connections_;
  std::atomic<std::uint64_t> epoch_ = 0;  // changed under the lock
  std::uint64_t forgotten_ = 0;           // the latest epoch that is not remembered any more
  std::unordered_map<std::uint64_t, std::uint64_t> revoked_;   // credential to its latest epoch
  std::deque<std::pair<std::uint64_t, std::uint64_t>> order_;  // (epoch, credential), oldest first
};

}  // namespace plugboard::extension
