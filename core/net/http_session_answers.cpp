// What becomes of a request that is no upgrade: limiters, plugins, the access key, the built-in
// routes, the blob store.
#include <plugboard/http_handler.h>

#include <string>
#include <utility>
#include <vector>

#include "admission/access_key.hpp"
#include "admission/ask.hpp"
#include "http/answers.hpp"
#include "http/stats_access.hpp"
#include "net/connection.hpp"
#include "net/http_session.hpp"
#include "net/loop.hpp"
#include "wire/utf8.hpp"

namespace plugboard::net {
namespace {

// Bodies of requests that have no use for one are read up to here, so that the connection can go
// on.
constexpr std::size_t kUnusedBody = 64 * 1024;

plugboard_bytes borrow(std::string_view text) { return {text.data(), text.size()}; }

// A request as plugins see it; borrows from the reader.
class PluginRequest {
 public:
  PluginRequest(const http::RequestHead& head, std::string_view body, Connection& connection)
      : client_(connection.client().text()) {
    headers_.reserve(head.headers.size());
    for (const http::Header& header : head.headers) {
      headers_.push_back({borrow(header.name), borrow(header.value)});
    }
    request_ = {.size = sizeof(plugboard_http_request),
                .flags = connection.secure() ? PLUGBOARD_HTTP_SECURE : 0U,
                .method = borrow(head.method),
                .path = borrow(head.path()),
                .query = borrow(head.query()),
                .headers = headers_.data(),
                .header_count = headers_.size(),
                .client_address = borrow(client_),
                .body = borrow(body),
                .key_name = borrow(connection.key_name())};
  }
  PluginRequest(const PluginRequest&) = delete;
  PluginRequest& operator=(const PluginRequest&) = delete;

  const plugboard_http_request& get() const { return request_; }

 private:
  std::string client_;
  std::vector<plugboard_header> headers_;
  plugboard_http_request request_;
};

}  // namespace

bool HttpSession::within_rate() {
  const std::string_view path = reader_.head().path();
  if (path == "/health" || path == "/ready") return true;
  const auto refusal =
      settings_->chains->limiters.request(connection_.client().text(), connection_.loop().now_ns());
  if (!refusal) return true;
  respond(refusal->retry_after_ms == 0
              ? http::error_response(429, "Too many requests")
              : http::try_again_response(429, "Too many requests",
                                         std::chrono::milliseconds(refusal->retry_after_ms)));
  return false;
}

void HttpSession::claim_from(std::size_t handler) {
  const http::RequestHead& head = reader_.head();
  claim_.reset();
  if (!settings_->chains->http.empty()) {
    const PluginRequest request(head, {}, connection_);
    claim_ = settings_->chains->http.claim(request.get(), handler);
  }
  bool needs_key = false;
  std::size_t body_limit = kUnusedBody;
  if (claim_) {
    needs_key = claim_->require_key;
    body_limit = claim_->max_body;
  } else {
    route_ = settings_->routes.find(head.method, head.path());
    if (std::holds_alternative<http::BlobRoute>(route_)) {
      needs_key = settings_->chains->blobs->limits().require_key;
      if (head.method == "PUT") body_limit = settings_->chains->blobs->limits().max_size;
    }
  }
  body_limit_ = body_limit;
  if (head.expects_continue && !reader_.whole() && answer_is_certain()) {
    answer_built_in();
    return;
  }
  if (needs_key && !key_checked_) {
    check_key();
  } else {
    read_body();
  }
}

// RFC 9110 section 10.1.1: then no body is asked for.
bool HttpSession::answer_is_certain() const {
  return !claim_ && !std::holds_alternative<http::BlobRoute>(route_);
}

void HttpSession::check_key() {
  const http::RequestHead& head = reader_.head();
  const extension::KeyChain& keys = settings_->chains->keys;
  if (keys.open()) {
    key_checked_ = true;
    read_body();
    return;
  }
  const auto key = admission::find_access_key(head.query(), head.header("authorization"), {});
  if (!key) {
    respond(http::key_missing_response());
    return;
  }
  if (!keys.well_formed(key->key)) {
    respond(http::key_rejected_response());
    return;
  }
  connection_.set_key(key->key, settings_->key_names.masked_name(key->key));
  // A request that has come whole is not late: how long stores may take is bounded for each.
  if (reader_.whole()) connection_.clear_deadline();
  const std::string client = connection_.client().text();
  admission::ask<extension::KeyVerdict>(
      question_, poster(),
      [&](std::function<void(extension::KeyVerdict)> done) {
        return keys.ask({.purpose = PLUGBOARD_KEY_FOR_HTTP,
                         .key = key->key,
                         .client_address = client,
                         .path = head.path(),
                         .peer = 0},
                        std::move(done));
      },
      [this](const extension::KeyVerdict& verdict) { on_key(verdict); });
}

void HttpSession::on_key(const extension::KeyVerdict& verdict) {
  switch (verdict.kind) {
    case extension::KeyVerdict::Kind::kAllowed:
      key_checked_ = true;
      read_body();
      return;
    case extension::KeyVerdict::Kind::kDenied:
      respond(http::key_rejected_response());
      return;
    case extension::KeyVerdict::Kind::kUnavailable:
      respond(http::key_unavailable_response());
      return;
  }
}

void HttpSession::handle() {
  connection_.clear_deadline();
  if (!claim_) {
    answer_built_in();
    return;
  }
  const PluginRequest request(reader_.head(), reader_.body(), connection_);
  admission::ask<extension::HttpVerdict>(
      question_, poster(),
      [&](std::function<void(extension::HttpVerdict)> done) {
        return settings_->chains->http.handle(*claim_, request.get(), std::move(done));
      },
      [this](extension::HttpVerdict verdict) { on_handled(std::move(verdict)); });
}

void HttpSession::on_handled(extension::HttpVerdict verdict) {
  if (auto* answer = std::get_if<extension::HttpResponse>(&verdict)) {
    http::Response response;
    response.status = answer->status;
    response.headers = std::move(answer->headers);
    response.body = std::move(answer->body);
    respond(std::move(response));
  } else if (auto* next = std::get_if<extension::HttpNext>(&verdict)) {
    for (auto& header : next->headers) added_headers_.push_back(std::move(header));
    claim_from(claim_->handler + 1);
  } else if (std::holds_alternative<extension::HttpDenied>(verdict)) {
    respond(http::error_response(403, "Forbidden"));
  } else {
    respond(http::error_response(500, "The plugin that handles this request failed"));
  }
}

void HttpSession::answer_built_in() {
  Shared& shared = connection_.loop().shared();
  const auto& route = route_;
  if (std::holds_alternative<http::HealthRoute>(route)) {
    respond(http::health_response(shared.health()));
  } else if (std::holds_alternative<http::ReadyRoute>(route)) {
    respond(http::ready_response(shared.readiness()));
  } else if (std::holds_alternative<http::StatsRoute>(route)) {
    auto refused = http::refuse_stats(settings_->stats, reader_.head(), tcp_peer_.is_loopback());
    respond(refused ? std::move(*refused) : http::stats_response(shared.stats()));
  } else if (std::holds_alternative<http::PreflightRoute>(route)) {
    respond(http::preflight_response());
  } else if (const auto* wrong = std::get_if<http::WrongMethod>(&route)) {
    respond(http::method_not_allowed_response(wrong->allow));
  } else if (std::holds_alternative<http::BlobRoute>(route)) {
    ask_blob_store();
  } else {
    respond(http::not_found_response());
  }
}

void HttpSession::ask_blob_store() {
  const auto& blob = std::get<http::BlobRoute>(route_);
  const extension::BlobStore& store = *settings_->chains->blobs;
  if (blob.verb == http::BlobRoute::Verb::put && !wire::valid_utf8(reader_.body())) {
    respond(http::blob_not_text_response());
    return;
  }
  const std::string client = connection_.client().text();
  admission::ask<extension::BlobVerdict>(
      question_, poster(),
      [&](extension::BlobStore::Done done) {
        switch (blob.verb) {
          case http::BlobRoute::Verb::put:
            return store.put(blob.key, reader_.body(), client, std::move(done));
          case http::BlobRoute::Verb::get:
            return store.get(blob.key, client, std::move(done));
          case http::BlobRoute::Verb::remove:
            break;
        }
        return store.remove(blob.key, client, std::move(done));
      },
      [this](const extension::BlobVerdict& verdict) { on_blob(verdict); });
}

void HttpSession::on_blob(const extension::BlobVerdict& verdict) {
  const auto verb = std::get<http::BlobRoute>(route_).verb;
  using Kind = extension::BlobVerdict::Kind;
  switch (verdict.kind) {
    case Kind::kOk:
      respond(verb == http::BlobRoute::Verb::get ? http::blob_response(verdict.data)
                                                 : http::blob_done_response());
      return;
    case Kind::kNotFound:
      respond(verb == http::BlobRoute::Verb::remove ? http::blob_not_removed_response()
                                                    : http::blob_not_found_response());
      return;
    case Kind::kFull:
      respond(http::blob_store_full_response());
      return;
    case Kind::kTooLarge:
      respond(http::blob_too_large_response(settings_->chains->blobs->limits().max_size));
      return;
    case Kind::kFailed:
      respond(http::blob_store_unavailable_response());
      return;
  }
}

}  // namespace plugboard::net
