#include "protocol.hpp"

#include <algorithm>
#include <array>

namespace plugboard::client {

using nlohmann::json;

namespace {

std::string string_member(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return {};
  return found->get<std::string>();
}

// The server's word: an object of that type whose payload is an object.
const json* server_payload(const json& object, std::string_view type) {
  const auto found_type = object.find("type");
  if (found_type == object.end() || !found_type->is_string() ||
      found_type->get_ref<const std::string&>() != type) {
    return nullptr;
  }
  const auto payload = object.find("payload");
  return payload != object.end() && payload->is_object() ? &*payload : nullptr;
}

// As JSON. Throws for what is not UTF-8.
std::string quoted(std::string_view text) { return json(text).dump(); }

}  // namespace

Incoming read_incoming(std::string_view text) {
  json object = json::parse(text, nullptr, false);
  if (!object.is_object()) return Ignored{};

  if (const json* payload = server_payload(object, "error")) {
    return ServerError{string_member(*payload, "code"), string_member(*payload, "message")};
  }
  if (const json* payload = server_payload(object, "peer-status")) {
    const auto online = payload->find("online");
    return PeerStatus{string_member(*payload, "address"),
                      online != payload->end() && online->is_boolean() && online->get<bool>()};
  }
  const auto from = object.find("from");
  if (from == object.end() || !from->is_string()) return Ignored{};
  Message message{from->get<std::string>(), nullptr};
  const auto payload = object.find("payload");
  if (payload != object.end()) message.payload = std::move(*payload);
  return message;
}

std::string routed_text(std::string_view from, std::string_view to, const json& payload) {
  return "{\"from\":" + quoted(from) + ",\"to\":" + quoted(to) + ",\"payload\":" + payload.dump() +
         "}";
}

std::string watch_text(std::string_view address) {
  return R"({"type":"watch","address":)" + quoted(address) + "}";
}

std::string unwatch_text(std::string_view address) {
  return R"({"type":"unwatch","address":)" + quoted(address) + "}";
}

bool is_utf8(std::string_view text) {
  try {
    return !quoted(text).empty();
  } catch (const json::type_error&) {
    return false;
  }
}

bool is_fatal(std::string_view code) {
  constexpr std::array<std::string_view, 6> kFatal = {
      "INVALID_KEY", "KEY_REVOKED", "FORBIDDEN_CHANNEL", "FORBIDDEN_ID", "INVALID_URL", "REPLACED"};
  return std::find(kFatal.begin(), kFatal.end(), code) != kFatal.end();
}

std::optional<ServerError> fatal_close(std::uint16_t code, std::string_view reason) {
  struct Known {
    std::uint16_t close_code;
    std::string_view reason;
    const char* error_code;
    const char* message;
  };
  constexpr std::array<Known, 5> kKnown = {{
      {1008, "Invalid key", "INVALID_KEY", "Access key rejected"},
      {1008, "Key revoked", "KEY_REVOKED", "Access key revoked"},
      // Of the two codes that close so, the one that says less.
      {1008, "Forbidden", "FORBIDDEN_CHANNEL", "The access key does not allow this channel or id"},
      {1002, "Invalid URL", "INVALID_URL", "Invalid connection URL"},
      {1000, "Replaced", "REPLACED", "Replaced by new connection"},
  }};
  for (const Known& known : kKnown) {
    if (known.close_code == code && known.reason == reason) {
      return ServerError{known.error_code, known.message};
    }
  }
  return std::nullopt;
}

}  // namespace plugboard::client
