// One WebSocket connection to the measured server, driven by the loop.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "load/clock.hpp"
#include "load/deflate.hpp"
#include "load/dialect.hpp"
#include "load/loop.hpp"
#include "load/url.hpp"

// OpenSSL's SSL_CTX and SSL.
struct ssl_ctx_st;
struct ssl_st;

namespace plugboard::load {

class Connection;

/// Hears what happens to a connection. Called by the loop.
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;

  /// The server has answered the upgrade with 101.
  virtual void on_open(Connection& connection) = 0;
  /// A text or binary message; `payload` is only valid during the call.
  virtual void on_message(Connection& connection, std::string_view payload) = 0;
  virtual void on_pong(Connection& connection) = 0;
  /// The connection is over; `why` is a sentence. `expected`: this side had asked for the close.
  virtual void on_end(Connection& connection, std::string_view why, bool expected) = 0;
};

/// What all TLS connections of a run have in common: version 1.3 only, certificates not checked,
/// since it is the server's cost that is of interest.
std::shared_ptr<ssl_ctx_st> make_tls();

/// The server, resolved once for all connections.
struct Target {
  sockaddr_storage address{};
  socklen_t address_size = 0;
  std::string authority;
  /// Whether the server is on 127.0.0.0/8, where clients may take many addresses of their own.
  bool loopback_v4 = false;
  std::string prefix;   ///< of the path
  std::string channel;  ///< as configured, `pwa` or `pwa/key`
  std::string query;    ///< empty, or `?key=...`
  /// Null: Plugboard's own protocol. Outlives the target.
  const Dialect* dialect = nullptr;
  /// Null: no TLS.
  std::shared_ptr<ssl_ctx_st> tls;
  /// Null: no compression.
  std::shared_ptr<Expander> expander;

  /// Throws when the host cannot be resolved.
  static Target resolve(const Url& url, std::string channel, std::string_view key,
                        const Dialect* dialect = nullptr);

  /// An address on the channel.
  [[nodiscard]] std::string address_of(std::string_view id) const {
    return channel + ":" + std::string(id);
  }

  /// A client's upgrade request.
  [[nodiscard]] std::string upgrade_request(std::string_view id) const;
};

class Connection {
 public:
  /// `index` tells the owner's connections apart and chooses the client address.
  Connection(Loop& loop, ConnectionOwner& owner, std::size_t index)
      : loop_(loop), owner_(owner), index_(index) {}
  ~Connection() { abandon(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  Connection(Connection&&) = delete;
  Connection& operator=(Connection&&) = delete;

  [[nodiscard]] std::size_t index() const { return index_; }
  [[nodiscard]] bool is_open() const { return state_ == State::kOpen; }

  /// Starts connecting as `id`. Throws if the system refuses a socket.
  void open(const Target& target, std::string_view id);

  /// Sends frames, or keeps what the system does not take now. Dropped if the connection is over.
  void send(std::string_view frames);
  void send(std::vector<iovec>& pieces);

  /// Starts the close handshake; on_end follows.
  void close();

  /// Ends the connection at once, without a word to anybody.
  void abandon();

  /// Called by the loop.
  void on_events(std::uint32_t events);

 private:
  enum class State { kIdle, kConnecting, kUpgrading, kOpen, kClosing };

  void read_all(bool to_the_end);
  /// As recv and send; -1 with EAGAIN where TLS waits for the other side.
  ssize_t receive(char* data, std::size_t size);
  ssize_t transmit(const char* data, std::size_t size);
  /// Returns how many bytes were used; fewer if an incomplete frame is left or the state changed.
  std::size_t consume(std::string_view bytes);
  std::size_t consume_handshake(std::string_view bytes);
  void on_frame(std::uint8_t opcode, std::string_view payload);
  void flush();
  void end(std::string_view why);

  Loop& loop_;
  ConnectionOwner& owner_;
  std::size_t index_;
  int fd_ = -1;
  ssl_st* tls_ = nullptr;
  Expander* expander_ = nullptr;  // the target's
  State state_ = State::kIdle;
  std::string tail_;     // the start of an incomplete frame
  std::string pending_;  // not taken by the system yet
  std::size_t pending_offset_ = 0;
};

}  // namespace plugboard::load
