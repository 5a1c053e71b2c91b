// Frames as a connection would take them apart, in pieces and at once, against a plain decoder.
// Input: a byte of flags (bit 0: RSV1 may stand), a byte for the size of the pieces, then what the
// client sends.
#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <variant>

#include "fuzz/fuzz.hpp"
#include "wire/close.hpp"
#include "wire/frame.hpp"
#include "wire/utf8.hpp"

namespace plugboard::wire {
namespace {

std::uint8_t byte_at(std::string_view data, std::size_t at) {
  return static_cast<std::uint8_t>(data[at]);
}

/// A header read by the letter of RFC 6455 section 5.2, from bytes that are all there.
HeaderStatus plain_status(std::string_view data, bool rsv1_allowed) {
  if (data.empty()) return HeaderStatus::incomplete;
  const int opcode = byte_at(data, 0) & 15;
  if ((byte_at(data, 0) & 0x30) != 0) return HeaderStatus::reserved_bits;
  if ((byte_at(data, 0) & 0x40) != 0 && (!rsv1_allowed || (opcode != 1 && opcode != 2))) {
    return HeaderStatus::reserved_bits;
  }
  if ((opcode >= 3 && opcode <= 7) || opcode >= 11) return HeaderStatus::reserved_opcode;
  if (opcode >= 8 && (byte_at(data, 0) & 0x80) == 0) return HeaderStatus::control_fragmented;
  if (data.size() < 2) return HeaderStatus::incomplete;
  if ((byte_at(data, 1) & 0x80) == 0) return HeaderStatus::unmasked;
  const int length = byte_at(data, 1) & 0x7F;
  if (opcode >= 8 && length > 125) return HeaderStatus::control_too_long;
  if (length == 126 && data.size() >= 4 && byte_at(data, 2) == 0 && byte_at(data, 3) < 126) {
    return HeaderStatus::not_minimal;
  }
  if (length == 127 && data.size() >= 3 && byte_at(data, 2) >= 0x80) {
    return HeaderStatus::length_too_large;
  }
  if (length == 127 && data.size() >= 8 &&
      data.substr(2, 6) == std::string_view("\0\0\0\0\0\0", 6)) {
    return HeaderStatus::not_minimal;
  }
  const std::size_t whole = length < 126 ? 6 : length == 126 ? 8 : 14;
  return data.size() < whole ? HeaderStatus::incomplete : HeaderStatus::complete;
}

HeaderStatus parse(std::string_view data, bool rsv1_allowed, FrameHeader& header) {
  // A copy of just these bytes, so that reading beyond them is seen.
  const std::string exact(data);
  return parse_client_frame_header(exact.data(), exact.size(), rsv1_allowed, header);
}

void check_header(std::string_view data, bool rsv1_allowed) {
  for (std::size_t size = 0; size <= std::min<std::size_t>(data.size(), kMaxClientHeader); ++size) {
    FrameHeader header;
    FUZZ_REQUIRE(parse(data.substr(0, size), rsv1_allowed, header) ==
                 plain_status(data.substr(0, size), rsv1_allowed));
  }
}

void check_server_header(const FrameHeader& header) {
  std::string out(server_header_size(header.payload_size), '\0');
  FUZZ_REQUIRE(out.size() + 4 == header.header_size);
  FUZZ_REQUIRE(write_server_header(out.data(), header.opcode, header.fin, header.rsv1,
                                   header.payload_size) == out.size());
  // With a mask it is a client's header again.
  out[1] = static_cast<char>(out[1] | 0x80);
  out.append(4, '\0');
  FrameHeader again;
  FUZZ_REQUIRE(parse(out, true, again) == HeaderStatus::complete);
  FUZZ_REQUIRE(again.opcode == header.opcode && again.fin == header.fin);
  FUZZ_REQUIRE(again.rsv1 == header.rsv1 && again.payload_size == header.payload_size);
}

std::string unmasked(std::string_view payload, std::uint32_t mask, std::size_t piece) {
  char mask_bytes[4];
  std::memcpy(mask_bytes, &mask, 4);
  std::string expected(payload);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    expected[i] = static_cast<char>(expected[i] ^ mask_bytes[i % 4]);
  }
  std::string out(payload);
  for (std::size_t at = 0; at < out.size(); at += piece) {
    unmask(out.data() + at, std::min(piece, out.size() - at), mask, at);
  }
  FUZZ_REQUIRE(out == expected);
  return out;
}

void check_text(std::string_view text, std::size_t piece) {
  Utf8Stream stream;
  bool good = true;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    good = stream.feed(text.substr(at, piece));
    if (!good) break;
  }
  FUZZ_REQUIRE((good && stream.complete()) == valid_utf8(text));
  FUZZ_REQUIRE(valid_utf8(text.substr(0, valid_utf8_prefix(text))));
  FUZZ_REQUIRE((valid_utf8_prefix(text) == text.size()) == valid_utf8(text));
}

void check_close(std::string_view payload) {
  const ClosePayload parsed = parse_close_payload(payload);
  if (const auto* const close = std::get_if<PeerClose>(&parsed)) {
    FUZZ_REQUIRE(payload.empty() || valid_close_code(close->code));
    FUZZ_REQUIRE(payload.size() > kMaxControlPayload ||
                 CloseFrame(close->code, close->reason).bytes().substr(2) == payload);
  }
  const CloseFrame frame(3000, payload);
  FUZZ_REQUIRE(frame.bytes().size() <= 127);
  FUZZ_REQUIRE(valid_utf8(frame.bytes().substr(4)));
}

}  // namespace
}  // namespace plugboard::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plugboard::wire;
  if (size < 2) return 0;
  const bool rsv1_allowed = (data[0] & 1) != 0;
  const std::size_t piece = 1 + data[1];
  std::string_view stream(reinterpret_cast<const char*>(data) + 2, size - 2);
  for (;;) {
    check_header(stream, rsv1_allowed);
    FrameHeader header;
    if (parse(stream, rsv1_allowed, header) != HeaderStatus::complete) return 0;
    check_server_header(header);
    stream.remove_prefix(header.header_size);
    const std::size_t present = std::min<std::uint64_t>(stream.size(), header.payload_size);
    const std::string payload = unmasked(stream.substr(0, present), header.mask, piece);
    check_text(payload, piece);
    check_close(payload);
    stream.remove_prefix(present);
  }
}
