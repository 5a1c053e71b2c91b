// The few words of the relay protocol that the load program speaks.
#pragma once

#include <string>
#include <string_view>

namespace plugboard::load {

inline std::string watch_message(std::string_view address) {
  return "{\"type\":\"watch\",\"address\":\"" + std::string(address) + "\"}";
}

inline std::string unwatch_message(std::string_view address) {
  return "{\"type\":\"unwatch\",\"address\":\"" + std::string(address) + "\"}";
}

/// `payload` without characters that JSON would escape.
inline std::string routed_message(std::string_view from, std::string_view to,
                                  std::string_view payload) {
  std::string message = "{\"from\":\"";
  message += from;
  message += "\",\"to\":\"";
  message += to;
  message += "\",\"payload\":\"";
  message += payload;
  message += "\"}";
  return message;
}

enum class MessageKind { kOnline, kOffline, kError, kOther };

/// What the server itself has to say. Cheap for anything else: the server's own messages are
/// objects whose `type` comes first or soon; routed ones begin with `from`.
inline MessageKind kind_of(std::string_view message) {
  if (message.starts_with("{\"from\":")) return MessageKind::kOther;
  constexpr std::size_t kLongestOfTheServer = 4096;
  if (message.size() > kLongestOfTheServer) return MessageKind::kOther;
  const auto holds = [message](std::string_view text) {
    return message.find(text) != std::string_view::npos;
  };
  if (holds("\"peer-status\"")) {
    return holds("true") ? MessageKind::kOnline : MessageKind::kOffline;
  }
  return holds("\"error\"") ? MessageKind::kError : MessageKind::kOther;
}

}  // namespace plugboard::load
