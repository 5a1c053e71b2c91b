// What happens to a peer, and how it is printed. Pure.
#pragma once

#include <string>
#include <variant>

#include "plugboard/client/events.hpp"

namespace plugboard::program {

/// The relay has let the peer in.
struct Joined {
  std::string address;
};
/// The connection came about; the relay may still refuse.
struct Opened {};
/// `send` has room again.
struct Drained {};
struct Status {
  std::string address;
  bool online = false;
};
/// A line that could not be carried out.
struct Rejected {
  std::string why;
};

using PeerEvent =
    std::variant<Opened, Joined, Drained, Message, Status, ErrorInfo, CloseInfo, Rejected>;

enum class PrintStyle { kPlain, kColored, kJson };

/// The line, or lines, to print for it, without a line end; empty for what is not printed. Text
/// from elsewhere cannot move the cursor: control characters come out as escapes, and further lines
/// are indented.
std::string print(const PeerEvent& event, PrintStyle style);

}  // namespace plugboard::program
