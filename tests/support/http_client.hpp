// An HTTP/1.1 client that keeps its connection, on Boost.Beast. One thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "support/endpoint.hpp"
#include "support/http_message.hpp"

namespace plugboard::test {

struct HttpOptions {
  /// The client's own address, such as 127.0.0.2; the system's choice if empty.
  std::string local_address = {};
};

class HttpClient {
 public:
  explicit HttpClient(const Endpoint& endpoint, const HttpOptions& options = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  HttpClient(HttpClient&&) = delete;
  HttpClient& operator=(HttpClient&&) = delete;

  /// Sends one request on the kept connection (a new one if the server ended it) and waits for
  /// the whole answer. Throws if none comes in time.
  HttpResponse request(std::string_view method, std::string_view target,
                       const HttpHeaders& headers = {}, std::string_view body = "");

  HttpResponse get(std::string_view target, const HttpHeaders& headers = {}) {
    return request("GET", target, headers);
  }
  HttpResponse put(std::string_view target, std::string_view body,
                   const HttpHeaders& headers = {}) {
    return request("PUT", target, headers, body);
  }

  /// How many TCP connections it has opened so far.
  [[nodiscard]] int connections() const;

 private:
  class Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace plugboard::test
