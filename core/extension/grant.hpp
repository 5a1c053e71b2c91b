// What an access key allows, as its store granted it. Immutable and shared; any thread.
#pragma once

#include <plugboard/key_store.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace re2 {
class RE2;
}

namespace plugboard::extension {

/// Limits that stand in place of a limiter's own for one key; 0: not stated.
struct GrantLimits {
  std::uint64_t max_connections = 0;  ///< at once
  std::uint64_t max_messages = 0;     ///< in the limiter's window
  std::uint64_t max_bytes = 0;        ///< payload, in the limiter's window
};

/// An owned, checked copy of a `plugboard_grant`.
class Grant {
 public:
  /// Copies what a store handed over, which is borrowed for this call. Ill-formed grants (a struct
  /// that is too short, lists without data, an `ids` that is no RE2, attributes that are no JSON
  /// object, text that is not UTF-8) give a sentence for the log in place of a grant.
  [[nodiscard]] static std::variant<std::shared_ptr<const Grant>, std::string> copy(
      const plugboard_grant& granted);

  Grant(const Grant&) = delete;
  Grant& operator=(const Grant&) = delete;
  ~Grant();

  /// Whether a peer with this key may join the channel.
  [[nodiscard]] bool allows_channel(std::string_view channel) const;
  /// Whether it may take this id (percent-decoded, as parsed). The whole id must match.
  [[nodiscard]] bool allows_id(std::string_view id) const;
  /// Whether it may address and watch `address` (`channel:id` or `channel:*`). What names no
  /// channel is out of reach of a grant that restricts it. A binary search; no allocation.
  [[nodiscard]] bool reaches(std::string_view address) const {
    return !reach_ || names_in_reach(address);
  }

  /// JSON object in UTF-8 shown to hooks; empty without.
  [[nodiscard]] const std::string& attributes() const { return attributes_; }
  /// Unix time in ms at which the key's peers are closed as if revoked; 0: never.
  [[nodiscard]] std::int64_t expires_at_ms() const { return expires_at_ms_; }
  [[nodiscard]] const GrantLimits& limits() const { return limits_; }
  /// The store's own name for what admitted the peer; 0: it will never revoke.
  [[nodiscard]] std::uint64_t credential() const { return credential_; }

 private:
  using Names = std::vector<std::string>;  // sorted

  Grant() = default;
  bool names_in_reach(std::string_view address) const;

  std::optional<Names> channels_;
  std::optional<Names> reach_;
  std::shared_ptr<const re2::RE2> ids_;
  std::string attributes_;
  std::int64_t expires_at_ms_ = 0;
  GrantLimits limits_;
  std::uint64_t credential_ = 0;
};

}  // namespace plugboard::extension
