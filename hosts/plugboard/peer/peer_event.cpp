#include "peer/peer_event.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <type_traits>

namespace plugboard::program {
namespace {

using nlohmann::ordered_json;

constexpr const char* kBold = "\x1b[1m";
constexpr const char* kDim = "\x1b[2m";
constexpr const char* kGreen = "\x1b[32m";
constexpr const char* kRed = "\x1b[31m";
constexpr const char* kEnd = "\x1b[0m";

class Painter {
 public:
  explicit Painter(PrintStyle style) : colored_(style == PrintStyle::kColored) {}
  std::string operator()(const char* color, const std::string& text) const {
    return colored_ ? color + text + kEnd : text;
  }

 private:
  bool colored_;
};

// Further lines of one text begin like this, so that nobody can send what looks like another
// peer's line, or the relay's.
constexpr std::string_view kFurtherLine = "\n    ";

// Control characters, C1 ones (as UTF-8: C2 80 to C2 9F) included, as escapes. Tabs may stay.
std::string harmless(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string safe;
  const auto escape = [&](unsigned char byte) {
    safe += "\\x";
    safe += kDigits[byte >> 4U];
    safe += kDigits[byte & 0xFU];
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    if (byte == 0xC2 && next >= 0x80 && next <= 0x9F) {
      escape(static_cast<unsigned char>(next));
      ++i;
    } else if (byte == '\n') {
      safe += kFurtherLine;
    } else if ((byte < 0x20 && byte != '\t') || byte == 0x7F) {
      escape(byte);
    } else {
      safe += text[i];
    }
  }
  return safe;
}

std::string payload_text(const nlohmann::json& payload) {
  return harmless(payload.is_string() ? payload.get<std::string>() : payload.dump());
}

struct Human {
  Painter paint;

  std::string operator()(const Opened&) const { return {}; }
  std::string operator()(const Drained&) const { return {}; }
  std::string operator()(const Joined& joined) const {
    return paint(kGreen, "connected as " + harmless(joined.address));
  }
  std::string operator()(const Message& message) const {
    return paint(kBold, harmless(message.from)) + " " + payload_text(message.payload);
  }
  std::string operator()(const Status& status) const {
    return paint(kDim, harmless(status.address) + (status.online ? " is online" : " is offline"));
  }
  std::string operator()(const ErrorInfo& error) const {
    return paint(kRed, harmless(error.code + ": " + error.message));
  }
  std::string operator()(const CloseInfo& close) const {
    std::string text = "disconnected";
    if (close.code != 1006) text += " (" + std::to_string(close.code);
    if (close.code != 1006) text += (close.reason.empty() ? "" : " " + close.reason) + ")";
    return paint(kDim, harmless(text));
  }
  std::string operator()(const Rejected& rejected) const { return paint(kRed, rejected.why); }
};

struct Script {
  ordered_json operator()(const Opened&) const { return nullptr; }
  ordered_json operator()(const Drained&) const { return nullptr; }
  ordered_json operator()(const Joined& joined) const {
    return {{"event", "open"}, {"address", joined.address}};
  }
  ordered_json operator()(const Message& message) const {
    return {{"event", "message"}, {"from", message.from}, {"payload", message.payload}};
  }
  ordered_json operator()(const Status& status) const {
    return {{"event", "peer-status"}, {"address", status.address}, {"online", status.online}};
  }
  ordered_json operator()(const ErrorInfo& error) const {
    return {{"event", "error"}, {"code", error.code}, {"message", error.message}};
  }
  ordered_json operator()(const CloseInfo& close) const {
    return {{"event", "close"}, {"code", close.code}, {"reason", close.reason}};
  }
  ordered_json operator()(const Rejected& rejected) const {
    return {{"event", "error"}, {"code", "INVALID_LINE"}, {"message", rejected.why}};
  }
};

}  // namespace

std::string print(const PeerEvent& event, PrintStyle style) {
  if (style != PrintStyle::kJson) return std::visit(Human{Painter(style)}, event);
  const ordered_json line = std::visit(Script{}, event);
  if (line.is_null()) return {};
  // What a relay or a peer sent may hold text that is not UTF-8 only if this program has a fault.
  return line.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace plugboard::program
