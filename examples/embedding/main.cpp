// A web server with a relay in it. The server, on Boost.Beast, answers what is its own and hands
// over every other connection; the relay runs on the same io_context, with a key store that is a
// class of this program. See docs/embedding.md.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <optional>
#include <plugboard/asio.hpp>
#include <plugboard/beast.hpp>
#include <plugboard/linked_plugin.hpp>
#include <plugboard/server.hpp>
#include <set>
#include <string>

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

namespace {

// Whom the application knows.
using Directory = std::set<std::string, std::less<>>;

// Lets those in.
class Members : public plugboard::Plugin {
 public:
  explicit Members(const Directory& directory) : directory_(directory) {
    host().info(std::to_string(directory.size()) + " members");
  }

  plugboard::Verdict lookup(const plugboard::KeyRequest& request) const {
    return directory_.contains(request.key) ? plugboard::allow() : plugboard::abstain();
  }

 private:
  const Directory& directory_;
};

// One connection: answers until a request is the relay's.
asio::awaitable<void> serve(tcp::socket socket, plugboard::Server& relay) {
  boost::beast::flat_buffer buffer;
  for (;;) {
    http::request<http::string_body> request;
    co_await http::async_read(socket, buffer, request, asio::use_awaitable);
    if (request.target() != "/") {
      plugboard::hand_over(relay, std::move(socket), request, buffer.data());
      co_return;
    }
    http::response<http::string_body> response(http::status::ok, request.version());
    response.set(http::field::content_type, "text/plain");
    response.keep_alive(request.keep_alive());
    response.body() = std::to_string(relay.connections()) + " connections\n";
    response.prepare_payload();
    co_await http::async_write(socket, response, asio::use_awaitable);
    if (!response.keep_alive()) co_return;
  }
}

asio::awaitable<void> accept(tcp::acceptor& acceptor, plugboard::Server& relay) {
  for (;;) {
    tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
    // A connection that breaks off is no matter.
    asio::co_spawn(acceptor.get_executor(), serve(std::move(socket), relay),
                   [](const std::exception_ptr&) {});
  }
}

// Waits for a signal, and sends the relay's peers away before everything ends.
asio::awaitable<void> stop_on_signal(asio::io_context& io, plugboard::Server& relay) {
  asio::signal_set signals(io, SIGINT, SIGTERM);
  co_await signals.async_wait(asio::use_awaitable);
  relay.drain();
  asio::steady_timer timer(io);
  while (!relay.drained()) {
    timer.expires_after(std::chrono::milliseconds(20));
    co_await timer.async_wait(asio::use_awaitable);
  }
  io.stop();
}

}  // namespace

int main(int argc, char** argv) {
  const auto port = static_cast<unsigned short>(argc > 1 ? std::atoi(argv[1]) : 8080);

  const Directory directory = {"member-key-1", "member-key-2"};
  plugboard::Server relay({
      .plugins = {{"members", plugboard::linked_plugin<Members, "members", "1.0.0">(directory)}},
      .listen = false,
      .own_threads = false,
      .log = [](const plugboard::LogLine& line) { std::clog << "relay: " << line.text << "\n"; },
  });
  const auto problems = relay.start({
      {"server", {{"listen", {"127.0.0.1:0"}}, {"shutdown_grace", "1s"}}},
      {"channel", {{{"name", "demo"}}}},
      {"plugin", {{{"name", "keys"}, {"library", "members"}}}},
      {"chain", {{"key_store", {"keys"}}}},
  });
  for (const std::string& problem : problems) std::cerr << problem << "\n";
  if (!problems.empty()) return 2;

  asio::io_context io;
  std::optional<plugboard::AsioDriver> driver(std::in_place, io.get_executor(), relay);
  tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), port});
  asio::co_spawn(io, accept(acceptor, relay), asio::detached);
  asio::co_spawn(io, stop_on_signal(io, relay), asio::detached);
  std::cout << "listening on 127.0.0.1:" << acceptor.local_endpoint().port() << std::endl;
  io.run();
  driver.reset();
  relay.stop();
}
