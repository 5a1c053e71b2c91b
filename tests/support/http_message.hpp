// HTTP answers as tests look at them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plugboard::test {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpResponse {
  int status = 0;
  HttpHeaders headers = {};
  std::string body = {};

  /// The value of the only header of that name, in any letter case; nothing if there is none.
  /// Throws if there are several.
  [[nodiscard]] std::optional<std::string> header(std::string_view name) const;
};

/// Takes the first whole answer off the front of `bytes`; nothing if it is not complete yet.
/// `head` says that it answers a HEAD request. Throws on what is not an HTTP/1.1 answer of known
/// length.
std::optional<HttpResponse> take_response(std::string& bytes, bool head = false);

}  // namespace plugboard::test
