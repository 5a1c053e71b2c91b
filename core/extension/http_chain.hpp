// The HTTP handlers of the manifest's chain.http, asked in order before the built-in routes.
// Immutable; any thread.
//
// A request's way: `claim` from handler 0 once its headers are there; read the body (at most
// `max_body`), ask the key chain if `require_key`; `handle`; after HttpNext `claim` again from
// `handler + 1`; built-in routes when nobody claims.
#pragma once

#include <plugboard/http_handler.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "extension/question.hpp"

namespace plugboard::extension {

struct HttpLinks;

/// A handler that wants a request.
struct HttpClaim {
  std::size_t handler = 0;  ///< its place in the chain
  std::uint64_t max_body = 0;
  bool require_key = false;
  bool failed = false;  ///< `claims` itself failed: `handle` will say so
};

/// Names are tokens and values hold no control characters; what the relay sets by itself
/// (Content-Length, Connection, Transfer-Encoding, Date and other hop-by-hop headers) is left out.
using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// The handler answered.
struct HttpResponse {
  std::uint32_t status = 200;  ///< 200 to 599
  HttpHeaders headers;
  std::string body;
};
/// It passed the request on; `headers` go onto whatever answer it gets.
struct HttpNext {
  HttpHeaders headers;
};
/// 403.
struct HttpDenied {};
/// 500: it failed and its failures count.
struct HttpFailed {};

using HttpVerdict = std::variant<HttpResponse, HttpNext, HttpDenied, HttpFailed>;

class HttpChain {
 public:
  static constexpr std::uint64_t kMaxBody = 16 * 1024 * 1024;  ///< bytes, either way

  HttpChain();
  /// `links` may be null: no handlers.
  explicit HttpChain(std::shared_ptr<const HttpLinks> links);
  HttpChain(HttpChain&&) noexcept;
  HttpChain& operator=(HttpChain&&) noexcept;
  ~HttpChain();

  [[nodiscard]] bool empty() const { return links_ == nullptr; }

  /// The first handler at or behind place `from` that wants the request (whose body is empty).
  /// [I/O thread]
  [[nodiscard]] std::optional<HttpClaim> claim(const plugboard_http_request& request,
                                               std::size_t from) const;

  /// Has the claiming handler handle the request; borrowed for this call. See `Question` for when
  /// and where `done` is called.
  [[nodiscard]] Question handle(const HttpClaim& claim, const plugboard_http_request& request,
                                std::function<void(HttpVerdict)> done) const;

 private:
  std::shared_ptr<const HttpLinks> links_;
};

}  // namespace plugboard::extension
