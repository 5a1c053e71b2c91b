// The eight characters by which a message is known again: its number in the flow and a checksum
// over number, flow and body. Short, so that even a message of 64 bytes has room for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace plugboard::load {

constexpr std::size_t kStampSize = 8;

/// Sequence numbers wrap after 30 bits.
constexpr std::uint32_t kSequenceMask = (1U << 30) - 1;

/// Writes kStampSize characters of `[A-Za-z0-9_-]`. `seed` stands for the flow and its body.
void write_stamp(char* out, std::uint32_t sequence, std::uint64_t seed);

/// The sequence number; nothing if the characters or the checksum are wrong.
std::optional<std::uint32_t> read_stamp(std::string_view text, std::uint64_t seed);

/// A seed from the text that it shall stand for.
std::uint64_t stamp_seed(std::string_view text);

}  // namespace plugboard::load
