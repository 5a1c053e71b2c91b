// Answers to HTTP requests, turned into bytes. Pure; any thread.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/request_head.hpp"
#include "manifest/manifest.hpp"

namespace plugboard::http {

/// An answer. Content-Length, Connection, Transfer-Encoding, Keep-Alive and Date are not put into
/// `headers`: `serialize` says them itself and leaves those of `headers` out, as it does with names
/// that are no tokens and values with control characters, which could end a header early.
struct Response {
  unsigned status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool close = false;  ///< end the connection behind this answer
};

/// An answer of `application/json`.
[[nodiscard]] Response json_response(unsigned status, std::string body);

/// What an answer must know of its request.
struct RequestFacts {
  bool head = false;           ///< HEAD: the body's length is told, the body not sent
  unsigned minor_version = 1;  ///< HTTP/1.x of the request
  bool keep_alive = true;      ///< the client wants to go on

  RequestFacts() = default;
  explicit RequestFacts(const RequestHead& request)
      : head(request.method == "HEAD"),
        minor_version(request.minor_version),
        keep_alive(request.keep_alive) {}

  /// For answers to what could not be read. `head_request`: as much is clear that it is a HEAD.
  static RequestFacts unreadable(bool head_request) {
    RequestFacts facts;
    facts.head = head_request;
    facts.keep_alive = false;
    return facts;
  }
};

/// Whether the connection ends behind this answer; then the bytes say `Connection: close`.
[[nodiscard]] bool closes(const Response& response, const RequestFacts& request);

/// The answer as it goes onto the wire. CORS headers (manifest key `server.cors`) stand on each,
/// unless the answer brings an Access-Control-Allow-Origin of its own. `date`: an HTTP-date, from
/// HttpDate.
[[nodiscard]] std::string serialize(const Response& response, const RequestFacts& request,
                                    const manifest::Cors& cors, std::string_view date);

/// `HTTP/1.1 100 Continue`, for requests whose head expects it and whose body is wanted.
inline constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

/// The Date header's value (RFC 9110 section 5.6.7), written anew once a second. One for each
/// thread.
class HttpDate {
 public:
  /// Valid until the next call.
  [[nodiscard]] std::string_view at(std::chrono::system_clock::time_point now);

 private:
  std::chrono::sys_seconds second_ = std::chrono::sys_seconds::min();
  std::string text_;
};

}  // namespace plugboard::http
