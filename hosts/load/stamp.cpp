#include "load/stamp.hpp"

#include <array>

namespace plugboard::load {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr int kChecksumBits = 18;

constexpr std::array<std::int8_t, 256> kValues = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<std::uint8_t>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}();

/// The finalizer of SplitMix64: every bit of the input reaches every bit of the result.
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

std::uint64_t checksum(std::uint32_t sequence, std::uint64_t seed) {
  return mix(seed ^ (sequence + 0x9e3779b97f4a7c15ULL)) & ((1U << kChecksumBits) - 1);
}

}  // namespace

void write_stamp(char* out, std::uint32_t sequence, std::uint64_t seed) {
  sequence &= kSequenceMask;
  std::uint64_t bits =
      (static_cast<std::uint64_t>(sequence) << kChecksumBits) | checksum(sequence, seed);
  for (std::size_t i = kStampSize; i-- > 0; bits >>= 6) out[i] = kAlphabet[bits & 63];
}

std::optional<std::uint32_t> read_stamp(std::string_view text, std::uint64_t seed) {
  if (text.size() != kStampSize) return std::nullopt;
  std::uint64_t bits = 0;
  for (const char c : text) {
    const std::int8_t value = kValues[static_cast<std::uint8_t>(c)];
    if (value < 0) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint64_t>(value);
  }
  const auto sequence = static_cast<std::uint32_t>(bits >> kChecksumBits);
  if ((bits & ((1U << kChecksumBits) - 1)) != checksum(sequence, seed)) return std::nullopt;
  return sequence;
}

std::uint64_t stamp_seed(std::string_view text) {
  std::uint64_t seed = 0;
  for (const char c : text) seed = mix(seed ^ static_cast<std::uint8_t>(c)) + 1;
  return seed;
}

}  // namespace plugboard::load
