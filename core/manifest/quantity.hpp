// Durations and sizes as people write them: "30s", "2 MiB".
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace plugboard::manifest {

/// No duration in the manifest, plugin configs included, is longer: one year. Sums with a clock's
/// readings stay far from overflow.
inline constexpr std::chrono::milliseconds kLongestDuration = std::chrono::hours(365 * 24);

/// Why a text is no quantity.
enum class NoQuantity {
  kForm,      ///< not a whole number and a unit
  kTooLarge,  ///< a number that does not fit
};

/// A whole number and one of ms, s, m, h, with or without blanks between: "90s", "5 m".
/// At most what fits into 63 bits of milliseconds.
[[nodiscard]] std::variant<std::chrono::milliseconds, NoQuantity> parse_duration(
    std::string_view text);

/// Bytes: a whole number alone or with one of B, KiB, MiB, with or without blanks between: "4096",
/// "2 MiB". At most what fits into 63 bits.
[[nodiscard]] std::variant<std::uint64_t, NoQuantity> parse_size(std::string_view text);

/// The duration as a person would write it, in the largest unit that leaves a whole number.
[[nodiscard]] std::string to_text(std::chrono::milliseconds duration);

/// The size likewise: "64 KiB", "100 B".
[[nodiscard]] std::string size_to_text(std::uint64_t bytes);

/// The unit that `text` may have meant where it names one that is none ("30 sec", "2 MB").
[[nodiscard]] std::optional<std::string> likely_duration(std::string_view text);
[[nodiscard]] std::optional<std::string> likely_size(std::string_view text);

}  // namespace plugboard::manifest
