#include "net/http_session.hpp"

#include <plugboard/hook.h>

#include "admission/ask.hpp"
#include "admission/client_address.hpp"
#include "admission/origin.hpp"
#include "http/answers.hpp"
#include "net/compression.hpp"
#include "net/connection.hpp"
#include "net/entrance.hpp"
#include "net/loop.hpp"
#include "net/refusals.hpp"

namespace plugboard::net {
namespace {

// While this much of an answer waits, no further request is handled.
constexpr std::size_t kMaxWaitingOutput = 256 * 1024;
// A client that sends many at once makes way for the others after this many: what fits into one
// read could take a tenth of a second to answer.
constexpr int kRequestsPerTurn = 64;

plugboard_bytes borrow(std::string_view text) { return {text.data(), text.size()}; }

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
  return over_ || (!busy_ && !makes_way_ && connection_.waiting_output() < kMaxWaitingOutput);
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

void HttpSession::go_on() {
  if (std::exchange(makes_way_, false) && !over_) work();
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
    refusal_told_ = true;
  }
  respond(http::request_timeout_response());
}

void HttpSession::stop() {
  over_ = true;
  busy_ = false;
  question_ = {};
}

void HttpSession::work() {
  if (working_ || makes_way_) return;
  if (!over_ && connection_.cannot_send()) {
    connection_.drop();  // nobody waits for the answers to what it still had sent
    return;
  }
  working_ = true;
  int requests = 0;
  while (!busy_ && !over_ && has_room()) {
    if (requests == kRequestsPerTurn && read_ != unread_.size()) {
      makes_way_ = true;
      connection_.loop().read_again(connection_);
      break;
    }
    const bool had_started = reader_.started();
    const std::size_t taken = reader_.feed(std::string_view(unread_).substr(read_));
    read_ += taken;
    if (!had_started && reader_.started()) connection_.set_deadline(Deadline::request);
    using State = http::RequestReader::State;
    if (reader_.state() == State::head_complete) {
      ++requests;
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

void HttpSession::upgrade() {
  const http::RequestHead& head = reader_.head();
  const auto refuse = [&](const admission::Refusal& refusal) {
    report_refusal(*settings_, refusal, true, connection_, head.path());
    refusal_told_ = true;
    respond(refusal_response(refusal));
  };
  // Before fullness: while peers are sent away, a place that becomes free is nobody's.
  if (connection_.loop().shared().service != Service::serving) {
    refuse(admission::draining(settings_->server.shutdown_grace));
    return;
  }
  if (connection_.overloaded()) {
    refuse(admission::server_full());
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
  if (!std::exchange(refusal_told_, false) && settings_->chains->hooks.wants_http_done()) {
    const http::RequestHead* head = reader_.has_head() ? &reader_.head() : nullptr;
    const std::string client = connection_.client().text();
    const bool blob = std::holds_alternative<http::BlobRoute>(route_) && !claim_;
    settings_->chains->hooks.http_done({.size = sizeof(plugboard_http_done),
                                        .status = response.status,
                                        .method = head ? borrow(head->method) : plugboard_bytes{},
                                        .path = head ? borrow(head->path()) : plugboard_bytes{},
                                        .client_address = borrow(client),
                                        .bytes_in = reader_.body().size(),
                                        .bytes_out = facts.head ? 0 : response.body.size(),
                                        .duration_ns = head ? monotonic_ns() - head_at_ns_ : 0,
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
