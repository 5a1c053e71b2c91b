#include "http/head_check.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

namespace plugboard::http {
namespace {

using Failure = std::optional<RequestFailure>;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// RFC 9110 section 5.5: visible characters, spaces, tabs and bytes beyond ASCII.
constexpr bool is_value_char(char c) {
  const auto byte = static_cast<std::uint8_t>(c);
  return (byte >= 0x20 && byte != 0x7F) || byte == '\t';
}

/// What the lines said so far about things that may be said once only.
struct Seen {
  bool host = false;
  bool content_length = false;
  bool transfer_encoding = false;
  bool close = false;
  bool keep_alive = false;
};

/// Takes a line off `rest`, without its CRLF; nothing if a CR or LF stands alone.
std::optional<std::string_view> take_line(std::string_view& rest) {
  // Two searches cost less than one for either character.
  const auto end = rest.find('\r');
  if (end == std::string_view::npos || !rest.substr(end).starts_with("\r\n")) return std::nullopt;
  const std::string_view line = rest.substr(0, end);
  if (line.find('\n') != std::string_view::npos) return std::nullopt;
  rest.remove_prefix(end + 2);
  return line;
}

Failure read_request_line(std::string_view line, RequestHead& head) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return RequestFailure{400, "Malformed request line"};
  }
  head.method = line.substr(0, first);
  head.target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(head.method)) return RequestFailure{400, "Malformed request method"};
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) ||
      version[6] != '.' || !is_digit(version[7])) {
    return RequestFailure{400, "Malformed request line"};
  }
  if (version[5] != '1') {
    return RequestFailure{505, "Only HTTP/1.0 and HTTP/1.1 are spoken here"};
  }
  // RFC 9110 section 2.5: a higher minor version means the highest that is known.
  head.minor_version = version[7] == '0' ? 0 : 1;
  const auto parts = wire::parse_target(head.target);
  if (!parts || (parts->is_asterisk() && head.method != "OPTIONS")) {
    return RequestFailure{400, "Malformed request target"};
  }
  head.parts = *parts;
  return std::nullopt;
}

Failure read_host(std::string_view value, RequestHead& head, Seen& seen) {
  if (seen.host) return RequestFailure{400, "More than one Host header"};
  if (!wire::valid_authority(value)) return RequestFailure{400, "Malformed Host header"};
  seen.host = true;
  head.host = value;
  return std::nullopt;
}

Failure read_content_length(std::string_view value, RequestHead& head, Seen& seen) {
  if (seen.content_length) return RequestFailure{400, "More than one Content-Length"};
  seen.content_length = true;
  const char* const end = value.data() + value.size();
  if (value.empty() || !std::all_of(value.begin(), value.end(), is_digit)) {
    return RequestFailure{400, "Malformed Content-Length"};
  }
  const auto [stop, problem] = std::from_chars(value.data(), end, head.content_length);
  if (problem != std::errc() || stop != end) {
    return RequestFailure{400, "Malformed Content-Length"};
  }
  return std::nullopt;
}

/// Codings other than chunked are none of this server's. Where chunked is the last, the length is
/// clear and RFC 9112 section 6.1 wants 501; any other list leaves it open.
Failure read_transfer_encoding(std::string_view value, Seen& seen) {
  if (seen.transfer_encoding) return RequestFailure{400, "More than one Transfer-Encoding"};
  seen.transfer_encoding = true;
  if (same_text(value, "chunked")) return std::nullopt;
  constexpr std::string_view kLast = "chunked";
  const auto comma = value.rfind(',');
  if (comma == std::string_view::npos || !same_text(trim(value.substr(comma + 1)), kLast)) {
    return RequestFailure{400, "Transfer-Encoding does not end with chunked"};
  }
  std::string_view rest = value.substr(0, comma);
  while (true) {
    const auto end = std::min(rest.find(','), rest.size());
    const std::string_view coding = trim(rest.substr(0, end));
    if (!is_token(coding) || same_text(coding, kLast) || same_text(coding, "identity")) {
      return RequestFailure{400, "Malformed Transfer-Encoding"};
    }
    if (end == rest.size()) break;
    rest.remove_prefix(end + 1);
  }
  return RequestFailure{501, "No transfer coding other than chunked is understood"};
}

Failure read_expect(std::string_view value, RequestHead& head) {
  if (!same_text(value, "100-continue")) {
    return RequestFailure{417, "No expectation other than 100-continue can be met"};
  }
  head.expects_continue = true;
  return std::nullopt;
}

Failure read_field(std::string_view line, RequestHead& head, Seen& seen) {
  if (line[0] == ' ' || line[0] == '\t') {
    return RequestFailure{400, "Header lines must not be folded"};
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    return RequestFailure{400, "Malformed header name"};
  }
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trim(line.substr(colon + 1));
  if (!std::all_of(value.begin(), value.end(), is_value_char)) {
    return RequestFailure{400, "Malformed header value"};
  }
  switch (name.size()) {
    case 4:
      if (same_text(name, "Host")) return read_host(value, head, seen);
      break;
    case 6:
      if (same_text(name, "Expect")) return read_expect(value, head);
      break;
    case 10:
      if (same_text(name, "Connection")) {
        seen.close = seen.close || lists_token(value, "close");
        seen.keep_alive = seen.keep_alive || lists_token(value, "keep-alive");
      }
      break;
    case 14:
      if (same_text(name, "Content-Length")) return read_content_length(value, head, seen);
      break;
    case 17:
      if (same_text(name, "Transfer-Encoding")) return read_transfer_encoding(value, seen);
      break;
    default:
      break;
  }
  return std::nullopt;
}

/// What the lines mean taken together.
Failure conclude(RequestHead& head, const Seen& seen) {
  const bool http11 = head.minor_version == 1;
  if (http11 && !seen.host) return RequestFailure{400, "Missing Host header"};
  if (seen.transfer_encoding && seen.content_length) {
    return RequestFailure{400, "Both Content-Length and Transfer-Encoding"};
  }
  if (seen.transfer_encoding && !http11) {
    return RequestFailure{400, "Transfer-Encoding in an HTTP/1.0 request"};
  }
  if (!head.parts.authority.empty()) head.host = head.parts.authority;
  if (seen.transfer_encoding) {
    head.framing = BodyFraming::chunked;
  } else if (head.content_length != 0) {
    head.framing = BodyFraming::length;
  }
  head.keep_alive = !seen.close && (http11 || seen.keep_alive);
  // HTTP/1.0 knows no interim answers (RFC 9110 section 10.1.1).
  head.expects_continue = head.expects_continue && http11 && head.has_body();
  return std::nullopt;
}

}  // namespace

std::variant<RequestHead, RequestFailure> check_head(std::string_view raw) {
  RequestHead head;
  Seen seen;
  std::string_view rest = raw;
  const auto request_line = take_line(rest);
  if (!request_line) return RequestFailure{400, "Malformed line end"};
  if (const Failure failure = read_request_line(*request_line, head)) return *failure;
  for (std::size_t lines = 0;; ++lines) {
    const auto line = take_line(rest);
    if (!line) return RequestFailure{400, "Malformed line end"};
    if (line->empty()) break;
    if (lines == kMaxHeaderLines) return RequestFailure{431, "Too many header lines"};
    if (const Failure failure = read_field(*line, head, seen)) return *failure;
  }
  if (!rest.empty()) return RequestFailure{400, "Malformed line end"};
  if (const Failure failure = conclude(head, seen)) return *failure;
  return head;
}

}  // namespace plugboard::http
