// One connection to a relay, from looking its host up to its end. Lives on one strand: every
// function is called there, and every event comes from there.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "plugboard/client/options.hpp"
#include "relay_url.hpp"

namespace boost::asio::ssl {
class context;
}

namespace plugboard::client {

/// How a connection ended.
struct Ending {
  bool opened = false;
  /// RFC 6455 section 7.4; 1005 for a close without a code, 1006 for no close at all.
  std::uint16_t close_code = 1006;
  std::string reason;
  /// The answer to an upgrade that was refused; 0 if there was none.
  unsigned http_status = 0;
  std::optional<std::chrono::seconds> retry_after;
  /// Why, for people, where there is no close code to say it.
  std::string cause;
};

class ConnectionEvents {
 public:
  virtual ~ConnectionEvents() = default;
  virtual void opened() = 0;
  virtual void received(std::string_view text) = 0;
  /// So many bytes of what `write` took have left.
  virtual void written(std::size_t bytes) = 0;
  /// The last event; comes exactly once, unless the connection is aborted before.
  virtual void ended(const Ending& ending) = 0;
};

class Connection {
 public:
  virtual ~Connection() = default;

  virtual void start() = 0;
  /// Takes one text message. Dropped in silence once the connection is closing.
  virtual void write(std::string text) = 0;
  /// Closes with 1000 after what was taken is written; cut after 5 s.
  virtual void close() = 0;
  /// Cuts. No further event.
  virtual void abort() = 0;
  /// Stops, and starts again, to read: what the relay sends meanwhile waits in the network.
  virtual void pause(bool paused) = 0;
};

/// Makes connections to one relay, all alike.
class Connector {
 public:
  /// Throws std::invalid_argument for a URL or certificate authorities that cannot be right.
  explicit Connector(const RelayClientOptions& options);

  /// `strand` runs handlers one at a time. `events` are told as long as they live.
  [[nodiscard]] std::shared_ptr<Connection> make(const boost::asio::any_io_executor& strand,
                                                 std::weak_ptr<ConnectionEvents> events) const;

 private:
  RelayClientOptions options_;
  RelayUrl url_;
  std::shared_ptr<boost::asio::ssl::context> tls_context_;  // none without TLS
};

}  // namespace plugboard::client
