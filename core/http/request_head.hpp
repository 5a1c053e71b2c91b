// An HTTP request up to its body, taken apart. A plain value; views into the reader's buffer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/field.hpp"
#include "wire/target.hpp"

namespace plugboard::http {

/// How the length of a body is told (RFC 9112 section 6).
enum class BodyFraming {
  none,    ///< there is none
  length,  ///< Content-Length, not 0
  chunked  ///< Transfer-Encoding: chunked
};

/// A request's line and headers. All views are borrowed from the RequestReader that read them and
/// end with its `next()`.
struct RequestHead {
  std::string_view method;      ///< a token; letter case counts
  std::string_view target;      ///< as it was sent; may hold an access key
  wire::RequestTarget parts;    ///< of `target`; nothing is decoded
  std::string_view host;        ///< who was asked: authority of an absolute target, else Host
  unsigned minor_version = 1;   ///< HTTP/1.x; 1 for higher ones too
  std::vector<Header> headers;  ///< in the order sent; trailers never get here

  BodyFraming framing = BodyFraming::none;
  std::uint64_t content_length = 0;  ///< bytes announced with BodyFraming::length
  bool keep_alive = true;            ///< the client wants to go on (RFC 9112 section 9.3)
  bool expects_continue = false;     ///< waits for `100 Continue` before it sends its body

  [[nodiscard]] std::string_view path() const { return parts.path; }
  [[nodiscard]] std::string_view query() const { return parts.query; }
  [[nodiscard]] bool has_body() const { return framing != BodyFraming::none; }

  /// The value of the first header of this name; nothing if there is none.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;

  /// The values of all headers of this name, in the order sent.
  [[nodiscard]] std::vector<std::string_view> all(std::string_view name) const;

  /// The same, joined to one list by commas (RFC 9110 section 5.3). Empty if there is none.
  [[nodiscard]] std::string joined(std::string_view name) const;

  /// Whether the client means to open a WebSocket, be it well or badly put: `Upgrade` lists
  /// websocket, or there is a Sec-WebSocket-Key or -Version. Then `judge_upgrade` has the word, and
  /// what follows the head are frames. Other upgrades (h2c) are ignored, as RFC 9110 allows.
  [[nodiscard]] bool is_upgrade() const;
};

}  // namespace plugboard::http
