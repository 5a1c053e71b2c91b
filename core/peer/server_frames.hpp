// The relay's own messages as whole text frames (docs/protocol.md, "From the relay").
// Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>

namespace plugboard::peer {

/// {"type":"error","payload":{"code":CODE,"message":MESSAGE}}
std::string error_frame(std::string_view code, std::string_view message);

/// The same with "to":ADDRESS in the payload, for PEER_OFFLINE.
std::string error_frame(std::string_view code, std::string_view message, std::string_view to);

/// {"type":"peer-status","payload":{"address":ADDRESS,"online":ONLINE}}
std::string status_frame(std::string_view address, bool online);

/// A message of the relay's or a plugin's as a whole frame.
std::string message_frame(std::string_view payload, bool binary);

}  // namespace plugboard::peer
