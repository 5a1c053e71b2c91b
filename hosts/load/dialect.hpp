// What other servers that pass messages between clients speak on a WebSocket, as far as it takes to
// measure them with the same messages: how a client joins, what stands around each message, and
// what the server says besides.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace plugboard::load {

/// Bytes that go with a message in the same WebSocket message.
struct Wrapping {
  std::string before;
  std::string behind;
};

/// What a client learns from what the server sent, in the order sent.
struct DialectEvents {
  /// The client has joined: messages to it will reach it.
  std::function<void()> joined;
  /// A message from another client; only valid during the call.
  std::function<void(std::string_view message)> message;
  /// Whole frames that the server waits for.
  std::function<void(std::string_view frames)> answer;
  /// The server has refused something.
  std::function<void(std::string_view why)> refused;
};

class Dialect {
 public:
  virtual ~Dialect() = default;

  /// The path with the query of a client's upgrade request.
  [[nodiscard]] virtual std::string target(std::string_view id) const = 0;
  /// Empty: none is asked for.
  [[nodiscard]] virtual std::string_view subprotocol() const { return {}; }
  /// Of WebSocket messages.
  [[nodiscard]] virtual std::uint8_t opcode() const = 0;
  /// Whether several messages may share a WebSocket message, and clients make use of it.
  [[nodiscard]] virtual bool batches() const { return false; }

  /// What a client says first: whole frames; may be empty.
  [[nodiscard]] virtual std::string greeting(std::string_view id) const = 0;
  /// For messages of `size` bytes to `to`. As long for all ids of the same length.
  [[nodiscard]] virtual Wrapping wrapping(std::string_view to, std::size_t size) const = 0;

  /// Takes what the server sent. `rest` belongs to the connection: what was incomplete before.
  virtual void take(std::string_view data, std::string& rest,
                    const DialectEvents& events) const = 0;
};

/// `nats`, `mqtt`, `socket.io` or `peerjs`; null for anything else.
std::unique_ptr<const Dialect> make_dialect(std::string_view name);

}  // namespace plugboard::load
