// HTTP handlers serve routes of their own on the relay's port, or look at requests on their way
// (http_handler.h). A plugin is one if it has
//
//   HttpVerdict handle(const HttpRequest&);                     an answer at once, or
//   void handle(const HttpRequest&, Completion<HttpVerdict>);   one that comes later
//   std::optional<HttpClaim> claims(const HttpRequest&);        which requests it wants; optional
#ifndef PLUGBOARD_HTTP_HANDLER_HPP
#define PLUGBOARD_HTTP_HANDLER_HPP

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hook.hpp"
#include "host.hpp"
#include "http_handler.h"
#include "verdict.hpp"

#pragma GCC visibility push(hidden)
namespace plugboard {

/// The views are borrowed until the call returns.
struct HttpRequest {
  bool secure = false;  ///< TLS ends at the relay
  std::string_view method{};
  std::string_view path{};   ///< as it was sent, still percent-encoded, without the query
  std::string_view query{};  ///< what follows the "?"; see query_value in query.hpp
  Headers headers{};
  std::string_view client_address{};
  std::string_view body{};      ///< decoded from chunks; empty at `claims`
  std::string_view key_name{};  ///< as in PeerInfo, once the key chain has allowed it
};

/// How a handler wants to be given a request.
struct HttpClaim {
  std::uint64_t max_body = 64 * 1024;  ///< bytes, at most 16 MiB; more is answered 413
  /// The key chain must allow the request first: 401 without a key, 403 with a wrong one.
  bool require_key = false;
};

struct HttpResponse {
  struct Header {
    std::string name{};
    std::string value{};
  };

  std::uint32_t status = 200;  ///< 200 to 599
  /// Content-Length, Connection, Transfer-Encoding and Date are the relay's.
  std::vector<Header> headers{};
  std::string body{};  ///< at most 16 MiB
};

/// An HttpResponse, next() (not mine), pass_on(headers), deny() (403) or error() (500).
class HttpVerdict {
 public:
  HttpVerdict(Verdict verdict) : verdict_(verdict) {}  // NOLINT(google-explicit-constructor)
  HttpVerdict(HttpResponse response)                   // NOLINT(google-explicit-constructor)
      : verdict_(allow()), response_(std::move(response)) {}
  HttpVerdict(Verdict verdict, HttpResponse response)
      : verdict_(verdict), response_(std::move(response)) {}

  Status status() const noexcept { return verdict_.status(); }
  const std::optional<HttpResponse>& response() const noexcept { return response_; }

  plugboard_status complete(const plugboard_host* host, plugboard_token token) const {
    const auto status = static_cast<plugboard_status>(verdict_.status());
    if (!response_) return host->complete(host, token, status, nullptr);
    std::vector<plugboard_header> headers;
    headers.reserve(response_->headers.size());
    for (const auto& header : response_->headers) {
      headers.push_back({detail::bytes(header.name), detail::bytes(header.value)});
    }
    plugboard_http_response response{};
    response.size = sizeof response;
    response.status = response_->status;
    response.headers = headers.data();
    response.header_count = headers.size();
    response.body = detail::bytes(response_->body);
    return host->complete(host, token, status, &response);
  }

 private:
  Verdict verdict_;
  std::optional<HttpResponse> response_;
};

/// A whole answer in one line.
inline HttpResponse respond(std::uint32_t status, std::string_view content_type, std::string body) {
  return {.status = status,
          .headers = {{"Content-Type", std::string(content_type)}},
          .body = std::move(body)};
}

/// On to the next handler or route, whose answer gets these headers as well.
inline HttpVerdict pass_on(std::vector<HttpResponse::Header> headers) {
  return HttpVerdict(next(), HttpResponse{.headers = std::move(headers), .body = {}});
}

namespace detail {

template <class C>
concept HandlesNow = requires(C& plugin, const HttpRequest& request) {
  { plugin.handle(request) } -> std::convertible_to<HttpVerdict>;
};
template <class C>
concept HandlesLater = requires(C& plugin, const HttpRequest& request,
                                Completion<HttpVerdict> completion) {
  plugin.handle(request, std::move(completion));
};
template <class C>
concept HasClaims = requires(C& plugin, const HttpRequest& request) {
  { plugin.claims(request) } -> std::convertible_to<std::optional<HttpClaim>>;
};
template <class C>
concept IsHttpHandler = HandlesNow<C> || HandlesLater<C>;

inline HttpRequest http_request(const plugboard_http_request& request) {
  return {.secure = (request.flags & PLUGBOARD_HTTP_SECURE) != 0,
          .method = view(request.method),
          .path = view(request.path),
          .query = view(request.query),
          .headers = Headers(request.headers, request.header_count),
          .client_address = view(request.client_address),
          .body = view(request.body),
          .key_name = view(request.key_name)};
}

template <class Instance>
struct HttpHandlerTable {
  using Class = typename Instance::Class;

  static plugboard_status claims(plugboard_instance* self, const plugboard_http_request* request,
                                 plugboard_http_claim* claim) {
    Instance& instance = Instance::from(self);
    return guarded(instance.host, "claims", [&] {
      const std::optional<HttpClaim> wanted = instance.object.claims(http_request(*request));
      if (!wanted) return PLUGBOARD_NEXT;
      claim->max_body = wanted->max_body;
      claim->flags = wanted->require_key ? PLUGBOARD_HTTP_REQUIRE_KEY : 0;
      return PLUGBOARD_OK;
    });
  }

  static plugboard_status handle(plugboard_instance* self, const plugboard_http_request* request,
                                 plugboard_token token) {
    Instance& instance = Instance::from(self);
    return guarded(instance.host, "handle", [&]() -> plugboard_status {
      if constexpr (HandlesLater<Class>) {
        return instance.later("handle", [&] {
          instance.object.handle(http_request(*request),
                                 Completion<HttpVerdict>(instance.host, token));
        });
      } else {
        const HttpVerdict verdict = instance.object.handle(http_request(*request));
        if (!verdict.response()) return static_cast<plugboard_status>(verdict.status());
        verdict.complete(instance.host, token);
        return PLUGBOARD_PENDING;
      }
    });
  }

  static const plugboard_http_handler* table() {
    static constexpr plugboard_http_handler kTable = [] {
      plugboard_http_handler table{};
      table.size = sizeof table;
      table.handle = &handle;
      if constexpr (HasClaims<Class>) table.claims = &claims;
      return table;
    }();
    return &kTable;
  }
};

}  // namespace detail
}  // namespace plugboard
#pragma GCC visibility pop

#endif
