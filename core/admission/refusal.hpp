// Why a connection is not let in, in all the forms in which it is told: an error frame and a Close
// after the upgrade, or HTTP before it (docs/protocol.md, "Connecting"). Plain values; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace plugboard::admission {

/// The steps of admission, as PLUGBOARD_STEP_... numbers them.
enum class Step : std::uint32_t {
  server_limits = 1,
  client_address = 2,
  connect_limit = 3,
  key = 4,
  admit_limit = 5,
  url = 6,
  verify = 7,
  duplicate = 8,
};

struct Refusal {
  Step step = Step::server_limits;
  std::string code;              ///< of the error frame, and for hooks and logs
  std::string message;           ///< of the error frame, or of the HTTP answer's `{"error":...}`
  std::uint16_t close_code = 0;  ///< 0: can only be told by HTTP
  std::string close_reason;      ///< at most 123 bytes
  unsigned http_status = 0;      ///< 0: can only be told after the upgrade
  /// When it is worth trying again, for the HTTP answer.
  std::optional<std::chrono::milliseconds> retry_after;

  friend bool operator==(const Refusal&, const Refusal&) = default;
};

// Step 1. HTTP only.

/// `server.max_connections` are there.
[[nodiscard]] Refusal server_full();
/// The relay is stopping. `retry_after`: when another may be up.
[[nodiscard]] Refusal draining(std::chrono::milliseconds retry_after);
/// The request was not whole in time.
[[nodiscard]] Refusal request_timeout();

// Step 2. HTTP only.

/// `server.origins` does not hold the Origin.
[[nodiscard]] Refusal origin_refused();

// Steps 3 and 5.

/// `step`: connect_limit or admit_limit. `retry_after`: 0: not known, then the client is told some
/// seconds.
[[nodiscard]] Refusal too_many_connections(Step step, std::chrono::milliseconds retry_after);

// Step 4.

/// No key, or one that no store takes.
[[nodiscard]] Refusal key_ill_formed();
[[nodiscard]] Refusal key_rejected();
/// No store could answer, or none did in time.
[[nodiscard]] Refusal key_store_unavailable();

// Step 6.

[[nodiscard]] Refusal invalid_url();
[[nodiscard]] Refusal forbidden_channel();
[[nodiscard]] Refusal forbidden_id();

// Step 7.

/// A hook's word; its defaults are filled in by the hook chain.
[[nodiscard]] Refusal verification_denied(std::string code, std::string message,
                                          std::uint16_t close_code, std::string close_reason);
/// The same with the defaults.
[[nodiscard]] Refusal verification_denied();
/// A hook failed, or gave no answer in time.
[[nodiscard]] Refusal verification_failed();

// Step 8.

[[nodiscard]] Refusal id_in_use();

// Anywhere between the key's acceptance and registration.

/// The key was revoked or has expired meanwhile. `step`: the one under way.
[[nodiscard]] Refusal key_revoked(Step step);

}  // namespace plugboard::admission
