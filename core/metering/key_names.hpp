// How access keys are named where people read: `/stats`, hooks, logs. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "manifest/manifest.hpp"
#include "metering/hmac_sha256.hpp"

namespace plugboard::metering {

/// 32 random bytes, for relays whose manifest has no `stats.key_secret`: drawn once at the start,
/// so that names stay the same over reloads.
[[nodiscard]] std::string draw_key_secret();

/// Names keys as the manifest's `stats.keys` says. A plain value.
class KeyNames {
 public:
  /// `secret`: `stats.key_secret`, or what was drawn at the start.
  KeyNames(manifest::StatsKeys mode, std::string secret);

  /// For `/stats`: the key itself with `plain`, else masked.
  [[nodiscard]] std::string listed_name(std::string_view key) const;

  /// For hooks and logs, which never see the key itself: `key-` and the first 12 hex digits of
  /// HMAC-SHA-256(secret, key).
  [[nodiscard]] std::string masked_name(std::string_view key) const;

  /// Whether `/stats` lists keys at all.
  [[nodiscard]] bool listed() const { return mode_ != manifest::StatsKeys::kOff; }

  friend bool operator==(const KeyNames& left, const KeyNames& right) {
    return left.mode_ == right.mode_ && left.secret_ == right.secret_;
  }

 private:
  manifest::StatsKeys mode_;
  std::string secret_;
  HmacSha256 hmac_;
};

}  // namespace plugboard::metering
