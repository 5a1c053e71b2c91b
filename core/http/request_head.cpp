#include "http/request_head.hpp"

namespace plugboard::http {

std::optional<std::string_view> RequestHead::header(std::string_view name) const {
  for (const Header& header : headers) {
    if (same_text(header.name, name)) return header.value;
  }
  return std::nullopt;
}

std::vector<std::string_view> RequestHead::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Header& header : headers) {
    if (same_text(header.name, name)) values.push_back(header.value);
  }
  return values;
}

std::string RequestHead::joined(std::string_view name) const {
  std::string list;
  bool first = true;
  for (const Header& header : headers) {
    if (!same_text(header.name, name)) continue;
    if (!first) list += ", ";
    list += header.value;
    first = false;
  }
  return list;
}

bool RequestHead::is_upgrade() const {
  for (const Header& header : headers) {
    if (same_text(header.name, "Sec-WebSocket-Key") ||
        same_text(header.name, "Sec-WebSocket-Version") ||
        (same_text(header.name, "Upgrade") && lists_token(header.value, "websocket"))) {
      return true;
    }
  }
  return false;
}

}  // namespace plugboard::http
