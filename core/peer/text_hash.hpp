// Hashing of addresses. Seeded once a process, since clients choose what is hashed.
#pragma once

#include <boost/container_hash/hash.hpp>
#include <cstddef>
#include <string_view>

namespace plugboard::peer {

/// Drawn from the system's random source at the first call.
std::size_t text_hash_seed();

inline std::size_t hash_text(std::string_view text) {
  static const std::size_t process_seed = text_hash_seed();
  std::size_t seed = process_seed;
  boost::hash_range(seed, text.begin(), text.end());
  return seed;
}

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return hash_text(text); }
};

struct TextEqual {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const { return a == b; }
};

}  // namespace plugboard::peer
