// What the tests of plugboard::Server start.
#pragma once

#include <nlohmann/json.hpp>

#include "plugboard/server.hpp"
#include "support/endpoint.hpp"

namespace plugboard::test {

/// A relay that anybody may enter, by values.
inline nlohmann::json open_relay() {
  return {{"server", {{"listen", {"127.0.0.1:0"}}, {"threads", 2}}},
          {"channel", {{{"name", "pwa"}}}},
          {"chain", {{"key_store", "open"}}},
          {"log", {{"level", "error"}}}};
}

inline Endpoint endpoint_of(const Server& server) {
  return Endpoint::parse(server.addresses().at(0));
}

}  // namespace plugboard::test
