#include "support/peer.hpp"

#include <ostream>
#include <stdexcept>
#include <utility>

namespace plugboard::test {
namespace {

std::string target(const std::string& id, const PeerOptions& options) {
  return "/" + options.channel + "/" + id + (options.query.empty() ? "" : "?" + options.query);
}

}  // namespace

nlohmann::json error(std::string_view code, std::string_view message) {
  return {{"type", "error"}, {"payload", {{"code", code}, {"message", message}}}};
}

nlohmann::json peer_status(std::string_view address, bool online) {
  return {{"type", "peer-status"}, {"payload", {{"address", address}, {"online", online}}}};
}

std::string routed(std::string_view from, std::string_view to, const nlohmann::json& payload) {
  return nlohmann::json{{"from", from}, {"to", to}, {"payload", payload}}.dump();
}

std::string watch(std::string_view address) {
  return nlohmann::json{{"type", "watch"}, {"address", address}}.dump();
}

std::string unwatch(std::string_view address) {
  return nlohmann::json{{"type", "unwatch"}, {"address", address}}.dump();
}

std::ostream& operator<<(std::ostream& out, const Refusal& refusal) {
  return out << refusal.error.dump() << ", close " << refusal.close_code << " "
             << refusal.close_reason;
}

Refusal await_refusal(WsClient& client) {
  const WsMessage message = client.receive();
  if (message.binary) throw std::runtime_error("an error message in a binary frame");
  const WsClose end = client.await_close();
  return {.error = nlohmann::json::parse(message.data),
          .close_code = end.code,
          .close_reason = end.reason};
}

Peer::Peer(const Endpoint& endpoint, const std::string& id, const PeerOptions& options)
    : address_(options.channel + ":" + id),
      client_(endpoint, target(id, options),
              {.headers = options.headers, .local_address = options.local_address}) {
  if (client_.handshake().status != 101) {
    throw std::runtime_error("upgrade answered with " + std::to_string(client_.handshake().status) +
                             ": " + client_.handshake().body);
  }
  fence();
}

std::string Peer::send(std::string_view to, const nlohmann::json& payload) {
  std::string message = routed(address_, to, payload);
  client_.send_text(message);
  return message;
}

nlohmann::json Peer::watch(std::string_view address) {
  client_.send_text(test::watch(address));
  return receive_json();
}

void Peer::fence() {
  // An address of the peer's own channel, within whose reach it always is, that no test uses.
  const std::string nowhere = address_.substr(0, address_.find(':')) + ":fence-for-nobody";
  client_.send_text(test::watch(nowhere));
  const nlohmann::json answer = receive_json();
  if (answer != peer_status(nowhere, false)) {
    throw std::runtime_error("something came before the answer: " + answer.dump());
  }
  client_.send_text(unwatch(nowhere));
  const std::string number = std::to_string(++fences_);
  client_.ping(number);
  if (!client_.await_pong(number)) throw std::runtime_error("no pong in time");
}

}  // namespace plugboard::test
