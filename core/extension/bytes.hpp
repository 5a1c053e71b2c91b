// Between the ABI's (pointer, length) pairs and C++ strings. Pure; any thread.
#pragma once

#include <plugboard/abi.h>

#include <string_view>

namespace plugboard::extension {

/// Borrows `text`.
inline plugboard_bytes to_bytes(std::string_view text) { return {text.data(), text.size()}; }

/// Whether a pair from a plugin can be read at all: no length without data, none beyond `limit`.
inline bool readable(plugboard_bytes bytes, std::uint64_t limit) {
  return bytes.size <= limit && (bytes.data != nullptr || bytes.size == 0);
}

/// Borrows `bytes`, which must be readable.
inline std::string_view view(plugboard_bytes bytes) {
  return bytes.size == 0 ? std::string_view() : std::string_view(bytes.data, bytes.size);
}

}  // namespace plugboard::extension
