#include "keyed_hash/keyed_hash.hpp"

#include <bit>
#include <cstddef>
#include <random>

namespace plugboard {
namespace {

struct State {
  std::uint64_t v0, v1, v2, v3;

  void round() noexcept {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }

  void absorb(std::uint64_t word) noexcept {
    v3 ^= word;
    round();
    v0 ^= word;
  }
};

std::uint64_t little_endian(std::string_view bytes) noexcept {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    word |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return word;
}

std::uint64_t drawn() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

}  // namespace

KeyedHash::KeyedHash() : k0_(drawn()), k1_(drawn()) {}

std::uint64_t KeyedHash::operator()(std::string_view data) const noexcept {
  State state{k0_ ^ 0x736f6d6570736575, k1_ ^ 0x646f72616e646f6d, k0_ ^ 0x6c7967656e657261,
              k1_ ^ 0x7465646279746573};
  const std::uint64_t length = std::uint64_t{data.size()} << 56;
  for (; data.size() >= 8; data.remove_prefix(8)) state.absorb(little_endian(data.substr(0, 8)));
  state.absorb(little_endian(data) | length);
  state.v2 ^= 0xff;
  for (int i = 0; i < 3; ++i) state.round();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace plugboard
