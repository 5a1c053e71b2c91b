#include "connection.hpp"

// The only file that sees Beast's WebSocket stream.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <charconv>
#include <deque>
#include <type_traits>
#include <utility>

#include "tls.hpp"

namespace plugboard::client {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using boost::system::error_code;
using boost::system::system_error;

constexpr std::chrono::seconds kCloseTime{5};

using PlainStream = websocket::stream<beast::tcp_stream>;
using TlsStream = websocket::stream<beast::ssl_stream<beast::tcp_stream>>;

std::optional<std::chrono::seconds> retry_after(const websocket::response_type& response) {
  const auto field = response[http::field::retry_after];
  unsigned seconds = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), seconds);
  // The other form, a date, is not used by relays.
  if (field.empty() || error != std::errc() || end != field.data() + field.size()) {
    return std::nullopt;
  }
  return std::chrono::seconds(seconds);
}

template <typename Stream>
class BeastConnection : public Connection,
                        public std::enable_shared_from_this<BeastConnection<Stream>> {
 public:
  static constexpr bool kTls = std::is_same_v<Stream, TlsStream>;

  template <typename... StreamArgs>
  BeastConnection(const asio::any_io_executor& strand, RelayUrl url,
                  const RelayClientOptions& options, std::weak_ptr<ConnectionEvents> events,
                  std::shared_ptr<asio::ssl::context> tls_context, StreamArgs&&... stream_args)
      : strand_(strand),
        url_(std::move(url)),
        options_(options),
        events_(std::move(events)),
        tls_context_(std::move(tls_context)),
        resolver_(strand),
        stream_(std::forward<StreamArgs>(stream_args)...),
        close_timer_(strand),
        life_timer_(strand),
        pause_signal_(strand) {
    pause_signal_.expires_at(std::chrono::steady_clock::time_point::max());
  }

  void start() override {
    asio::co_spawn(
        strand_, [self = this->shared_from_this()] { return self->run(); },
        [self = this->shared_from_this()](const std::exception_ptr& thrown) {
          // What a handler of the client's owner threw is the owner's to see.
          if (!thrown) return;
          self->end("a handler failed");
          std::rethrow_exception(thrown);
        });
  }

  void write(std::string text) override {
    if (closing_ || ended_) return;
    outgoing_.push_back(std::move(text));
    write_next();
  }

  void close() override {
    if (closing_ || ended_) return;
    closing_ = true;
    close_timer_.expires_after(kCloseTime);
    close_timer_.async_wait([self = this->shared_from_this()](error_code error) {
      if (!error) self->cut();
    });
    if (!ending_.opened) {
      cut();
    } else if (!writing_) {
      say_goodbye();
    }
    pause(false);
  }

  void abort() override {
    ended_ = true;
    cut();
    cancel_timers();
  }

  void pause(bool paused) override {
    paused_ = paused;
    if (!paused) pause_signal_.cancel();
  }

 private:
  asio::awaitable<void> run() {
    std::string cause;
    try {
      co_await connect();
    } catch (const system_error& error) {
      cause = error.code() == beast::error::timeout ? "no answer in time" : error.code().message();
    }
    if (!cause.empty()) {
      end(cause);
      co_return;
    }
    if (ended_) co_return;
    ending_.opened = true;
    watch_for_life();
    if (const auto events = events_.lock()) events->opened();
    co_await read();
  }

  asio::awaitable<void> connect() {
    const auto deadline = std::chrono::steady_clock::now() + options_.handshake_timeout;
    // The resolver has no deadline of its own.
    asio::steady_timer resolve_timer(strand_, deadline);
    resolve_timer.async_wait([self = this->shared_from_this()](error_code error) {
      if (!error) self->resolver_.cancel();
    });
    asio::ip::tcp::resolver::results_type endpoints;
    try {
      endpoints = co_await resolver_.async_resolve(url_.host, url_.port, asio::use_awaitable);
    } catch (const system_error& error) {
      if (error.code() == asio::error::operation_aborted) throw system_error(beast::error::timeout);
      throw;
    }
    resolve_timer.cancel();
    if (ended_ || closing_) throw system_error(asio::error::operation_aborted);

    auto& tcp = beast::get_lowest_layer(stream_);
    tcp.expires_at(deadline);
    co_await tcp.async_connect(endpoints, asio::use_awaitable);
    tcp.socket().set_option(asio::ip::tcp::no_delay(true));
    if constexpr (kTls) {
      expect_host(stream_.next_layer(), url_.host, options_.tls);
      co_await stream_.next_layer().async_handshake(asio::ssl::stream_base::client,
                                                    asio::use_awaitable);
    }
    // From here on the WebSocket stream keeps time, but not for idleness: it would take a
    // connection for idle that we do not read from.
    tcp.expires_never();
    websocket::stream_base::timeout timeout{};
    timeout.handshake_timeout =
        std::max(std::chrono::steady_clock::duration(std::chrono::milliseconds(1)),
                 deadline - std::chrono::steady_clock::now());
    timeout.idle_timeout = websocket::stream_base::none();
    stream_.set_option(timeout);
    stream_.control_callback(
        [this](websocket::frame_type, beast::string_view) { silent_halves_ = 0; });
    stream_.set_option(websocket::stream_base::decorator(
        [this](websocket::request_type& request) { decorate(request); }));
    stream_.read_message_max(options_.max_message_bytes);

    websocket::response_type response;
    try {
      co_await stream_.async_handshake(response, url_.authority(), connect_target(url_, options_),
                                       asio::use_awaitable);
    } catch (const system_error& error) {
      if (error.code() == websocket::error::upgrade_declined) {
        ending_.http_status = response.result_int();
        ending_.retry_after = retry_after(response);
        ending_.cause = "HTTP " + std::to_string(response.result_int()) + " " +
                        std::string(http::obsolete_reason(response.result()));
      }
      throw;
    }
    stream_.text(true);
  }

  void decorate(websocket::request_type& request) const {
    request.set(http::field::user_agent, "plugboard-client");
    if (options_.key.empty()) return;
    if (options_.key_transport == KeyTransport::kHeader) {
      request.set(http::field::authorization, "Bearer " + options_.key);
    } else if (options_.key_transport == KeyTransport::kSubprotocol) {
      request.set(http::field::sec_websocket_protocol, "plugboard.key, " + options_.key);
    }
  }

  asio::awaitable<void> read() {
    beast::flat_buffer buffer;
    std::string cause;
    while (!ended_) {
      try {
        while (paused_ && !ended_) {
          error_code woken;
          co_await pause_signal_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        }
        if (ended_) co_return;
        do {
          co_await stream_.async_read_some(buffer, 0, asio::use_awaitable);
          silent_halves_ = 0;
        } while (!stream_.is_message_done());
      } catch (const system_error& error) {
        note_close(error.code());
        cause = error.code().message();
      }
      if (!cause.empty()) {
        end(cause);
        co_return;
      }
      // Binary messages hold the same JSON in bytes.
      const std::string_view text(static_cast<const char*>(buffer.data().data()), buffer.size());
      const auto events = events_.lock();
      if (events && !closing_ && !ended_) events->received(text);
      buffer.consume(buffer.size());
    }
  }

  void note_close(error_code error) {
    if (error != websocket::error::closed) return;
    const websocket::close_reason& reason = stream_.reason();
    ending_.close_code = reason.code == websocket::close_code::none ? 1005 : reason.code;
    ending_.reason.assign(reason.reason.data(), reason.reason.size());
  }

  void write_next() {
    if (writing_ || outgoing_.empty() || !ending_.opened) return;
    writing_ = true;
    stream_.async_write(
        asio::buffer(outgoing_.front()),
        [self = this->shared_from_this()](error_code error, std::size_t) { self->wrote(error); });
  }

  void wrote(error_code error) {
    writing_ = false;
    // The reading side tells why a connection ended.
    if (error || ended_) return;
    const std::size_t bytes = outgoing_.front().size();
    outgoing_.pop_front();
    if (!outgoing_.empty()) {
      write_next();
    } else if (closing_) {
      say_goodbye();
    }
    const auto events = events_.lock();
    if (!events) return;
    try {
      events->written(bytes);
    } catch (...) {
      // As in `start`.
      end("a handler failed");
      throw;
    }
  }

  void watch_for_life() {
    if (options_.idle_timeout.count() <= 0) return;
    life_timer_.expires_after(std::max(options_.idle_timeout / 2, std::chrono::milliseconds(1)));
    life_timer_.async_wait([self = this->shared_from_this()](error_code cancelled) {
      if (!cancelled) self->half_the_idle_timeout_passed();
    });
  }

  void half_the_idle_timeout_passed() {
    if (ended_ || closing_) return;
    if (paused_) {
      // Who does not read cannot hear. The relay still hears of us.
      silent_halves_ = 0;
    } else if (++silent_halves_ > 1) {
      cut();
      return;
    }
    if (!pinging_) {
      pinging_ = true;
      stream_.async_ping({}, [self = this->shared_from_this()](error_code) {
        self->pinging_ = false;  // the reading side tells of errors
      });
    }
    watch_for_life();
  }

  void say_goodbye() {
    stream_.async_close(websocket::close_code::normal,
                        [self = this->shared_from_this()](error_code error) {
                          if (!error) self->note_close(websocket::error::closed);
                          self->end("closed");
                        });
  }

  void cut() {
    resolver_.cancel();
    beast::get_lowest_layer(stream_).close();
  }

  void cancel_timers() {
    close_timer_.cancel();
    life_timer_.cancel();
    pause_signal_.cancel();
  }

  void end(const std::string& cause) {
    if (ended_) return;
    ended_ = true;
    cancel_timers();
    cut();
    if (ending_.cause.empty()) ending_.cause = cause;
    if (const auto events = events_.lock()) events->ended(ending_);
  }

  asio::any_io_executor strand_;
  RelayUrl url_;
  RelayClientOptions options_;
  std::weak_ptr<ConnectionEvents> events_;
  std::shared_ptr<asio::ssl::context> tls_context_;  // before the stream that points to it
  asio::ip::tcp::resolver resolver_;
  Stream stream_;
  asio::steady_timer close_timer_;
  asio::steady_timer life_timer_;
  asio::steady_timer pause_signal_;  // never expires; cancelled to wake the reader

  std::deque<std::string> outgoing_;
  Ending ending_;
  int silent_halves_ = 0;  // of the idle timeout, since something came
  bool pinging_ = false;
  bool writing_ = false;
  bool closing_ = false;
  bool paused_ = false;
  bool ended_ = false;
};

}  // namespace

Connector::Connector(const RelayClientOptions& options)
    : options_(options), url_(parse_relay_url(options.url)) {
  if (url_.tls) tls_context_ = make_tls_context(options_.tls);
}

std::shared_ptr<Connection> Connector::make(const asio::any_io_executor& strand,
                                            std::weak_ptr<ConnectionEvents> events) const {
  if (!tls_context_) {
    return std::make_shared<BeastConnection<PlainStream>>(strand, url_, options_, std::move(events),
                                                          nullptr, strand);
  }
  return std::make_shared<BeastConnection<TlsStream>>(strand, url_, options_, std::move(events),
                                                      tls_context_, strand, *tls_context_);
}

}  // namespace plugboard::client
