// Compressed messages. Input: a byte of terms (bit 0: context takeover, bit 1: what follows is a
// message and not a payload, bits 2 to 4: window), a byte for the size of the pieces, then the
// rest.
#include <algorithm>
#include <string>
#include <string_view>

#include "fuzz/fuzz.hpp"
#include "wire/deflate.hpp"

namespace plugboard::wire {
namespace {

constexpr std::size_t kMaxMessage = 100000;

InflateStatus inflate_in_pieces(Inflater& inflater, std::string_view payload, std::size_t piece,
                                std::string& out) {
  for (;;) {
    const std::string exact(payload.substr(0, piece));
    payload.remove_prefix(exact.size());
    const InflateStatus status = inflater.feed(exact, payload.empty(), kMaxMessage, out);
    FUZZ_REQUIRE(out.size() <= kMaxMessage);
    if (status != InflateStatus::ok || payload.empty()) return status;
  }
}

/// Any bytes: the same comes of them in pieces and at once, also a second time. With the largest
/// window, as the relay uses it: zlib lets what it wrote within one call be referred to beyond a
/// smaller one.
void check_payload(std::string_view payload, bool context_takeover, std::size_t piece) {
  Inflater whole(15, context_takeover);
  Inflater pieces(15, context_takeover);
  for (int round = 0; round < 2; ++round) {
    std::string expected;
    std::string out;
    const InflateStatus status = whole.feed(payload, true, kMaxMessage, expected);
    FUZZ_REQUIRE(inflate_in_pieces(pieces, payload, piece, out) == status);
    FUZZ_REQUIRE(expected.size() <= kMaxMessage);
    if (status != InflateStatus::ok) {
      whole.reset();
      pieces.reset();
      continue;
    }
    FUZZ_REQUIRE(out == expected);
    whole.release();
  }
}

/// Any messages come back as they were.
void check_messages(std::string_view text, int window_bits, bool context_takeover,
                    std::size_t piece) {
  Deflater deflater(window_bits, context_takeover);
  Inflater inflater(window_bits, context_takeover);
  do {
    const std::string_view message = text.substr(0, piece * 16);
    text.remove_prefix(message.size());
    std::string payload;
    deflater.deflate(message, payload);
    std::string out;
    FUZZ_REQUIRE(inflate_in_pieces(inflater, payload, piece, out) == InflateStatus::ok);
    FUZZ_REQUIRE(out == message);
  } while (!text.empty());
}

}  // namespace
}  // namespace plugboard::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace plugboard::wire;
  if (size < 2) return 0;
  const bool context_takeover = (data[0] & 1) != 0;
  const int window_bits = 8 + (data[0] >> 2 & 7);
  const std::size_t piece = 1 + data[1];
  const std::string_view rest(reinterpret_cast<const char*>(data) + 2, size - 2);
  if ((data[0] & 2) != 0) {
    check_messages(rest, window_bits, context_takeover, piece);
  } else {
    check_payload(rest, context_takeover, piece);
  }
  return 0;
}
