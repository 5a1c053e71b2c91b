#include "net/http_session.hpp"

#include <plugboard/hook.h>
#include <plugboard/http_handler.h>

#include "admission/access_key.hpp"
#include "admission/ask.hpp"
#include "admission/client_address.hpp"
#include "admission/origin.hpp"
#include "http/answers.hpp"
#include "http/stats_access.hpp"
#include "net/compression.hpp"
#include "net/connection.hpp"
#include "net/entrance.hpp"
#include "net/loop.hpp"
#include "net/refusals.hpp"
#include "wire/utf8.hpp"

namespace plugboard::net {
namespace {

// Bodies of requests that have no use for one are read up to here, so that the connection can go
// on.
constexpr std::size_t kUnusedBody = 64 * 1024;
// While this much of an answer waits, no further request is handled.
constexpr std::size_t kMaxWaitingOutput = 256 * 1024;

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

HttpSession::HttpSession(Connection& connection, const admission::IpAddress& tcp_peer)
    : connection_(connection), tcp_peer_(tcp_peer) {}

HttpSession::~HttpSession() = default;

void HttpSession::received(std::string_view bytes) {
  if (over_) return;
  unread_.append(bytes);
  work();
}

bool HttpSession::wants_input() const {
  return over_ || (!busy_ && connection_.waiting_output() < kMaxWaitingOutput);
}

// What waits for the end of the turn is sent now: only if the socket does not take it will the
// outbox tell when there is room.
bool HttpSession::has_room() {
  if (connection_.waiting_output() < kMaxWaitingOutput) return true;
  connection_.flush();
  return connection_.waiting_output() < kMaxWaitingOutput;
}

void HttpSession::on_drained() {
  if (!over_) work();
}

void HttpSession::on_deadline() {
  if (over_ || !reader_.started()) {
    connection_.drop();  // silence is just cut
    return;
  }
  settings_ = connection_.loop().shared_settings();
  find_client();
  if (reader_.has_head() && reader_.head().is_upgrade()) {
    report_refusal(*settings_, admission::request_timeout(), true, connection_,
                   reader_.head().path());
  }
  respond(http::request_timeout_response());
}

void HttpSession::stop() {
  over_ = true;
  busy_ = false;
  question_ = {};
}

void HttpSession::work() {
  if (working_) return;
  working_ = true;
  while (!busy_ && !over_ && has_room()) {
    const bool had_started = reader_.started();
    const std::size_t taken = reader_.feed(std::string_view(unread_).substr(read_));
    read_ += taken;
    if (!had_started && reader_.started()) connection_.set_deadline(Deadline::request);
    using State = http::RequestReader::State;
    if (reader_.state() == State::head_complete) {
      on_head();
    } else if (reader_.state() == State::complete) {
      on_body();
    } else if (reader_.state() == State::failed) {
      settings_ = connection_.loop().shared_settings();
      find_client();
      if (const auto* blob = std::get_if<http::BlobRoute>(&route_);
          blob != nullptr && reader_.failure().status == 413 && settings_->chains->blobs) {
        http::Response response =
            http::blob_too_large_response(settings_->chains->blobs->limits().max_size);
        response.close = true;
        respond(std::move(response));
      } else {
        respond(http::failure_response(reader_.failure()));
      }
    } else if (taken == 0 || read_ == unread_.size()) {
      break;
    }
  }
  unread_.erase(0, std::exchange(read_, 0));
  working_ = false;
}

void HttpSession::find_client() {
  std::vector<std::string_view> lines;
  const auto& server = settings_->server;
  if (reader_.has_head())
    lines = reader_.head().all(admission::header_name(server.forwarded_header));
  connection_.set_client(
      admission::client_address(tcp_peer_, lines, server.forwarded_header, server.trusted_proxies));
}

void HttpSession::on_head() {
  const http::RequestHead& head = reader_.head();
  settings_ = connection_.loop().shared_settings();
  head_at_ns_ = connection_.loop().now_ns();
  busy_ = true;
  ++request_number_;
  claim_.reset();
  added_headers_.clear();
  route_ = http::NoRoute{};
  key_checked_ = false;
  find_client();
  if (head.is_upgrade()) {
    upgrade();
    return;
  }
  if (connection_.overloaded()) {
    respond(refusal_response(admission::server_full()));
    return;
  }
  if (!within_rate()) return;
  claim_from(0);
}

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

void HttpSession::read_body() {
  if (reader_.state() == http::RequestReader::State::complete) {
    // A handler has passed the request on; its body has been read already.
    if (reader_.body().size() > body_limit_) {
      respond(claim_ || !std::holds_alternative<http::BlobRoute>(route_)
                  ? http::error_response(413, "The body is too large")
                  : http::blob_too_large_response(body_limit_));
      return;
    }
    handle();
    return;
  }
  reader_.accept_body(body_limit_);
  if (reader_.state() == http::RequestReader::State::reading_body &&
      reader_.head().expects_continue) {
    connection_.send_http(http::kContinue);
  }
  busy_ = false;
  work();
}

void HttpSession::on_body() {
  busy_ = true;
  handle();
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

void HttpSession::upgrade() {
  const http::RequestHead& head = reader_.head();
  const auto refuse = [&](const admission::Refusal& refusal) {
    report_refusal(*settings_, refusal, true, connection_, head.path());
    respond(refusal_response(refusal));
  };
  if (connection_.overloaded()) {
    refuse(admission::server_full());
    return;
  }
  if (connection_.loop().shared().service != Service::serving) {
    refuse(admission::draining(settings_->server.shutdown_grace));
    return;
  }
  const auto judged = http::judge_upgrade(head);
  if (const auto* bad = std::get_if<http::UpgradeRefusal>(&judged)) {
    respond(http::upgrade_refusal_response(*bad));
    return;
  }
  if (!admission::origin_allowed(settings_->server.origins, head.header("origin"))) {
    refuse(admission::origin_refused());
    return;
  }
  const auto& good = std::get<http::Upgrade>(judged);
  const wire::DeflateAnswer deflate =
      good.extensions.empty() ? wire::DeflateAnswer(wire::NoDeflate{})
                              : wire::negotiate_deflate(good.extensions, kDeflatePolicy);
  if (std::holds_alternative<wire::MalformedExtensions>(deflate)) {
    respond(http::upgrade_refusal_response(
        {.status = 400, .reason = "The header Sec-WebSocket-Extensions is malformed"}));
    return;
  }
  over_ = true;
  connection_.enter(
      settings_, head, good,
      settings_->server.compression ? std::get_if<wire::DeflateTerms>(&deflate) : nullptr,
      std::string_view(unread_).substr(read_));
}

void HttpSession::respond(http::Response response) {
  const http::RequestFacts facts = reader_.has_head()
                                       ? http::RequestFacts(reader_.head())
                                       : http::RequestFacts::unreadable(reader_.is_head_request());
  // What is left of the body would be read as the next request.
  if (!reader_.whole()) response.close = true;
  if (connection_.input_ended()) response.close = true;
  if (connection_.loop().shared().service == Service::draining) response.close = true;
  for (auto& header : added_headers_) response.headers.push_back(std::move(header));
  added_headers_.clear();
  connection_.send_http(
      http::serialize(response, facts, settings_->server.cors, connection_.loop().http_date()));
  if (settings_->chains->hooks.wants_http_done() && reader_.has_head() &&
      !reader_.head().is_upgrade()) {
    const std::string client = connection_.client().text();
    const bool blob = std::holds_alternative<http::BlobRoute>(route_) && !claim_;
    settings_->chains->hooks.http_done({.size = sizeof(plugboard_http_done),
                                        .status = response.status,
                                        .method = borrow(reader_.head().method),
                                        .path = borrow(reader_.head().path()),
                                        .client_address = borrow(client),
                                        .bytes_in = reader_.body().size(),
                                        .bytes_out = facts.head ? 0 : response.body.size(),
                                        .duration_ns = monotonic_ns() - head_at_ns_,
                                        .flags = blob ? PLUGBOARD_HTTP_DONE_BLOB : 0U,
                                        .reserved = 0});
  }
  question_ = {};
  busy_ = false;
  if (http::closes(response, facts)) {
    over_ = true;
    connection_.end_http();
    return;
  }
  reader_.next();
  route_ = http::NoRoute{};
  connection_.set_deadline(Deadline::keep_alive);
  connection_.resume_reading();
  work();
}

admission::Poster HttpSession::poster() {
  return [connection = boost::intrusive_ptr<Connection>(&connection_), loop = &connection_.loop(),
          number = request_number_](std::function<void()> work) {
    loop->post([connection, number, work = std::move(work)] {
      // An answer to a request that is not the present one any more comes too late.
      const HttpSession* session = connection->http_session();
      if (session != nullptr && session->busy_ && session->request_number_ == number) work();
      connection->tidy_http();
    });
  };
}

}  // namespace plugboard::net
