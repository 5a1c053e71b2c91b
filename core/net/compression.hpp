// permessage-deflate between frames (RFC 7692). The relay always agrees to no context takeover in
// either direction, so that no message needs what another left behind: one compressor and one
// expander a thread serve all connections, and a connection costs nothing for being able to.
// Any thread; each has its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "wire/deflate.hpp"
#include "wire/extensions.hpp"

namespace plugboard::net {

/// What the relay offers to agree on.
inline constexpr wire::DeflatePolicy kDeflatePolicy{};

/// Messages below this size are sent as they are: compressing them gains next to nothing.
inline constexpr std::size_t kCompressFrom = 256;

struct Expanded {
  wire::InflateStatus status;
  /// The message, until this thread expands the next; may be written to, and so may the
  /// bytes of a frame header before it.
  std::span<char> message;
};

/// Expands one whole message. `max_message`: bytes; a larger one ends there.
Expanded expand(std::string_view compressed, std::size_t max_message);

/// The whole data frame `frame` (header and payload of `payload_size` bytes) with its payload
/// compressed, valid until this thread compresses the next; or `frame` itself where that is not
/// shorter. `window_bits`: as agreed on for the server.
std::string_view compress_frame(std::string_view frame, std::size_t payload_size,
                                std::uint8_t window_bits);

}  // namespace plugboard::net
