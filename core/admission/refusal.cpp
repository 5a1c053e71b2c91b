#include "admission/refusal.hpp"

#include <utility>

#include "wire/close.hpp"

namespace plugboard::admission {
namespace {

using std::chrono::milliseconds;

/// Where nobody knows when a place becomes free.
constexpr milliseconds kRetryAfter = std::chrono::seconds(5);

Refusal by_http(Step step, unsigned status, std::string code, std::string message) {
  Refusal refusal;
  refusal.step = step;
  refusal.http_status = status;
  refusal.code = std::move(code);
  refusal.message = std::move(message);
  return refusal;
}

Refusal by_close(Step step, std::string code, std::string message, std::uint16_t close_code,
                 std::string close_reason) {
  Refusal refusal;
  refusal.step = step;
  refusal.code = std::move(code);
  refusal.message = std::move(message);
  refusal.close_code = close_code;
  refusal.close_reason = std::move(close_reason);
  return refusal;
}

Refusal either(unsigned status, Refusal refusal) {
  refusal.http_status = status;
  return refusal;
}

}  // namespace

Refusal server_full() {
  Refusal refusal = by_http(Step::server_limits, 503, "SERVER_FULL", "Too many connections");
  refusal.retry_after = kRetryAfter;
  return refusal;
}

Refusal draining(milliseconds retry_after) {
  Refusal refusal = by_http(Step::server_limits, 503, "DRAINING", "The relay is restarting");
  refusal.retry_after = retry_after;
  return refusal;
}

Refusal request_timeout() {
  return by_http(Step::server_limits, 408, "REQUEST_TIMEOUT",
                 "The request was not complete in time");
}

Refusal origin_refused() {
  return by_http(Step::client_address, 403, "ORIGIN_REFUSED", "This origin may not connect");
}

Refusal too_many_connections(Step step, milliseconds retry_after) {
  Refusal refusal = either(429, by_close(step, "RATE_LIMITED", "Too many connections",
                                         wire::close_code::kPolicyViolation, "Rate limited"));
  refusal.retry_after = retry_after > milliseconds(0) ? retry_after : kRetryAfter;
  return refusal;
}

Refusal key_ill_formed() {
  return either(403, by_close(Step::key, "INVALID_KEY", "Missing or invalid access key",
                              wire::close_code::kPolicyViolation, "Invalid key"));
}

Refusal key_rejected() {
  return either(403, by_close(Step::key, "INVALID_KEY", "Access key rejected",
                              wire::close_code::kPolicyViolation, "Invalid key"));
}

Refusal key_store_unavailable() {
  return either(503, by_close(Step::key, "KEY_STORE_UNAVAILABLE",
                              "Access keys cannot be checked now, try again later",
                              wire::close_code::kTryAgainLater, "Try again later"));
}

Refusal invalid_url() {
  return by_close(Step::url, "INVALID_URL", "Invalid connection URL",
                  wire::close_code::kProtocolError, "Invalid URL");
}

Refusal forbidden_channel() {
  return by_close(Step::url, "FORBIDDEN_CHANNEL", "This access key does not open this channel",
                  wire::close_code::kPolicyViolation, "Forbidden");
}

Refusal forbidden_id() {
  return by_close(Step::url, "FORBIDDEN_ID", "This access key does not allow this ID",
                  wire::close_code::kPolicyViolation, "Forbidden");
}

Refusal verification_denied(std::string code, std::string message, std::uint16_t close_code,
                            std::string close_reason) {
  return by_close(Step::verify, std::move(code), std::move(message), close_code,
                  std::move(close_reason));
}

Refusal verification_denied() {
  return verification_denied("VERIFY_FAILED", "Peer verification failed",
                             wire::close_code::kPolicyViolation, "Verify failed");
}

Refusal verification_failed() {
  return by_close(Step::verify, "VERIFY_FAILED", "Peer verification failed",
                  wire::close_code::kInternalError, "Internal verification error");
}

Refusal id_in_use() {
  return by_close(Step::duplicate, "ID_IN_USE", "ID already connected on this channel",
                  wire::close_code::kPolicyViolation, "ID in use");
}

Refusal key_revoked(Step step) {
  return by_close(step, "KEY_REVOKED", "Access key revoked", wire::close_code::kPolicyViolation,
                  "Key revoked");
}

}  // namespace plugboard::admission
