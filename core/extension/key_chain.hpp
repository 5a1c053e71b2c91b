// The key stores of the manifest's chain.key_store, in the order asked. Immutable; any thread.
#pragma once

#include <plugboard/key_store.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "extension/grant.hpp"
#include "extension/host_services.hpp"
#include "extension/question.hpp"

namespace plugboard::extension {

class Instance;
class CredentialEntry;
struct KeyStoreLinks;

/// What the stores are asked. Borrowed for the call of `ask`.
struct KeyQuestion {
  std::uint32_t purpose = PLUGBOARD_KEY_FOR_PEER;  ///< PLUGBOARD_KEY_FOR_...
  std::string_view key;
  std::string_view client_address;
  std::string_view path;  ///< as it was sent, without the query
  PeerHandle peer = 0;    ///< 0 for HTTP requests
};

/// Proof that a store allowed a key, held by the connection for as long as it lasts. It keeps the
/// store's instance alive and lists the peer under the grant's credential, so that a revocation
/// finds it. Empty by default, and where access is open. Movable; destroyed on any thread.
class KeyAdmission {
 public:
  KeyAdmission();
  KeyAdmission(KeyAdmission&&) noexcept;
  KeyAdmission& operator=(KeyAdmission&&) noexcept;
  KeyAdmission(const KeyAdmission&) = delete;
  KeyAdmission& operator=(const KeyAdmission&) = delete;
  ~KeyAdmission();

  /// What the key allows; null: everything.
  [[nodiscard]] const Grant* grant() const { return grant_.get(); }
  [[nodiscard]] const std::shared_ptr<const Grant>& shared_grant() const { return grant_; }
  /// Limits of the grant; none without one.
  [[nodiscard]] GrantLimits limits() const { return grant_ ? grant_->limits() : GrantLimits{}; }
  /// The name of the [[plugin]] table that allowed the key; empty where access is open.
  [[nodiscard]] std::string_view store() const;

 private:
  friend class KeyChain;
  friend class KeyWalk;

  std::shared_ptr<Instance> instance_;
  std::unique_ptr<CredentialEntry> entry_;  // null where nothing can be revoked
  std::shared_ptr<const Grant> grant_;
};

/// What the chain as a whole says about a key.
struct KeyVerdict {
  enum class Kind {
    kAllowed,      ///< `admission` holds the proof
    kDenied,       ///< a store denied it, its expiry is past, or no store holds it
    kUnavailable,  ///< nobody allowed or denied, and some store could not answer
  };

  Kind kind = Kind::kDenied;
  KeyAdmission admission;
};

class KeyChain {
 public:
  /// Anyone may connect (chain.key_store = "open").
  KeyChain();
  explicit KeyChain(std::shared_ptr<const KeyStoreLinks> links);
  KeyChain(KeyChain&&) noexcept;
  KeyChain& operator=(KeyChain&&) noexcept;
  ~KeyChain();

  [[nodiscard]] bool open() const { return links_ == nullptr; }

  /// Whether the key fits the form of at least one store. Others need not be asked about.
  [[nodiscard]] bool well_formed(std::string_view key) const;

  /// Whether the store that gave this admission stands in the chain, or anyone may connect.
  [[nodiscard]] bool includes(const KeyAdmission& admission) const;

  /// Asks the stores in order; those whose form the key does not fit abstain unasked. See
  /// `Question` for when and where `done` is called. If all stores answer at once nothing is
  /// allocated beyond the grant. A chain that is open allows everything.
  ///
  /// No peer slips through a revocation: one that is revoked once its admission has been made, even
  /// before `done` was called, is ended through `HostServices::revoke`; if its credential was
  /// revoked while the store was thinking, the store is asked again, a bounded number of times.
  [[nodiscard]] Question ask(const KeyQuestion& question,
                             std::function<void(KeyVerdict)> done) const;

 private:
  std::shared_ptr<const KeyStoreLinks> links_;
};

}  // namespace plugboard::extension
