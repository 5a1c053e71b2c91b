#include "load/frame.hpp"

#include <cstring>

namespace plugboard::load {

void append_header(std::string& out, std::uint8_t opcode, std::size_t size,
                   const std::array<std::uint8_t, 4>& key) {
  constexpr std::uint8_t kFin = 0x80;
  constexpr std::uint8_t kMasked = 0x80;
  out.push_back(static_cast<char>(kFin | opcode));
  int length_bytes = 0;
  if (size <= 125) {
    out.push_back(static_cast<char>(kMasked | size));
  } else if (size <= 0xffff) {
    out.push_back(static_cast<char>(kMasked | 126));
    length_bytes = 2;
  } else {
    out.push_back(static_cast<char>(kMasked | 127));
    length_bytes = 8;
  }
  for (int shift = (length_bytes - 1) * 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((static_cast<std::uint64_t>(size) >> shift) & 0xff));
  }
  out.append(reinterpret_cast<const char*>(key.data()), key.size());
}

void mask(char* bytes, std::size_t size, std::size_t offset) {
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<char>(static_cast<std::uint8_t>(bytes[i]) ^ kMask[(offset + i) % 4]);
  }
}

void append_frame(std::string& out, std::uint8_t opcode, std::string_view payload) {
  append_header(out, opcode, payload.size());
  const std::size_t start = out.size();
  out += payload;
  mask(out.data() + start, payload.size(), 0);
}

Parsed parse_server_frame(std::string_view bytes, bool may_compress) {
  if (bytes.size() < 2) return {};
  const auto first = static_cast<std::uint8_t>(bytes[0]);
  const auto second = static_cast<std::uint8_t>(bytes[1]);
  const bool compressed = may_compress && (first & kCompressed) != 0;
  // FIN set, no reserved bit but for compression, no continuation; unmasked.
  if ((first & 0xf0) != (compressed ? 0x80 | kCompressed : 0x80) || (first & 0x0f) == 0 ||
      (second & 0x80) != 0) {
    return {.what = Parse::kBroken, .frame = {}, .size = 0};
  }
  std::uint64_t length = second;
  std::size_t header = 2;
  if (second >= 126) {
    const std::size_t length_bytes = second == 126 ? 2 : 8;
    header += length_bytes;
    if (bytes.size() < header) return {};
    length = 0;
    for (std::size_t i = 2; i < header; ++i) {
      length = (length << 8) | static_cast<std::uint8_t>(bytes[i]);
    }
  }
  if (bytes.size() - header < length) return {};
  return {.what = Parse::kFrame,
          .frame = {.opcode = static_cast<std::uint8_t>(first & 0x0f),
                    .payload = bytes.substr(header, length),
                    .compressed = compressed},
          .size = header + length};
}

}  // namespace plugboard::load
