#include "net/compression.hpp"

#include <array>
#include <optional>
#include <string>

#include "wire/frame.hpp"

namespace plugboard::net {
namespace {

constexpr std::size_t kHeadroom = 16;
// What one large message needed is not kept for the small ones that follow.
constexpr std::size_t kKept = 256 * 1024;

void begin(std::string& buffer) {
  if (buffer.capacity() > kKept) buffer = std::string();
  buffer.assign(kHeadroom, '\0');
}

}  // namespace

Expanded expand(std::string_view compressed, std::size_t max_message) {
  thread_local wire::Inflater inflater(15, false);
  thread_local std::string buffer;
  begin(buffer);
  const wire::InflateStatus status =
      inflater.feed(compressed, true, max_message + kHeadroom, buffer);
  if (status != wire::InflateStatus::ok) inflater.reset();
  return {status, std::span(buffer).subspan(kHeadroom)};
}

std::string_view compress_frame(std::string_view frame, std::size_t payload_size,
                                std::uint8_t window_bits) {
  thread_local std::array<std::optional<wire::Deflater>, 16> deflaters;
  thread_local std::string buffer;
  auto& deflater = deflaters[window_bits];
  if (!deflater) deflater.emplace(window_bits, false);
  begin(buffer);
  deflater->deflate(frame.substr(frame.size() - payload_size), buffer);
  const std::size_t compressed = buffer.size() - kHeadroom;
  if (compressed >= payload_size) return frame;
  const auto opcode = static_cast<wire::Opcode>(static_cast<unsigned char>(frame[0]) & 0x0FU);
  const std::size_t header = wire::server_header_size(compressed);
  char* const begin_of_frame = buffer.data() + kHeadroom - header;
  wire::write_server_header(begin_of_frame, opcode, true, true, compressed);
  return {begin_of_frame, header + compressed};
}

}  // namespace plugboard::net
