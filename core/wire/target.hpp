// Request targets (RFC 9112 section 3.2): path and query of what a client asks for. Pure
// functions; any thread; once a request, not once a message.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plugboard::wire {

/// A request target taken apart. All views are borrowed from it, nothing is decoded.
struct RequestTarget {
  /// Begins with `/`; `*` for an asterisk-form target.
  std::string_view path;
  /// What follows the first `?`, without it. Empty both for none and for an empty one.
  std::string_view query;
  /// Of an absolute-form target: host and port, which then count instead of the Host header
  /// (RFC 9112 section 3.2.2). Empty for other forms.
  std::string_view authority;

  /// `*`, which only OPTIONS may ask for.
  [[nodiscard]] bool is_asterisk() const { return path == "*"; }
};

/// Reads a target in origin form (`/path?query`), absolute form (`ws://host:port/path?query`; the
/// schemes http, https, ws and wss in any letter case) or asterisk form. Nothing for anything
/// else: authority form, other schemes, an authority that is none or names a user, a fragment
/// (`#` never stands in a target), white space and control characters. Other bytes that RFC 3986
/// would have escaped pass, as browsers send some of them.
[[nodiscard]] std::optional<RequestTarget> parse_target(std::string_view target);

/// Whether this is `host` or `host:port` as a Host header or an absolute-form target may name it
/// (RFC 9110 section 7.2): a name, an IPv4 address or a bracketed IP literal (RFC 3986
/// section 3.2.2); without user information; a port of digits, or none behind the colon. An empty
/// host is refused.
[[nodiscard]] bool valid_authority(std::string_view authority);

/// Decodes each `%XX`. Nothing if a `%` lacks its two hexadecimal digits. A `+` stays a `+`. The
/// outcome may be any bytes, zeros and ill-formed UTF-8 included.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

/// The value of the first query parameter of this name that is not empty, percent-decoded; nothing
/// if there is none. Parameters are separated by `&`; names are decoded before they are compared.
/// A `+` stays a `+` and not, as in HTML forms, a space: access tokens may hold the former (in
/// base64), no key or id the latter, and clients that escape send `%2B` anyway. A `%` that escapes
/// nothing stands for itself, so that a key so spelled is seen and refused, not overlooked.
[[nodiscard]] std::optional<std::string> query_parameter(std::string_view query,
                                                         std::string_view name);

}  // namespace plugboard::wire
