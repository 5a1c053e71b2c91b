// One connection's HTTP/1.1 requests, read from bytes that somebody else received. No sockets, no
// time: the connection's own thread calls, and keeps the deadlines.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "http/head_check.hpp"
#include "http/request_head.hpp"

namespace plugboard::http {

/// Reads requests one after the other:
///
///   reading_head -> head_complete -- accept_body --> reading_body -> complete -- next --> ...
///
/// and from anywhere to failed, where it stays. In head_complete and complete nothing is consumed:
/// bytes behind an upgrade request are frames, bytes behind a complete one the next request.
/// Holds what has arrived, never what is merely announced.
class RequestReader {
 public:
  enum class State {
    reading_head,
    head_complete,  ///< look at `head()`; then `accept_body`, or take the connection elsewhere
    reading_body,
    complete,  ///< answer, then `next`
    failed     ///< answer with `failure()` and close
  };

  RequestReader();
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  /// Takes what it can of `bytes` and returns how many that were; the rest is to be fed again after
  /// `accept_body` or `next`.
  std::size_t feed(std::string_view bytes);

  [[nodiscard]] State state() const { return state_; }

  /// Whether a byte of the present request has come (empty lines before it do not count): what the
  /// deadline of a request runs from, and what tells a partial request (408) from silence.
  [[nodiscard]] bool started() const { return started_; }

  /// The request's line and headers; from head_complete on. Also when it failed later, in its body.
  [[nodiscard]] const RequestHead& head() const { return head_; }
  [[nodiscard]] bool has_head() const { return has_head_; }

  /// Whether the request's method is HEAD, as far as it has come: also the answer to a HEAD that
  /// cannot be read has no body (RFC 9110 section 9.3.2).
  [[nodiscard]] bool is_head_request() const { return raw_head_.starts_with("HEAD "); }

  /// Goes on to the body, in head_complete. A request without one is complete at once. `limit`:
  /// bytes; an announced length beyond it fails with 413 here, a chunk beyond it as soon as it
  /// shows.
  void accept_body(std::size_t limit);

  /// The body so far, decoded from chunks; whole when complete.
  [[nodiscard]] std::string_view body() const { return body_; }

  /// Whether nothing of the present request is still to come: complete, or head_complete without a
  /// body. Who answers earlier has to close, as what comes would be read as the next request.
  [[nodiscard]] bool whole() const {
    return state_ == State::complete || (state_ == State::head_complete && !head_.has_body());
  }

  /// Forgets the present request, which must be whole, its views included, and begins the next.
  void next();

  /// What went wrong; in failed.
  [[nodiscard]] const RequestFailure& failure() const { return failure_; }

 private:
  class Parser;

  std::size_t skip_blank_lines(std::string_view bytes);
  std::size_t feed_head(std::string_view bytes);
  std::size_t feed_body(std::string_view bytes);
  std::size_t feed_framing(std::string_view bytes);
  void finish_head();
  void parse_framing();
  void fail(unsigned status, std::string_view reason);

  State state_ = State::reading_head;
  bool started_ = false;
  bool has_head_ = false;
  /// Where the present line begins in `raw_head_`.
  std::size_t line_start_ = 0;
  /// Bytes of empty lines before the request.
  std::size_t blank_bytes_ = 0;
  /// Bytes of chunk lines and trailers so far.
  std::size_t framing_bytes_ = 0;
  std::string raw_head_;
  RequestHead head_;
  std::string body_;
  /// A chunk line or trailer section that is not whole yet.
  std::string framing_;
  std::unique_ptr<Parser> parser_;
  RequestFailure failure_;
};

}  // namespace plugboard::http
