// The WebSocket opening handshake, the server's half (RFC 6455 section 4.2). Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "http/request_head.hpp"

namespace plugboard::http {

/// The subprotocol by which browsers bring an access key without putting it into the URL: they
/// offer the pair `plugboard.key, <key>`.
inline constexpr std::string_view kKeySubprotocol = "plugboard.key";

/// A good upgrade request.
struct Upgrade {
  std::string_view websocket_key;    ///< Sec-WebSocket-Key, borrowed from the request
  std::string_view subprotocol_key;  ///< the key of the pair, as it was sent; empty without one.
                                     ///< Borrowed from the request. Never log it
  std::string extensions;  ///< Sec-WebSocket-Extensions, lines joined; empty: none offered
};

/// A request that opens no WebSocket: to be answered with `refuse_upgrade` (documents.hpp) and
/// closed.
struct UpgradeRefusal {
  unsigned status = 400;    ///< 400, or 426 for another version
  std::string_view reason;  ///< an English sentence; static text
};

/// Judges a request for which `is_upgrade()` holds.
[[nodiscard]] std::variant<Upgrade, UpgradeRefusal> judge_upgrade(const RequestHead& head);

/// The 101 answer, whole. `extensions`: the value of Sec-WebSocket-Extensions; empty: none agreed.
/// Selects `plugboard.key` if the pair was offered; of other subprotocols none, since Plugboard
/// speaks none of them.
[[nodiscard]] std::string upgrade_response(const Upgrade& upgrade,
                                           std::string_view extensions = {});

/// Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455 section 4.2.2).
[[nodiscard]] std::string accept_value(std::string_view websocket_key);

}  // namespace plugboard::http
