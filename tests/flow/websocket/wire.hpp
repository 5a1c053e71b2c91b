// One registered peer whose frames a test writes by hand.
#pragma once

#include "flow/suite.hpp"

namespace plugboard::test {

class WirePeer {
 public:
  explicit WirePeer(const Endpoint& endpoint, const SocketOptions& options = {})
      : address_("pwa:" + fresh_id()), socket_(endpoint, options) {
    socket_.upgrade("/pwa/" + address_.substr(4), "", ping_frame("in"));
    const ReceivedFrame pong = socket_.frame_but_ping();
    if (!pong.is(Opcode::kPong)) throw std::runtime_error("not registered");
  }

  RawSocket& socket() { return socket_; }
  void send(std::string_view bytes) { socket_.send(bytes); }
  ReceivedFrame frame() { return socket_.frame(); }

  /// A message to itself: what the relay takes for a right one comes back.
  [[nodiscard]] std::string echo(const nlohmann::json& payload) const {
    return routed(address_, address_, payload);
  }
  /// The same, made exactly so many bytes long.
  [[nodiscard]] std::string echo_of_size(std::size_t size) const {
    const std::string empty = echo("");
    if (size < empty.size()) throw std::runtime_error("too small for an envelope");
    return echo(std::string(size - empty.size(), 'x'));
  }

  /// Expects a Close with this code, then the end of the connection.
  void expect_failed(std::uint16_t code) {
    ReceivedFrame close = socket_.frame_but_ping();
    ASSERT_TRUE(close.is(Opcode::kClose)) << "opcode " << int{close.opcode} << " " << close.payload;
    EXPECT_EQ(close.close_code(), code) << close.close_reason();
    EXPECT_FALSE(close.masked);
    EXPECT_TRUE(socket_.await_end());
  }

  /// Expects this message to come back.
  void expect_echo(const std::string& message) {
    const ReceivedFrame received = socket_.frame_but_ping();
    EXPECT_TRUE(received.is(Opcode::kText) || received.is(Opcode::kBinary));
    EXPECT_EQ(received.payload, message);
  }

  /// Shows that the connection still works.
  void expect_alive() {
    send(ping_frame("alive?"));
    const ReceivedFrame pong = socket_.frame_but_ping();
    EXPECT_TRUE(pong.is(Opcode::kPong));
    EXPECT_EQ(pong.payload, "alive?");
  }

 private:
  std::string address_;
  RawSocket socket_;
};

/// The suites of this program need no other manifest.
template <typename Suite>
class WireSuite : public SharedRelay<Suite> {
 public:
  static Manifest manifest() { return {.server = "max_message = \"256 KiB\"\n"}; }

 protected:
  WirePeer peer_{SharedRelay<Suite>::endpoint()};
};

}  // namespace plugboard::test
