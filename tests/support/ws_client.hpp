// A well-behaved WebSocket client, independent of the relay's own code (it stands on Boost.Beast,
// which the relay's frame path does not use). Everything it does has a deadline. One thread; the
// connection is only looked after (pings answered) while a method runs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/deadline.hpp"
#include "support/endpoint.hpp"
#include "support/http_message.hpp"

namespace plugboard::test {

struct WsMessage {
  std::string data = {};
  bool binary = false;
};

/// How a connection ended.
struct WsClose {
  /// 1005 for a Close frame without a code, 1006 for an end without a Close frame.
  std::uint16_t code = 0;
  std::string reason = {};
};

struct WsOptions {
  /// Further header fields of the upgrade request.
  HttpHeaders headers = {};
  /// The client's own address, such as 127.0.0.2; the system's choice if empty.
  std::string local_address = {};
};

class WsClient {
 public:
  /// Connects and upgrades `target` (path and query, percent-encoded by the caller). Throws only
  /// if no whole answer comes; a refusal is looked at through handshake().
  WsClient(const Endpoint& endpoint, std::string_view target, const WsOptions& options = {});
  ~WsClient();
  WsClient(WsClient&&) noexcept;
  WsClient(const WsClient&) = delete;
  WsClient& operator=(const WsClient&) = delete;
  WsClient& operator=(WsClient&&) = delete;

  /// The server's answer to the upgrade request; its status is 101 if the connection stands.
  [[nodiscard]] const HttpResponse& handshake() const;

  /// Throw if the server does not take it in time or the connection has ended.
  void send_text(std::string_view text);
  void send_binary(std::string_view bytes);
  void ping(std::string_view payload = "");

  /// The next message. Throws when none comes in time or the connection ends first.
  WsMessage receive(Deadline deadline = Deadline());

  /// Waits for the end of the connection. Throws if a message comes first, or nothing in time.
  WsClose await_close(Deadline deadline = Deadline());

  /// Waits for `count` pings of the server since the start (they are answered with pongs).
  [[nodiscard]] bool await_pings(std::size_t count, Deadline deadline = Deadline());
  /// Waits for a pong with that payload.
  [[nodiscard]] bool await_pong(std::string_view payload, Deadline deadline = Deadline());

  /// Starts the close handshake and waits for the server's half. Throws if it does not come.
  void close(std::uint16_t code = 1000, std::string_view reason = "");

 private:
  class Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace plugboard::test
