#include "wire/close.hpp"

#include <cstring>

#include "wire/frame.hpp"
#include "wire/utf8.hpp"

namespace plugboard::wire {

ClosePayload parse_close_payload(std::string_view payload) {
  if (payload.empty()) return PeerClose{};
  if (payload.size() == 1) return BadClose{close_code::kProtocolError};
  const auto code = static_cast<std::uint16_t>(static_cast<std::uint8_t>(payload[0]) << 8 |
                                               static_cast<std::uint8_t>(payload[1]));
  if (!valid_close_code(code)) return BadClose{close_code::kProtocolError};
  const std::string_view reason = payload.substr(2);
  if (!valid_utf8(reason)) return BadClose{close_code::kInvalidPayload};
  return PeerClose{code, reason};
}

CloseFrame::CloseFrame(std::uint16_t code, std::string_view reason) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  char* const payload = bytes_.data() + 2;
  std::size_t used = 0;
  if (code != close_code::kNoStatus) {
    if (!valid_close_code(code)) code = close_code::kInternalError;
    payload[used++] = static_cast<char>(code >> 8);
    payload[used++] = static_cast<char>(code & 0xFF);
    while (!reason.empty()) {
      const std::size_t room = kMaxControlPayload - used;
      // Longer than the room by one character at most: enough to see where to cut.
      const std::string_view whole =
          reason.substr(0, valid_utf8_prefix(reason.substr(0, room + 4)));
      const std::size_t kept = utf8_cut(whole, room);
      std::memcpy(payload + used, whole.data(), kept);
      used += kept;
      if (kept < whole.size()) break;
      reason.remove_prefix(whole.size());
      if (reason.empty() || kMaxControlPayload - used < kReplacement.size()) break;
      std::memcpy(payload + used, kReplacement.data(), kReplacement.size());
      used += kReplacement.size();
      reason.remove_prefix(1);
    }
  }
  size_ = write_server_header(bytes_.data(), Opcode::close, true, false, used) + used;
}

}  // namespace plugboard::wire
