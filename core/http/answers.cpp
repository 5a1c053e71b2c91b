#include "http/answers.hpp"

#include <algorithm>
#include <string>

#include "wire/json_text.hpp"

namespace plugboard::http {

Response error_response(unsigned status, std::string_view error) {
  std::string body = R"({"error":)";
  wire::append_json_string(body, error);
  body += '}';
  return json_response(status, std::move(body));
}

Response try_again_response(unsigned status, std::string_view error,
                            std::chrono::milliseconds retry_after) {
  Response response = error_response(status, error);
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(retry_after).count();
  response.headers.emplace_back("Retry-After", std::to_string(std::max<long long>(seconds, 1)));
  return response;
}

Response failure_response(const RequestFailure& failure) {
  Response response = error_response(failure.status, failure.reason);
  response.close = true;
  return response;
}

Response request_timeout_response() {
  return failure_response({408, "The request was not complete in time"});
}

Response upgrade_refusal_response(const UpgradeRefusal& refusal) {
  Response response = failure_response({refusal.status, refusal.reason});
  if (refusal.status == 426) {
    // RFC 9110 section 15.5.22: a 426 names the protocol to upgrade to.
    response.headers.emplace_back("Upgrade", "websocket");
    response.headers.emplace_back("Sec-WebSocket-Version", "13");
  }
  return response;
}

Response health_response(const Health& health) {
  return json_response(200, health_document(health));
}

Response ready_response(Readiness readiness) {
  return json_response(readiness == Readiness::serving ? 200 : 503, ready_document(readiness));
}

Response stats_response(const Stats& stats) { return json_response(200, stats_document(stats)); }

Response preflight_response() { return {204, {}, {}, false}; }

Response not_found_response() { return error_response(404, "Not found"); }

Response method_not_allowed_response(std::string_view allow) {
  Response response = error_response(405, "Method not allowed");
  response.headers.emplace_back("Allow", allow);
  return response;
}

Response key_missing_response() {
  Response response = error_response(401, "Missing access key");
  response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

Response key_rejected_response() { return error_response(403, "Access key rejected"); }

Response key_unavailable_response() {
  return error_response(503, "Access keys cannot be checked now, try again later");
}

Response blob_done_response() { return json_response(200, R"({"ok":true})"); }

Response blob_response(std::string_view data) {
  std::string body = R"({"data":)";
  wire::append_json_string(body, data);
  body += '}';
  return json_response(200, std::move(body));
}

Response blob_not_found_response() { return not_found_response(); }

Response blob_not_removed_response() { return json_response(404, R"({"ok":false})"); }

Response blob_too_large_response(std::uint64_t max_size) {
  return error_response(413, "Blob exceeds max size (" + std::to_string(max_size) + " bytes)");
}

Response blob_store_full_response() { return error_response(507, "Blob store is full"); }

Response blob_not_text_response() { return error_response(400, "Blob is not UTF-8 text"); }

Response blob_store_unavailable_response() {
  return error_response(503, "Blob store is unavailable, try again later");
}

}  // namespace plugboard::http
