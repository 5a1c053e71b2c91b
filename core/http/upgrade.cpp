#include "http/upgrade.hpp"

// SHA-1 not by way of EVP, whose first use reads configuration and sets up providers: 1.5 MB of
// memory, and 3 us for each of the others.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace plugboard::http {
namespace {

using Refusal = std::optional<UpgradeRefusal>;

/// Base64 of 16 bytes: 22 digits, of which the last holds two bits, and two signs of padding.
bool valid_websocket_key(std::string_view key) {
  const auto is_base64 = [](char c) {
    const char letter = lower(c);
    return (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  };
  return key.size() == 24 && key.ends_with("==") &&
         std::all_of(key.begin(), key.end() - 2, is_base64);
}

/// Headers that decide something and may be said once only.
bool says_once(const RequestHead& head, std::string_view name) {
  return std::count_if(head.headers.begin(), head.headers.end(),
                       [name](const Header& header) { return same_text(header.name, name); }) <= 1;
}

bool any_lists(const RequestHead& head, std::string_view name, std::string_view token) {
  return std::any_of(head.headers.begin(), head.headers.end(), [=](const Header& header) {
    return same_text(header.name, name) && lists_token(header.value, token);
  });
}

Refusal read_subprotocols(const RequestHead& head, Upgrade& upgrade) {
  std::vector<std::string_view> offered;
  bool present = false;
  for (const Header& header : head.headers) {
    if (!same_text(header.name, "Sec-WebSocket-Protocol")) continue;
    present = true;
    ListReader elements(header.value);
    while (const auto element = elements.next()) {
      if (!is_token(*element)) {
        return UpgradeRefusal{400, "Malformed Sec-WebSocket-Protocol"};
      }
      offered.push_back(*element);
    }
  }
  if (present && offered.empty()) return UpgradeRefusal{400, "Malformed Sec-WebSocket-Protocol"};
  const auto name = std::find(offered.begin(), offered.end(), kKeySubprotocol);
  if (name != offered.end() && name + 1 != offered.end()) upgrade.subprotocol_key = *(name + 1);
  // RFC 6455 section 4.1: they must all be different.
  std::sort(offered.begin(), offered.end());
  if (std::adjacent_find(offered.begin(), offered.end()) != offered.end()) {
    return UpgradeRefusal{400, "A subprotocol is offered twice"};
  }
  return std::nullopt;
}

}  // namespace

std::variant<Upgrade, UpgradeRefusal> judge_upgrade(const RequestHead& head) {
  if (head.method != "GET") return UpgradeRefusal{400, "A WebSocket is opened by GET"};
  if (head.minor_version == 0) return UpgradeRefusal{400, "A WebSocket needs HTTP/1.1"};
  if (!any_lists(head, "Upgrade", "websocket")) {
    return UpgradeRefusal{400, "Upgrade does not list websocket"};
  }
  if (!any_lists(head, "Connection", "Upgrade")) {
    return UpgradeRefusal{400, "Connection does not list Upgrade"};
  }
  if (head.has_body()) return UpgradeRefusal{400, "An upgrade request has no body"};
  for (const std::string_view name :
       {"Sec-WebSocket-Version", "Sec-WebSocket-Key", "Origin", "Authorization"}) {
    if (!says_once(head, name)) return UpgradeRefusal{400, "A header stands twice"};
  }
  const auto version = head.header("Sec-WebSocket-Version");
  if (!version) return UpgradeRefusal{400, "Missing Sec-WebSocket-Version"};
  if (*version != "13") return UpgradeRefusal{426, "Only WebSocket version 13 is spoken here"};
  const auto key = head.header("Sec-WebSocket-Key");
  if (!key || !valid_websocket_key(*key)) {
    return UpgradeRefusal{400, "Missing or malformed Sec-WebSocket-Key"};
  }
  Upgrade upgrade;
  upgrade.websocket_key = *key;
  upgrade.extensions = head.joined("Sec-WebSocket-Extensions");
  if (const Refusal refusal = read_subprotocols(head, upgrade)) return *refusal;
  return upgrade;
}

std::string accept_value(std::string_view websocket_key) {
  constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::string text(websocket_key);
  text += kGuid;
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA_CTX context;
  SHA1_Init(&context);
  SHA1_Update(&context, text.data(), text.size());
  SHA1_Final(digest.data(), &context);
  std::array<unsigned char, 4 * ((SHA_DIGEST_LENGTH + 2) / 3) + 1> encoded{};
  const int length = EVP_EncodeBlock(encoded.data(), digest.data(), SHA_DIGEST_LENGTH);
  return {encoded.begin(), encoded.begin() + length};
}

std::string upgrade_response(const Upgrade& upgrade, std::string_view extensions) {
  std::string out =
      "HTTP/1.1 101 Switching Protocols\r\n"
      "Upgrade: websocket\r\n"
      "Connection: Upgrade\r\n"
      "Sec-WebSocket-Accept: ";
  out += accept_value(upgrade.websocket_key);
  if (!upgrade.subprotocol_key.empty()) {
    out += "\r\nSec-WebSocket-Protocol: ";
    out += kKeySubprotocol;
  }
  if (!extensions.empty()) {
    out += "\r\nSec-WebSocket-Extensions: ";
    out += extensions;
  }
  out += "\r\n\r\n";
  return out;
}

}  // namespace plugboard::http
