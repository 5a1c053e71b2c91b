// The strict pass over a request's raw head. It alone decides how the request is framed, and
// refuses every shape that two parsers might read differently (RFC 9112 sections 2.2, 5, 6
// and 11.2), so that no request can be smuggled through this server or past a proxy before it.
// Pure; any thread.
#pragma once

#include <cstddef>
#include <string_view>
#include <variant>

#include "http/request_head.hpp"

namespace plugboard::http {

/// Why a request cannot be answered as such. The connection is closed behind the answer, since
/// where the next request would begin is unknown.
struct RequestFailure {
  unsigned status = 400;
  std::string_view reason;  ///< an English sentence for the JSON error; static text
};

/// Bytes of the request line and all headers, their line ends included.
inline constexpr std::size_t kMaxHeadBytes = 64 * 1024;

/// Header lines of one request: more than fit into 16 KiB, which must pass in any shape.
inline constexpr std::size_t kMaxHeaderLines = 4096;

/// Judges the head of a request, from the request line to the empty line, both included. Fills in
/// everything of RequestHead but `headers`; views are borrowed from `raw`.
[[nodiscard]] std::variant<RequestHead, RequestFailure> check_head(std::string_view raw);

}  // namespace plugboard::http
