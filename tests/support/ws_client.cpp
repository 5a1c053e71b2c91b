#include "support/ws_client.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>
#include <stdexcept>
#include <utility>

namespace plugboard::test {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;
using tcp = asio::ip::tcp;

namespace {
constexpr std::size_t kLargestMessage = 64 * 1024 * 1024;
}

class WsClient::Connection {
 public:
  Connection(const Endpoint& endpoint, std::string_view target, const WsOptions& options)
      : stream_(context_) {
    connect(endpoint, options.local_address);
    stream_.next_layer().set_option(tcp::no_delay(true));
    stream_.read_message_max(kLargestMessage);
    stream_.auto_fragment(false);
    stream_.set_option(websocket::stream_base::decorator([&](websocket::request_type& request) {
      for (const auto& [name, value] : options.headers) request.insert(name, value);
    }));
    stream_.control_callback([this](websocket::frame_type kind, beast::string_view payload) {
      if (kind == websocket::frame_type::ping) ++pings_;
      if (kind == websocket::frame_type::pong) pongs_.emplace_back(payload);
    });
    upgrade(endpoint.authority(), target);
    if (handshake_.status == 101) start_reading();
  }

  [[nodiscard]] const HttpResponse& handshake() const { return handshake_; }

  void send(std::string_view data, bool binary) {
    stream_.binary(binary);
    bool done = false;
    error_code result;
    stream_.async_write(asio::buffer(data), [&](error_code error, std::size_t) {
      result = error;
      done = true;
    });
    finish(done, result, "send");
  }

  void ping(std::string_view payload) {
    bool done = false;
    error_code result;
    stream_.async_ping(websocket::ping_data(beast::string_view(payload.data(), payload.size())),
                       [&](error_code error) {
                         result = error;
                         done = true;
                       });
    finish(done, result, "ping");
  }

  WsMessage receive(Deadline deadline) {
    run_until([this] { return !inbox_.empty() || closed_; }, deadline);
    if (inbox_.empty()) {
      throw std::runtime_error(closed_ ? "the connection ended (" + std::to_string(closed_->code) +
                                             " " + closed_->reason + ") before a message came"
                                       : "no message in time");
    }
    WsMessage message = std::move(inbox_.front());
    inbox_.pop_front();
    return message;
  }

  WsClose await_close(Deadline deadline) {
    run_until([this] { return !inbox_.empty() || closed_; }, deadline);
    if (!inbox_.empty()) {
      throw std::runtime_error("a message came before the close: " + inbox_.front().data);
    }
    if (!closed_) throw std::runtime_error("the connection did not end in time");
    return *closed_;
  }

  bool await_pings(std::size_t count, Deadline deadline) {
    run_until([&] { return pings_ >= count || closed_; }, deadline);
    return pings_ >= count;
  }

  bool await_pong(std::string_view payload, Deadline deadline) {
    const auto seen = [&] {
      return std::find(pongs_.begin(), pongs_.end(), payload) != pongs_.end();
    };
    run_until([&] { return seen() || closed_; }, deadline);
    return seen();
  }

  void close(std::uint16_t code, std::string_view reason) {
    websocket::close_reason why(code);
    why.reason.assign(reason.data(), reason.size());
    bool done = false;
    error_code result;
    stream_.async_close(why, [&](error_code error) {
      result = error;
      done = true;
    });
    finish(done, result, "close");
  }

 private:
  void connect(const Endpoint& endpoint, const std::string& local_address) {
    const tcp::endpoint peer(asio::ip::make_address(endpoint.address), endpoint.port);
    tcp::socket& socket = stream_.next_layer();
    socket.open(peer.protocol());
    if (!local_address.empty()) {
      socket.bind(tcp::endpoint(asio::ip::make_address(local_address), 0));
    }
    socket.connect(peer);
  }

  void upgrade(const std::string& authority, std::string_view target) {
    websocket::response_type response;
    bool done = false;
    error_code result;
    stream_.async_handshake(response, authority, beast::string_view(target.data(), target.size()),
                            [&](error_code error) {
                              result = error;
                              done = true;
                            });
    run_until([&] { return done; }, Deadline());
    if (!done) abandon("no answer to the upgrade in time");
    if (result && result != websocket::error::upgrade_declined) {
      throw std::runtime_error("upgrade: " + result.message());
    }
    handshake_.status = static_cast<int>(response.result_int());
    for (const auto& field : response) {
      handshake_.headers.emplace_back(field.name_string(), field.value());
    }
    handshake_.body = response.body();
  }

  void start_reading() {
    stream_.async_read(read_buffer_, [this](error_code error, std::size_t) {
      if (error) {
        // A Close frame that was received counts also where its answer could not be sent any more.
        const websocket::close_reason& reason = stream_.reason();
        if (reason.code != websocket::close_code::none) {
          closed_ = {.code = reason.code, .reason = std::string(reason.reason.c_str())};
        } else if (error == websocket::error::closed) {
          closed_ = {.code = 1005, .reason = ""};
        } else {
          closed_ = {.code = 1006, .reason = error.message()};
        }
        return;
      }
      inbox_.push_back(
          {.data = beast::buffers_to_string(read_buffer_.data()), .binary = stream_.got_binary()});
      read_buffer_.consume(read_buffer_.size());
      start_reading();
    });
  }

  template <typename Condition>
  void run_until(Condition condition, Deadline deadline) {
    while (!condition()) {
      if (context_.stopped()) context_.restart();
      if (context_.run_one_until(deadline.at()) == 0 && (deadline.passed() || context_.stopped())) {
        return;
      }
    }
  }

  /// Waits for an operation whose handler refers to the caller's frame.
  void finish(const bool& done, const error_code& result, const char* what) {
    run_until([&] { return done; }, Deadline());
    if (!done) abandon(std::string(what) + ": not done in time");
    if (result) throw std::runtime_error(std::string(what) + ": " + result.message());
  }

  /// Lets every pending operation run out before its handler's frame goes, then throws.
  [[noreturn]] void abandon(const std::string& why) {
    error_code ignored;
    stream_.next_layer().close(ignored);
    context_.restart();
    context_.run();
    throw std::runtime_error(why);
  }

  asio::io_context context_{1};
  websocket::stream<tcp::socket> stream_;
  beast::flat_buffer read_buffer_;
  HttpResponse handshake_;
  std::deque<WsMessage> inbox_;
  std::optional<WsClose> closed_;
  std::size_t pings_ = 0;
  std::vector<std::string> pongs_;
};

WsClient::WsClient(const Endpoint& endpoint, std::string_view target, const WsOptions& options)
    : connection_(std::make_unique<Connection>(endpoint, target, options)) {}
WsClient::~WsClient() = default;
WsClient::WsClient(WsClient&&) noexcept = default;

const HttpResponse& WsClient::handshake() const { return connection_->handshake(); }
void WsClient::send_text(std::string_view text) { connection_->send(text, false); }
void WsClient::send_binary(std::string_view bytes) { connection_->send(bytes, true); }
void WsClient::ping(std::string_view payload) { connection_->ping(payload); }
WsMessage WsClient::receive(Deadline deadline) { return connection_->receive(deadline); }
WsClose WsClient::await_close(Deadline deadline) { return connection_->await_close(deadline); }
bool WsClient::await_pings(std::size_t count, Deadline deadline) {
  return connection_->await_pings(count, deadline);
}
bool WsClient::await_pong(std::string_view payload, Deadline deadline) {
  return connection_->await_pong(payload, deadline);
}
void WsClient::close(std::uint16_t code, std::string_view reason) {
  connection_->close(code, reason);
}

}  // namespace plugboard::test
