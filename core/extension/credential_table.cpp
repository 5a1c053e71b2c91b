#include "extension/credential_table.hpp"

#include <utility>

namespace plugboard::extension {

CredentialEntry::~CredentialEntry() { table_.remove(*this); }

std::unique_ptr<CredentialEntry> CredentialTable::admit(std::uint64_t credential, PeerHandle peer,
                                                        std::uint64_t asked_at) {
  std::unique_ptr<CredentialEntry> entry(new CredentialEntry(*this, credential, peer));
  {
    const std::lock_guard lock(mutex_);
    const auto revoked = revoked_.find(credential);
    const bool revoked_since = revoked != revoked_.end() && revoked->second > asked_at;
    if (!revoked_since && asked_at >= forgotten_) {
      Connections& connections = connections_[credential];
      entry->next_ = connections.first;
      if (connections.first != nullptr) connections.first->previous_ = entry.get();
      connections.first = entry.get();
      ++connections.count;
      return entry;
    }
  }
  return nullptr;
}

std::vector<PeerHandle> CredentialTable::revoke(std::uint64_t credential) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t now = ++epoch_;
  revoked_.insert_or_assign(credential, now);
  order_.emplace_back(now, credential);
  if (order_.size() > kMaxRemembered) {
    const auto [epoch, oldest] = order_.front();
    order_.pop_front();
    forgotten_ = epoch;
    const auto place = revoked_.find(oldest);
    if (place != revoked_.end() && place->second == epoch) revoked_.erase(place);
  }
  std::vector<PeerHandle> peers;
  const auto found = connections_.find(credential);
  if (found == connections_.end()) return peers;
  peers.reserve(found->second.count);
  for (const CredentialEntry* entry = found->second.first; entry != nullptr; entry = entry->next_) {
    peers.push_back(entry->peer_);
  }
  return peers;
}

std::vector<std::pair<std::uint64_t, std::uint64_t>> CredentialTable::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> listed;
  listed.reserve(connections_.size());
  for (const auto& [credential, connections] : connections_) {
    listed.emplace_back(credential, connections.count);
  }
  return listed;
}

void CredentialTable::remove(CredentialEntry& entry) {
  const std::lock_guard lock(mutex_);
  const auto found = connections_.find(entry.credential_);
  if (found == connections_.end()) return;
  Connections& connections = found->second;
  const bool listed = entry.previous_ != nullptr || connections.first == &entry;
  if (!listed) return;  // was refused: never on the list
  if (entry.previous_ != nullptr) {
    entry.previous_->next_ = entry.next_;
  } else {
    connections.first = entry.next_;
  }
  if (entry.next_ != nullptr) entry.next_->previous_ = entry.previous_;
  if (--connections.count == 0) connections_.erase(found);
}

}  // namespace plugboard::extension
