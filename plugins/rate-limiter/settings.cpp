#include "rate-limiter/settings.hpp"

namespace plugboard::rate_limiter {
namespace {

KeyLimits key_limits(const Config& per_key) {
  return {.max_connections = per_key.size("max_connections", 0),
          .max_messages = per_key.size("max_messages", 0),
          .max_bytes = per_key.size("max_bytes", 0)};
}

}  // namespace

Limits::Limits(const Config& config)
    : max_connections(config.size("max_connections")),
      max_connects(config.size("max_connects")),
      max_messages(config.size("max_messages")),
      max_bytes(config.size("max_bytes")),
      max_requests(config.size("max_requests")),
      per_key(key_limits(config.object("per_key"))),
      window(config.duration("window")) {}

std::string_view config_schema() {
  return R"({
    "type": "object",
    "properties": {
      "max_connections": {
        "type": "integer",
        "minimum": 0,
        "default": 30,
        "description": "at once for each client address, IPv6 by /64; 0: no limit"
      },
      "max_connects": {
        "type": "integer",
        "minimum": 0,
        "default": 0,
        "description": "new connections of a client address in a window; 0: no limit"
      },
      "max_messages": {
        "type": "integer",
        "minimum": 0,
        "default": 100,
        "description": "of a connection in a window; 0: no limit"
      },
      "max_bytes": {
        "format": "size",
        "default": 0,
        "description": "payload of a connection in a window; 0: no limit"
      },
      "max_requests": {
        "type": "integer",
        "minimum": 0,
        "default": 600,
        "description": "HTTP requests of a client address in a window; 0: no limit"
      },
      "per_key": {
        "type": "object",
        "description": "over all connections with one access key; what a key's grant states counts in place of it",
        "properties": {
          "max_connections": {
            "type": "integer",
            "minimum": 0,
            "description": "at once; 0 or left out: no limit"
          },
          "max_messages": {
            "type": "integer",
            "minimum": 0,
            "description": "in a window; 0 or left out: no limit"
          },
          "max_bytes": {
            "format": "size",
            "description": "payload in a window; 0 or left out: no limit"
          }
        }
      },
      "window": {
        "format": "duration",
        "minimum": 1,
        "default": "60s"
      }
    }
  })";
}

void Settings::set(const Limits& limits) {
  const auto put = [](Value& value, std::uint64_t limit) {
    value.store(limit, std::memory_order_relaxed);
  };
  put(max_connections_, limits.max_connections);
  put(max_connects_, limits.max_connects);
  put(max_messages_, limits.max_messages);
  put(max_bytes_, limits.max_bytes);
  put(max_requests_, limits.max_requests);
  put(key_connections_, limits.per_key.max_connections);
  put(key_messages_, limits.per_key.max_messages);
  put(key_bytes_, limits.per_key.max_bytes);
  put(window_ns_, static_cast<std::uint64_t>(limits.window.count()));
}

}  // namespace plugboard::rate_limiter
