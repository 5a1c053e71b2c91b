// Messages as the scanner reads them, from the sender that MessageMaker's messages are from.
#pragma once

#include <string_view>

#include "wire/envelope.hpp"
#include "wire/message_maker.hpp"

namespace plugboard::wire {

inline constexpr std::string_view kSender = test::MessageMaker::kSender;

inline Envelope scan(std::string_view message) { return scan_envelope(message, kSender); }

inline bool valid(std::string_view message) { return scan(message).valid; }

}  // namespace plugboard::wire
