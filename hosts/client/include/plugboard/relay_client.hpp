// A peer of a Plugboard relay (or of any relay of the same protocol): sends to addresses, receives,
// watches who is online, and comes back when the connection is lost.
//
//   boost::asio::io_context io;
//   plugboard::RelayClient client(io.get_executor(), {.url = "ws://localhost:8080",
//                                                     .channel = "demo", .id = "alice001"});
//   client.on_open([&] { client.watch("demo:bob00001"); });
//   client.on_message([](const std::string& from, const nlohmann::json& payload) { ... });
//   client.connect();
//   io.run();
//
// Threads: every function may be called from any thread. Handlers run on the given executor, one at
// a time. What a handler throws comes out of the executor's run(), after the connection was ended.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "plugboard/client/events.hpp"
#include "plugboard/client/options.hpp"

namespace plugboard {

namespace client {
class Session;
}

class RelayClient {
 public:
  using Options = RelayClientOptions;
  using OpenHandler = std::function<void()>;
  using CloseHandler = std::function<void(const CloseInfo&)>;
  using MessageHandler =
      std::function<void(const std::string& from, const nlohmann::json& payload)>;
  using PeerStatusHandler = std::function<void(const std::string& address, bool online)>;
  using ErrorHandler = std::function<void(const ErrorInfo&)>;
  using DrainHandler = std::function<void()>;

  /// Does not connect yet. Throws std::invalid_argument, with a sentence that never holds the key,
  /// for a URL, channel, id or key that cannot be right.
  RelayClient(const boost::asio::any_io_executor& executor, Options options);

  /// Cuts the connection. When this returns no handler runs any more, except the one that it was
  /// called from.
  ~RelayClient();

  RelayClient(const RelayClient&) = delete;
  RelayClient& operator=(const RelayClient&) = delete;
  RelayClient(RelayClient&&) noexcept;
  RelayClient& operator=(RelayClient&&) noexcept;

  /// One handler for each event; setting another replaces it. Best set before `connect`.
  ///
  /// Open: the relay has answered. Frames may be sent; the relay still may refuse the peer, with an
  /// error and a close.
  void on_open(OpenHandler handler);
  /// Close: a connection has ended, or an attempt at one. Another follows unless `stopped()`.
  void on_close(CloseHandler handler);
  /// Message: another peer has sent something. Takes the place of `receive`. JSON that
  /// nlohmann/json cannot hold (1e999, escapes of lone surrogates) is ignored as what is no JSON.
  void on_message(MessageHandler handler);
  /// Peer status: an address that is watched is, or has become, online or offline.
  void on_peer_status(PeerStatusHandler handler);
  /// Error: see ErrorInfo.
  void on_error(ErrorHandler handler);
  /// Drain: `send` has refused something for Options::max_buffered_bytes, and half of that is free.
  void on_drain(DrainHandler handler);

  /// Starts to connect; again, too, after `close` and after a fatal error. Does nothing while
  /// connecting, connected or waiting to connect again.
  void connect();

  /// Closes with 1000, after what was sent is written (for 5 s at most), and stops connecting. The
  /// watches are kept for another `connect`.
  void close();

  /// True if the message was handed to an open connection. False if there is none, or too much
  /// waits already: nothing was sent, nothing will be. A lost connection may take with it what it
  /// was handed. Throws nlohmann::json::type_error for text that is not UTF-8.
  [[nodiscard]] bool send(std::string_view to, const nlohmann::json& payload);

  /// Subscribes to an address, or to `channel:*`; restored after a reconnect, until `unwatch`.
  /// True if it was sent now; otherwise it is sent when there is a connection.
  bool watch(std::string_view address);
  /// Ends that. True if it was sent, or there was nothing to send it to.
  bool unwatch(std::string_view address);

  /// Waits until connected; at once if so. Call `connect` first. Throws RelayError when the client
  /// stops instead.
  [[nodiscard]] boost::asio::awaitable<void> opened();

  /// The next message. Messages that come while nobody waits are kept if Options::inbox_limit says
  /// so. Throws RelayError once the client has stopped and all that was kept is taken.
  [[nodiscard]] boost::asio::awaitable<Message> receive();

  [[nodiscard]] const std::string& channel() const noexcept;
  [[nodiscard]] const std::string& id() const noexcept;
  /// `channel:id`.
  [[nodiscard]] const std::string& address() const noexcept;
  [[nodiscard]] bool connected() const;
  /// Not connected, and not trying to be.
  [[nodiscard]] bool stopped() const;
  /// Bytes that were taken by `send` and wait to be written.
  [[nodiscard]] std::size_t buffered_bytes() const;

 private:
  std::shared_ptr<client::Session> session_;
};

}  // namespace plugboard
