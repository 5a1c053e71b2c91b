// The HTTP part of a connection's life: reads requests, has them answered in order, and hands
// upgrades over. The connection's own thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "admission/ask.hpp"
#include "admission/ip_address.hpp"
#include "extension/blob_store.hpp"
#include "extension/http_chain.hpp"
#include "extension/key_chain.hpp"
#include "extension/question.hpp"
#include "http/request_reader.hpp"
#include "http/response.hpp"
#include "http/routes.hpp"
#include "net/settings.hpp"

namespace plugboard::net {

class Connection;

class HttpSession {
 public:
  /// `tcp_peer`: where the connection comes from, proxies not looked through.
  HttpSession(Connection& connection, const admission::IpAddress& tcp_peer);
  ~HttpSession();
  HttpSession(const HttpSession&) = delete;
  HttpSession& operator=(const HttpSession&) = delete;

  /// Takes what has been received. May end the session: after an upgrade the connection goes on
  /// without it, and `this` may be gone.
  void received(std::string_view bytes);
  /// Whether more may be received: not while one request is being answered and enough of the next
  /// is there.
  bool wants_input() const;
  /// The outbox has run empty.
  void on_drained();
  /// Another turn has come: goes on with what had made way for others in the one before.
  void go_on();
  void on_deadline();
  /// Whether a request is being answered.
  bool answering() const { return busy_; }
  /// Whether a request has begun and has not been answered yet.
  bool in_request() const { return busy_ || makes_way_ || reader_.started(); }
  /// The connection is gone: nobody waits for an answer any more.
  void stop();

 private:
  /// Brings an answer back to this thread; one to a request that is no longer the present one is
  /// dropped.
  admission::Poster poster();

  /// Whether another answer may be given: not while too much of those before waits.
  bool has_room();
  void work();
  void on_head();
  bool within_rate();
  void claim_from(std::size_t handler);
  /// Whether the answer does not depend on the body.
  bool answer_is_certain() const;
  void check_key();
  void on_key(const extension::KeyVerdict& verdict);
  void read_body();
  void on_body();
  void handle();
  void on_handled(extension::HttpVerdict verdict);
  void answer_built_in();
  void ask_blob_store();
  void on_blob(const extension::BlobVerdict& verdict);
  void upgrade();
  void respond(http::Response response);
  void find_client();

  Connection& connection_;
  admission::IpAddress tcp_peer_;
  http::RequestReader reader_;
  std::string unread_;
  std::size_t read_ = 0;    // bytes of it that the reader has taken
  bool busy_ = false;       // a request is being answered
  bool working_ = false;    // within work()
  bool over_ = false;       // no further request will be read
  bool makes_way_ = false;  // the rest of what is unread waits for the next turn
  std::uint64_t request_number_ = 0;
  std::uint64_t head_at_ns_ = 0;

  // The request being answered.
  std::shared_ptr<const Settings> settings_;
  std::optional<extension::HttpClaim> claim_;
  http::Route route_;
  bool key_checked_ = false;
  bool refusal_told_ = false;  // of what is answered next, hooks have been told already
  std::size_t body_limit_ = 0;
  extension::HttpHeaders added_headers_;
  extension::Question question_;
};

}  // namespace plugboard::net
