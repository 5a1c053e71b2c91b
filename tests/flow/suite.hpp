// What flow tests have in common: a relay for a whole suite, ids that nobody else uses, and the
// refusals of the protocol by name.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "support/http_client.hpp"
#include "support/peer.hpp"
#include "support/raw_socket.hpp"
#include "support/relay_process.hpp"

namespace plugboard::test {

/// A suite whose tests share one relay: for tests that leave nothing behind. `Suite` has
/// `static Manifest manifest()`.
template <typename Suite>
class SharedRelay : public testing::Test {
 public:
  static void SetUpTestSuite() { relay_ = std::make_unique<RelayProcess>(Suite::manifest()); }
  static void TearDownTestSuite() { relay_.reset(); }

 protected:
  static RelayProcess& relay() {
    if (!relay_) throw std::runtime_error("the suite's relay did not come up");
    return *relay_;
  }
  static const Endpoint& endpoint() { return relay().endpoint(); }

 private:
  inline static std::unique_ptr<RelayProcess> relay_;
};

/// An id that no other test of this program uses.
inline std::string fresh_id() {
  static int number = 10'000'000;
  return "peer" + std::to_string(++number);
}

/// The body of an answer that must say that it is JSON.
inline nlohmann::json json(const HttpResponse& response) {
  EXPECT_EQ(response.header("content-type"), "application/json");
  return nlohmann::json::parse(response.body);
}

/// What a refused client gets after its 101.
inline Refusal refused(std::string_view code, std::string_view message, std::uint16_t close_code,
                       std::string_view close_reason) {
  return {.error = error(code, message),
          .close_code = close_code,
          .close_reason = std::string(close_reason)};
}
inline Refusal invalid_url() {
  return refused("INVALID_URL", "Invalid connection URL", 1002, "Invalid URL");
}
inline Refusal key_missing() {
  return refused("INVALID_KEY", "Missing or invalid access key", 1008, "Invalid key");
}
inline Refusal key_rejected() {
  return refused("INVALID_KEY", "Access key rejected", 1008, "Invalid key");
}
inline Refusal rate_limited() {
  return refused("RATE_LIMITED", "Too many connections", 1008, "Rate limited");
}

/// Connects and returns how it is refused. Throws if it is not.
inline Refusal refusal_of(const Endpoint& endpoint, std::string_view target,
                          const WsOptions& options = {}) {
  WsClient client(endpoint, target, options);
  if (client.handshake().status != 101) {
    throw std::runtime_error("refused by HTTP " + std::to_string(client.handshake().status));
  }
  return await_refusal(client);
}

/// Connects and returns the HTTP status with which the upgrade is answered.
inline int upgrade_status(const Endpoint& endpoint, std::string_view target,
                          const WsOptions& options = {}) {
  return WsClient(endpoint, target, options).handshake().status;
}

/// Whether a peer can register now.
inline bool comes_in(const Endpoint& endpoint, const std::string& id,
                     const PeerOptions& options = {}) {
  try {
    const Peer peer(endpoint, id, options);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

/// The [[plugin]] table of the tests' own doorman (tests/flow/doorman), in the form that every
/// manifest can add.
inline std::string doorman_table(const std::string& more = "") {
  return "[[plugin]]\nname = \"doorman\"\nlibrary = \"" PLUGBOARD_BUILD_DIR
         "/tests/plugins/doorman.so\"\n" +
         more;
}

/// Waits until the doorman holds that many questions.
inline bool await_held(const Endpoint& endpoint, int count) {
  HttpClient client(endpoint);
  return await([&] { return client.get("/doorman/held").body == std::to_string(count); });
}

inline void release_held(const Endpoint& endpoint) {
  HttpClient(endpoint).request("POST", "/doorman/release");
}

}  // namespace plugboard::test
