#include "support/http_message.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <stdexcept>

namespace plugboard::test {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

bool has_no_body(int status) { return status / 100 == 1 || status == 204 || status == 304; }

}  // namespace

std::optional<std::string> HttpResponse::header(std::string_view name) const {
  std::optional<std::string> found;
  for (const auto& [key, value] : headers) {
    if (!same_name(key, name)) continue;
    if (found) throw std::runtime_error("several headers named " + std::string(name));
    found = value;
  }
  return found;
}

std::optional<HttpResponse> take_response(std::string& bytes, bool head) {
  const std::size_t head_end = bytes.find("\r\n\r\n");
  if (head_end == std::string::npos) return std::nullopt;
  if (!bytes.starts_with("HTTP/1.1 ") || bytes.size() < 12) {
    throw std::runtime_error("not an HTTP/1.1 answer: " + bytes.substr(0, 200));
  }
  HttpResponse response;
  response.status = static_cast<int>(std::strtol(bytes.substr(9, 3).c_str(), nullptr, 10));
  std::size_t line = bytes.find("\r\n") + 2;
  while (line < head_end) {
    const std::size_t end = bytes.find("\r\n", line);
    const std::size_t colon = bytes.find(':', line);
    if (colon == std::string::npos || colon > end) throw std::runtime_error("header without colon");
    std::size_t value = colon + 1;
    while (value < end && bytes[value] == ' ') ++value;
    response.headers.emplace_back(bytes.substr(line, colon - line),
                                  bytes.substr(value, end - value));
    line = end + 2;
  }
  const std::size_t body = head_end + 4;
  std::size_t length = 0;
  if (!head && !has_no_body(response.status)) {
    const std::optional<std::string> field = response.header("content-length");
    if (!field) throw std::runtime_error("an answer without content-length");
    length = std::strtoul(field->c_str(), nullptr, 10);
  }
  if (bytes.size() - body < length) return std::nullopt;
  response.body = bytes.substr(body, length);
  bytes.erase(0, body + length);
  return response;
}

}  // namespace plugboard::test
