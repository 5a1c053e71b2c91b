#include "client/scripted_relay.hpp"

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <utility>

namespace plugboard::test {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

using Done = std::function<void(error_code)>;

// Runs one step to its end.
error_code finish(asio::io_context& io, const std::string& what,
                  const std::function<void(Done)>& start, Deadline deadline = Deadline()) {
  std::optional<error_code> result;
  start([&](error_code error) { result = error; });
  io.restart();
  while (!result && io.run_one_until(deadline.at()) > 0) {
  }
  if (!result) throw std::runtime_error("the client did not let the script " + what + " in time");
  return *result;
}

void must(error_code error, const std::string& what) {
  if (error) throw std::runtime_error("the script could not " + what + ": " + error.message());
}

}  // namespace

class Visit::Inside {
 public:
  Inside(std::shared_ptr<asio::io_context> context, tcp::socket socket)
      : io(std::move(context)), stream(std::move(socket)) {}

  // Keeps the descriptors' home alive while the visit is.
  std::shared_ptr<asio::io_context> io;
  websocket::stream<tcp::socket> stream;
  beast::flat_buffer buffer;
  http::request<http::string_body> request;

  void step(const std::string& what, const std::function<void(Done)>& start) {
    must(finish(*io, what, start), what);
  }
};

Visit::Visit(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Visit::~Visit() = default;
Visit::Visit(Visit&&) noexcept = default;

std::string Visit::target() const { return std::string(inside_->request.target()); }

std::string Visit::header(std::string_view name) const {
  return std::string(inside_->request[beast::string_view(name.data(), name.size())]);
}

void Visit::accept(const std::string& protocol) {
  if (!protocol.empty()) {
    inside_->stream.set_option(
        websocket::stream_base::decorator([protocol](websocket::response_type& response) {
          response.set(http::field::sec_websocket_protocol, protocol);
        }));
  }
  inside_->step("accept", [&](Done done) {
    inside_->stream.async_accept(inside_->request, [done](error_code error) { done(error); });
  });
}

void Visit::refuse(unsigned status, const HttpHeaders& headers) {
  http::response<http::string_body> response(static_cast<http::status>(status), 11);
  for (const auto& [name, value] : headers) response.set(name, value);
  response.keep_alive(false);
  response.prepare_payload();
  inside_->step("refuse", [&](Done done) {
    http::async_write(inside_->stream.next_layer(), response,
                      [done](error_code error, std::size_t) { done(error); });
  });
}

void Visit::send_text(std::string_view text) {
  inside_->stream.text(true);
  inside_->step("send", [&](Done done) {
    inside_->stream.async_write(asio::buffer(text),
                                [done](error_code error, std::size_t) { done(error); });
  });
}

void Visit::send_binary(std::string_view bytes) {
  inside_->stream.binary(true);
  inside_->step("send", [&](Done done) {
    inside_->stream.async_write(asio::buffer(bytes),
                                [done](error_code error, std::size_t) { done(error); });
  });
}

void Visit::send_error(std::string_view code, std::string_view message) {
  send_text(nlohmann::json{{"type", "error"}, {"payload", {{"code", code}, {"message", message}}}}
                .dump());
}

std::string Visit::receive() {
  beast::flat_buffer buffer;
  inside_->step("receive", [&](Done done) {
    inside_->stream.async_read(buffer, [done](error_code error, std::size_t) { done(error); });
  });
  return beast::buffers_to_string(buffer.data());
}

void Visit::await_ping() {
  std::array<unsigned char, 6> frame{};  // header and mask
  inside_->step("see a ping", [&](Done done) {
    asio::async_read(inside_->stream.next_layer(), asio::buffer(frame),
                     [done](error_code error, std::size_t) { done(error); });
  });
  if (frame[0] != 0x89 || frame[1] != 0x80) throw std::runtime_error("the frame is no ping");
}

void Visit::close(std::uint16_t code, std::string_view reason) {
  const websocket::close_reason why(static_cast<websocket::close_code>(code),
                                    beast::string_view(reason.data(), reason.size()));
  inside_->step("close", [&](Done done) {
    inside_->stream.async_close(why, [done](error_code error) { done(error); });
  });
}

std::uint16_t Visit::await_close() {
  for (;;) {
    beast::flat_buffer buffer;
    const error_code error = finish(*inside_->io, "see the end", [&](Done done) {
      inside_->stream.async_read(buffer, [done](error_code ended, std::size_t) { done(ended); });
    });
    if (error == websocket::error::closed) return inside_->stream.reason().code;
    if (error) return 1006;
  }
}

void Visit::drop() { inside_->stream.next_layer().close(); }

class ScriptedRelay::Inside {
 public:
  std::shared_ptr<asio::io_context> io = std::make_shared<asio::io_context>(1);
  tcp::acceptor acceptor{*io, {asio::ip::address_v4::loopback(), 0}};
};

ScriptedRelay::ScriptedRelay() : inside_(std::make_unique<Inside>()) {}
ScriptedRelay::~ScriptedRelay() = default;

std::string ScriptedRelay::url() const {
  return "ws://127.0.0.1:" + std::to_string(inside_->acceptor.local_endpoint().port());
}

Visit ScriptedRelay::next_unread() {
  tcp::socket socket(*inside_->io);
  must(finish(*inside_->io, "accept a connection",
              [&](Done done) { inside_->acceptor.async_accept(socket, std::move(done)); }),
       "accept a connection");
  return Visit(std::make_unique<Visit::Inside>(inside_->io, std::move(socket)));
}

Visit ScriptedRelay::next() {
  tcp::socket socket(*inside_->io);
  must(finish(*inside_->io, "accept a connection",
              [&](Done done) { inside_->acceptor.async_accept(socket, std::move(done)); }),
       "accept a connection");
  auto visit = std::make_unique<Visit::Inside>(inside_->io, std::move(socket));
  visit->step("read the request", [&](Done done) {
    http::async_read(visit->stream.next_layer(), visit->buffer, visit->request,
                     [done](error_code error, std::size_t) { done(error); });
  });
  return Visit(std::move(visit));
}

Visit ScriptedRelay::next_accepted() {
  Visit visit = next();
  visit.accept();
  return visit;
}

bool ScriptedRelay::comes_within(std::chrono::milliseconds time) {
  tcp::socket socket(*inside_->io);
  bool came = false;
  inside_->acceptor.async_accept(socket, [&](error_code error) { came = !error; });
  inside_->io->restart();
  inside_->io->run_for(time);
  if (!came) {
    inside_->acceptor.cancel();
    inside_->io->restart();
    inside_->io->run();
  }
  return came;
}

}  // namespace plugboard::test
