// SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF") with a key drawn at the
// start, so that nobody can pick texts which fall into one bucket. Any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace plugboard {

class KeyedHash {
 public:
  /// Draws a key.
  KeyedHash();
  KeyedHash(std::uint64_t k0, std::uint64_t k1) : k0_(k0), k1_(k1) {}

  std::uint64_t operator()(std::string_view data) const noexcept;

 private:
  std::uint64_t k0_;
  std::uint64_t k1_;
};

}  // namespace plugboard
