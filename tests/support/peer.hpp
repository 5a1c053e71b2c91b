// One member of a channel, speaking the relay's protocol through a WsClient, and the words to
// check what it hears. One thread.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "support/endpoint.hpp"
#include "support/ws_client.hpp"

namespace plugboard::test {

/// `{"type":"error","payload":{"code":...,"message":...}}`
nlohmann::json error(std::string_view code, std::string_view message);
/// `{"type":"peer-status","payload":{"address":...,"online":...}}`
nlohmann::json peer_status(std::string_view address, bool online);
/// `{"from":...,"to":...,"payload":...}` as a client writes it.
std::string routed(std::string_view from, std::string_view to, const nlohmann::json& payload);
/// `{"type":"watch","address":...}`
std::string watch(std::string_view address);
std::string unwatch(std::string_view address);

/// A refusal in the form that it takes after the 101.
struct Refusal {
  nlohmann::json error = {};  ///< the whole error message
  std::uint16_t close_code = 0;
  std::string close_reason = {};

  bool operator==(const Refusal&) const = default;
};
/// For failure messages.
std::ostream& operator<<(std::ostream& out, const Refusal& refusal);

/// Waits for an error message and the close behind it. Throws if anything else comes.
Refusal await_refusal(WsClient& client);

struct PeerOptions {
  std::string channel = "pwa";
  /// Percent-encoded, without `?`.
  std::string query = {};
  HttpHeaders headers = {};
  std::string local_address = {};
};

/// A peer that is known to be registered.
class Peer {
 public:
  /// Connects and waits until the relay says that this address is online. Throws if it does not.
  Peer(const Endpoint& endpoint, const std::string& id, const PeerOptions& options = {});

  [[nodiscard]] const std::string& address() const { return address_; }
  WsClient& socket() { return client_; }

  /// Sends a routed message in this peer's name and returns its bytes.
  std::string send(std::string_view to, const nlohmann::json& payload);
  void send_text(std::string_view text) { client_.send_text(text); }
  /// Watches and returns the status that answers it.
  nlohmann::json watch(std::string_view address);

  /// The next message, as it came.
  std::string receive() { return client_.receive().data; }
  /// The next message, parsed.
  nlohmann::json receive_json() { return nlohmann::json::parse(receive()); }

  /// Waits until the relay has handled everything sent so far. Throws if anything but the answer
  /// arrives meanwhile, so that it also shows that nothing else came.
  void fence();

 private:
  std::string address_;
  WsClient client_;
  int fences_ = 0;
};

}  // namespace plugboard::test
