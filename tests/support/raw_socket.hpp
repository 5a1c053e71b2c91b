// A TCP or unix stream connection whose bytes are the test's own: for input that no decent client
// library would send, and for looking at exactly what comes back. One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "support/deadline.hpp"
#include "support/endpoint.hpp"
#include "support/frame.hpp"
#include "support/http_message.hpp"
#include "support/tls_client.hpp"

namespace plugboard::test {

struct SocketOptions {
  /// The client's own address, such as 127.0.0.2; the system's choice if empty.
  std::string local_address = {};
  /// SO_RCVBUF in bytes; the system's choice if 0.
  int receive_buffer = 0;
  /// Speaks TLS.
  std::optional<TlsOptions> tls = std::nullopt;
};

class RawSocket {
 public:
  /// Throws if the connection is not accepted in time.
  explicit RawSocket(const Endpoint& endpoint, const SocketOptions& options = {});
  ~RawSocket();
  RawSocket(RawSocket&& other) noexcept;
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;
  RawSocket& operator=(RawSocket&&) = delete;

  /// Sends everything; throws if the other side does not take it in time or has gone.
  void send(std::string_view bytes);

  /// Sends as much as the other side takes before it ends the connection; false if that was not
  /// everything.
  bool try_send(std::string_view bytes);

  /// Sends as much as the other side takes by the deadline; how many bytes that was. Fewer if it
  /// stops reading or ends the connection.
  std::size_t send_until(std::string_view bytes, Deadline deadline);

  /// Sends each byte as a segment of its own.
  void dribble(std::string_view bytes);

  /// Ends this side's half of the connection; with TLS, first in TLS.
  void finish_writing();

  /// Ends the connection with a TCP reset.
  void reset();

  /// The next whole answer. Throws when none comes in time or the connection ends.
  HttpResponse response(bool head = false);

  /// The next whole frame. Throws when none comes in time or the connection ends.
  ReceivedFrame frame();

  /// The next frame that is no ping.
  ReceivedFrame frame_but_ping();

  /// Waits for the end of the connection (orderly or reset) and throws away what still comes.
  /// False if it is still open at the deadline.
  [[nodiscard]] bool await_end(Deadline deadline = Deadline());

  /// Everything up to the end of the connection; throws if it does not end in time.
  std::string rest(Deadline deadline = Deadline());

  /// Whether the connection ended by a reset instead of an orderly close. Known after await_end()
  /// or rest().
  [[nodiscard]] bool was_reset() const { return was_reset_; }

  /// The TLS on it; only with SocketOptions::tls.
  [[nodiscard]] TlsClient& tls() { return *tls_; }

  /// Sends a right upgrade request for `target` with `extra` header lines (each ended by CRLF)
  /// and `behind` in the same segment, and takes the 101. Throws on any other answer.
  void upgrade(std::string_view target, std::string_view extra = "", std::string_view behind = "");

  /// The bytes of that request.
  [[nodiscard]] std::string upgrade_request(std::string_view target,
                                            std::string_view extra = "") const;

 private:
  /// Reads what is there into the buffer; false at the end of the connection or the deadline.
  bool receive_some(Deadline deadline);

  std::string authority_;
  std::string buffer_;
  int fd_ = -1;
  std::unique_ptr<TlsClient> tls_;
  bool ended_ = false;
  bool was_reset_ = false;
};

}  // namespace plugboard::test
