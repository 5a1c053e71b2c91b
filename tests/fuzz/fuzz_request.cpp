// HTTP requests, one behind the other: read the same however they are cut, and as another reader
// takes them that knows nothing but what RFC 9112 says of good ones.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/fuzz.hpp"
#include "http/answers.hpp"
#include "http/conversation.hpp"
#include "http/request_reader.hpp"
#include "http/routes.hpp"
#include "http/upgrade.hpp"

namespace plugboard::http {
namespace {

constexpr std::size_t kBodyLimit = 256;

/// A request by the other reader: where it ends, and its body.
struct OtherReading {
  std::size_t end = 0;
  std::string body;
};

std::string_view line_at(std::string_view bytes, std::size_t at) {
  const auto end = bytes.find("\r\n", at);
  FUZZ_REQUIRE(end != std::string_view::npos);
  return bytes.substr(at, end - at);
}

OtherReading read_chunks(std::string_view bytes, std::size_t at) {
  OtherReading reading;
  while (true) {
    const std::string_view line = line_at(bytes, at);
    const std::string digits(line.substr(0, line.find_first_of("; \t")));
    FUZZ_REQUIRE(digits.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos);
    const std::size_t size = std::stoull(digits, nullptr, 16);
    at += line.size() + 2;
    if (size == 0) break;
    reading.body += bytes.substr(at, size);
    at += size;
    FUZZ_REQUIRE(bytes.substr(at, 2) == "\r\n");
    at += 2;
  }
  while (true) {
    const std::string_view trailer = line_at(bytes, at);
    at += trailer.size() + 2;
    if (trailer.empty()) break;
  }
  reading.end = at;
  return reading;
}

/// Of bytes that begin with a good request.
OtherReading read_otherwise(std::string_view bytes) {
  std::size_t at = 0;
  while (bytes.substr(at, 2) == "\r\n") at += 2;
  at += line_at(bytes, at).size() + 2;
  std::optional<std::size_t> length;
  bool chunked = false;
  while (true) {
    const std::string_view line = line_at(bytes, at);
    at += line.size() + 2;
    if (line.empty()) break;
    std::string name(line.substr(0, line.find(':')));
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
      return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    });
    if (name == "content-length") {
      FUZZ_REQUIRE(!length && !chunked);
      length = std::stoull(std::string(line.substr(line.find(':') + 1)));
    }
    if (name == "transfer-encoding") {
      FUZZ_REQUIRE(!length && !chunked);
      chunked = true;
    }
  }
  if (chunked) return read_chunks(bytes, at);
  return {at + length.value_or(0), std::string(bytes.substr(at, length.value_or(0)))};
}

void check_head(const RequestHead& head) {
  const auto is_control = [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
  };
  for (const Header& header : head.headers) {
    FUZZ_REQUIRE(is_token(header.name));
    FUZZ_REQUIRE(std::none_of(header.value.begin(), header.value.end(), is_control));
    FUZZ_REQUIRE(trim(header.value) == header.value);
  }
  FUZZ_REQUIRE(is_token(head.method));
  FUZZ_REQUIRE(std::none_of(head.target.begin(), head.target.end(), is_control));
  FUZZ_REQUIRE(head.minor_version <= 1);
  FUZZ_REQUIRE(head.minor_version == 0 || head.all("Host").size() == 1);
  (void)Routes("/blob").find(head.method, head.path());
}

void check_upgrade(const RequestHead& head) {
  const auto verdict = judge_upgrade(head);
  if (const auto* upgrade = std::get_if<Upgrade>(&verdict)) {
    FUZZ_REQUIRE(!head.has_body());
    const std::string answer = upgrade_response(*upgrade);
    FUZZ_REQUIRE(answer.find("\r\n\r\n") == answer.size() - 4);
  }
}

void check_requests(std::string_view bytes) {
  RequestReader reader;
  std::size_t at = 0;
  while (true) {
    const std::size_t start = at;
    at += reader.feed(bytes.substr(at));
    FUZZ_REQUIRE(at <= bytes.size());
    if (reader.state() != RequestReader::State::head_complete) break;
    check_head(reader.head());
    if (reader.head().is_upgrade()) {
      check_upgrade(reader.head());
      break;
    }
    reader.accept_body(kBodyLimit);
    at += reader.feed(bytes.substr(at));
    FUZZ_REQUIRE(reader.body().size() <= kBodyLimit);
    if (reader.state() != RequestReader::State::complete) break;
    const OtherReading other = read_otherwise(bytes.substr(start));
    FUZZ_REQUIRE(start + other.end == at);
    FUZZ_REQUIRE(other.body == reader.body());
    reader.next();
  }
  if (reader.state() == RequestReader::State::failed) {
    FUZZ_REQUIRE(reader.failure().status >= 400 && reader.failure().status < 600);
    FUZZ_REQUIRE(!reader.failure().reason.empty());
  }
}

void check_cuts(std::string_view bytes) {
  const Conversation whole = converse(bytes, kBodyLimit);
  std::vector<std::string_view> pieces;
  for (std::size_t at = 0; at < bytes.size(); ++at) pieces.push_back(bytes.substr(at, 1));
  FUZZ_REQUIRE(converse(pieces, kBodyLimit) == whole);
  pieces.clear();
  std::uint32_t seed = static_cast<std::uint32_t>(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    seed = seed * 1664525 + 1013904223;
    const std::size_t size = 1 + (seed >> 24) % 17;
    pieces.push_back(bytes.substr(at, size));
    at += size;
  }
  FUZZ_REQUIRE(converse(pieces, kBodyLimit) == whole);
}

}  // namespace
}  // namespace plugboard::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  plugboard::http::check_requests(bytes);
  plugboard::http::check_cuts(bytes);
  return 0;
}
