// The words of the protocol, as a peer says and hears them. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "plugboard/client/events.hpp"

namespace plugboard::client {

struct PeerStatus {
  std::string address;
  bool online = false;
};
struct ServerError {
  std::string code;
  std::string message;
};
/// Not JSON, or nothing that this protocol knows.
struct Ignored {};

using Incoming = std::variant<Ignored, Message, PeerStatus, ServerError>;

/// Never throws for what a relay or a peer sent.
Incoming read_incoming(std::string_view text);

/// These throw nlohmann::json::type_error for text that is not UTF-8.
std::string routed_text(std::string_view from, std::string_view to, const nlohmann::json& payload);
std::string watch_text(std::string_view address);
std::string unwatch_text(std::string_view address);

/// RFC 3629, which all text on the wire is.
bool is_utf8(std::string_view text);

/// Whether the relay's error means that connecting again would not help.
bool is_fatal(std::string_view code);

/// The error that a close code and reason stand for, if it is a fatal one: the frame that names it
/// may have been lost. Nothing otherwise.
std::optional<ServerError> fatal_close(std::uint16_t code, std::string_view reason);

}  // namespace plugboard::client
