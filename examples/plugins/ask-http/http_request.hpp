// One HTTP request over a plain socket, for services on the own network. Blocks; any thread.
#pragma once

#include <chrono>
#include <string>

namespace ask_http {

/// http://HOST[:PORT]/PATH
struct Url {
  std::string host;
  std::string port = "80";
  std::string path = "/";

  /// Throws std::invalid_argument with a sentence.
  static Url parse(const std::string& text);
};

struct Response {
  int status = 0;
  std::string body;  ///< the first 64 KiB
};

/// Posts a JSON text and reads the answer. Throws std::runtime_error with a sentence if there is
/// none within `timeout`.
Response post_json(const Url& url, const std::string& json, std::chrono::milliseconds timeout);

}  // namespace ask_http
