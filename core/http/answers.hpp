// The built-in answers to HTTP requests, word for word. Pure; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "http/documents.hpp"
#include "http/head_check.hpp"
#include "http/response.hpp"
#include "http/upgrade.hpp"

namespace plugboard::http {

/// `{"error":"..."}`.
[[nodiscard]] Response error_response(unsigned status, std::string_view error);

/// The same with Retry-After, in whole seconds rounded up, at least 1.
[[nodiscard]] Response try_again_response(unsigned status, std::string_view error,
                                          std::chrono::milliseconds retry_after);

/// To a request that could not be read; closes.
[[nodiscard]] Response failure_response(const RequestFailure& failure);

/// To a request that did not become whole within `server.handshake_timeout`; closes.
[[nodiscard]] Response request_timeout_response();

/// To an upgrade request that opens no WebSocket; closes. With 426 it names the version spoken.
[[nodiscard]] Response upgrade_refusal_response(const UpgradeRefusal& refusal);

[[nodiscard]] Response health_response(const Health& health);

/// 200 when serving, else 503.
[[nodiscard]] Response ready_response(Readiness readiness);

[[nodiscard]] Response stats_response(const Stats& stats);

/// 204 to OPTIONS; CORS headers are added by `serialize`.
[[nodiscard]] Response preflight_response();

[[nodiscard]] Response not_found_response();

/// `allow`: as WrongMethod gives it.
[[nodiscard]] Response method_not_allowed_response(std::string_view allow);

/// A request that needs an access key (blob stores with `require_key`, HTTP handlers) and has none:
/// 401; one that is ill-formed or refused: 403; one that no store can judge now: 503.
[[nodiscard]] Response key_missing_response();
[[nodiscard]] Response key_rejected_response();
[[nodiscard]] Response key_unavailable_response();

/// PUT and DELETE that did what they should: `{"ok":true}`.
[[nodiscard]] Response blob_done_response();

/// GET: `{"data":"..."}`. `data`: UTF-8, as it was put.
[[nodiscard]] Response blob_response(std::string_view data);

/// GET of what is not there: `{"error":"Not found"}`.
[[nodiscard]] Response blob_not_found_response();

/// DELETE of what is not there: 404 `{"ok":false}`.
[[nodiscard]] Response blob_not_removed_response();

/// 413. `max_size`: bytes.
[[nodiscard]] Response blob_too_large_response(std::uint64_t max_size);

/// 507.
[[nodiscard]] Response blob_store_full_response();

/// 400: the body is not UTF-8.
[[nodiscard]] Response blob_not_text_response();

/// 503: the store failed or did not answer in time.
[[nodiscard]] Response blob_store_unavailable_response();

}  // namespace plugboard::http
