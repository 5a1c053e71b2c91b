// The Sec-WebSocket-Extensions header (RFC 6455 section 9.1) and what a server answers to offers of
// permessage-deflate (RFC 7692 section 7). Pure functions; any thread; once a handshake.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace plugboard::wire {

/// One `name` or `name=value` behind an extension's name.
struct ExtensionParameter {
  std::string name;
  /// Without quotation marks, if it had any.
  std::optional<std::string> value;
};

/// One extension that a header names.
struct Extension {
  std::string name;
  std::vector<ExtensionParameter> parameters;
};

/// Reads the value of a Sec-WebSocket-Extensions header; of several, joined with commas. Nothing if
/// it is not of the grammar: whoever receives that must fail the handshake (RFC 6455 section 9.1),
/// also if it supports no extension.
[[nodiscard]] std::optional<std::vector<Extension>> parse_extensions(std::string_view header);

/// How much of permessage-deflate a server wants.
struct DeflatePolicy {
  /// Whether messages to the client may refer to earlier ones. Compresses better, and keeps a
  /// Deflater of about 170 KiB for each connection.
  bool server_context_takeover = false;
  /// Whether messages from the client may refer to earlier ones. Keeps an Inflater of about 40 KiB
  /// for each connection.
  bool client_context_takeover = false;
  /// The largest windows, as powers of two: 8 to 15. The client's can be held below 15 only if its
  /// offer says that it can be told.
  int server_window_bits = 15;
  int client_window_bits = 15;
};

/// The terms agreed on for one connection.
struct DeflateTerms {
  bool server_context_takeover = false;
  bool client_context_takeover = false;
  int server_window_bits = 15;
  int client_window_bits = 15;
  /// The value of the response's Sec-WebSocket-Extensions header.
  std::string response;
};

/// No offer of permessage-deflate was made, or none that may be accepted: the handshake goes on,
/// its response names no extension.
struct NoDeflate {};

/// The header is not of the grammar: the handshake fails with HTTP 400.
struct MalformedExtensions {};

using DeflateAnswer = std::variant<DeflateTerms, NoDeflate, MalformedExtensions>;

/// Chooses the first offer that may be accepted. One with an unknown parameter, a parameter twice
/// or a value out of its range is declined (RFC 7692 section 7.1), and the next is looked at.
[[nodiscard]] DeflateAnswer negotiate_deflate(std::string_view header, const DeflatePolicy& policy);

}  // namespace plugboard::wire
