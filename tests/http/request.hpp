// A request's head from its text, for tests of what is decided about it.
#pragma once

#include <string>
#include <string_view>

#include "http/request_reader.hpp"

namespace plugboard::http {

/// Keeps the bytes that its head's views refer to.
class Request {
 public:
  /// A whole head: `GET / HTTP/1.1` and so on, with its empty line.
  static Request raw(std::string_view bytes) { return Request(bytes); }

  /// A GET with these header lines behind a Host.
  static Request with(std::string_view lines) {
    return Request("GET / HTTP/1.1\r\nHost: h\r\n" + std::string(lines) + "\r\n");
  }

  [[nodiscard]] const RequestHead& head() const { return reader_.head(); }

 private:
  explicit Request(std::string_view bytes) { reader_.feed(bytes); }

  RequestReader reader_;
};

}  // namespace plugboard::http
