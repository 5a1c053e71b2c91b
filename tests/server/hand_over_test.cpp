// Connections that an HTTP server on Boost.Beast hands over to a Server, with and without TLS.
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "flow/suite.hpp"
#include "plugboard/beast_ssl.hpp"
#include "plugboard/server.hpp"
#include "support/temp_dir.hpp"
#include "support/tls_client.hpp"

namespace plugboard::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr int kTls12 = 0x0303;
constexpr int kTls13 = 0x0304;

/// A web server that reads one request from each of so many connections and hands it over.
template <class Stream>
class OtherServer {
 public:
  using Open = std::function<Stream(tcp::socket)>;
  using HandOver = std::function<void(
      Stream&&, const boost::beast::http::request<boost::beast::http::string_body>&,
      const boost::beast::flat_buffer&)>;

  OtherServer(int connections, Open open, HandOver hand_over)
      : acceptor_(io_, {asio::ip::address_v4::loopback(), 0}),
        thread_([this, connections, open = std::move(open), hand_over = std::move(hand_over)] {
          for (int i = 0; i < connections; ++i) {
            Stream stream = open(acceptor_.accept());
            boost::beast::flat_buffer buffer;
            boost::beast::http::request<boost::beast::http::string_body> request;
            boost::beast::http::read(stream, buffer, request);
            hand_over(std::move(stream), request, buffer);
          }
        }) {}
  ~OtherServer() { thread_.join(); }
  OtherServer(const OtherServer&) = delete;
  OtherServer& operator=(const OtherServer&) = delete;

  Endpoint endpoint() const {
    return {.address = "127.0.0.1", .port = acceptor_.local_endpoint().port()};
  }

 private:
  asio::io_context io_;
  tcp::acceptor acceptor_;
  std::thread thread_;
};

class HandingOver : public testing::TestWithParam<int> {
 protected:
  HandingOver() : server_({.listen = false}) {
    const ServerProblems problems = server_.start({
        {"server", {{"listen", {"127.0.0.1:0"}}, {"threads", 2}, {"max_message", "3 MiB"}}},
        {"channel", {{{"name", "pwa"}}}},
        {"chain", {{"key_store", "open"}}},
        {"log", {{"level", "error"}}},
    });
    if (!problems.empty()) throw std::runtime_error(problems[0]);
    context_.use_certificate_chain_file(files_.certificate.string());
    context_.use_private_key_file(files_.private_key.string(), asio::ssl::context::pem);
  }

  using AsioStream = asio::ssl::stream<tcp::socket>;
  OtherServer<AsioStream> other_server(int connections) {
    return OtherServer<AsioStream>(
        connections,
        [this](tcp::socket socket) {
          AsioStream stream(std::move(socket), context_);
          stream.handshake(AsioStream::server);
          return stream;
        },
        [this](AsioStream&& stream, const auto& request, const auto& buffer) {
          hand_over_ssl(server_, std::move(stream), request, buffer.data());
        });
  }

  static SocketOptions options() {
    return {.tls = TlsOptions{.min_version = GetParam(), .max_version = GetParam()}};
  }

  TempDir folder_;
  CertificateFiles files_ = make_certificate(folder_.path(), "localhost");
  asio::ssl::context context_{asio::ssl::context::tls_server};
  Server server_;
};
INSTANTIATE_TEST_SUITE_P(Versions, HandingOver, testing::Values(kTls12, kTls13),
                         [](const auto& tested) { return tested.param == kTls12 ? "1_2" : "1_3"; });

TEST_P(HandingOver, AnUpgradeIsAnsweredWithTheFramesBehindIt) {
  auto other = other_server(1);
  RawSocket client(other.endpoint(), options());
  client.upgrade("/pwa/" + fresh_id(), "", ping_frame("behind"));
  EXPECT_EQ(client.frame().payload, "behind");
}

TEST_P(HandingOver, WhatComesInRecordsOfItsOwnBehindTheRequestIsNotLost) {
  auto other = other_server(1);
  RawSocket client(other.endpoint(), options());
  client.send(client.upgrade_request("/pwa/" + fresh_id()));
  for (int i = 0; i < 100; ++i) client.send(ping_frame("behind " + std::to_string(i)));
  EXPECT_EQ(client.response().status, 101);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(client.frame_but_ping().payload, "behind " + std::to_string(i));
  }
}

TEST_P(HandingOver, LargeMessagesPassBetweenSessions) {
  auto other = other_server(2);
  RawSocket alice(other.endpoint(), options());
  alice.upgrade("/pwa/alice001", "", ping_frame("in"));
  alice.frame();
  RawSocket bob(other.endpoint(), options());
  bob.upgrade("/pwa/bob00001", "", ping_frame("in"));
  bob.frame();
  const std::string message = routed("pwa:alice001", "pwa:bob00001", std::string(2 << 20, 'x'));
  alice.send(text_frame(message));
  EXPECT_EQ(bob.frame_but_ping().payload, message);
}

TEST_P(HandingOver, RequestsOfAnyKindAreAnsweredAndTheConnectionIsKept) {
  auto other = other_server(1);
  RawSocket client(other.endpoint(), options());
  const std::string request = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";
  client.send(request);
  EXPECT_EQ(client.response().status, 200);
  client.send(request);
  EXPECT_EQ(client.response().status, 200);
}

TEST_P(HandingOver, AClientThatGoesIsLetGo) {
  auto other = other_server(1);
  RawSocket client(other.endpoint(), options());
  client.upgrade("/pwa/" + fresh_id(), "", ping_frame("in"));
  client.frame();
  client.finish_writing();
  EXPECT_TRUE(client.await_end());
}

TEST_P(HandingOver, BeastsOwnStreamsAreTakenToo) {
  using BeastStream = boost::beast::ssl_stream<boost::beast::tcp_stream>;
  OtherServer<BeastStream> other(
      1,
      [this](tcp::socket socket) {
        BeastStream stream(std::move(socket), context_);
        stream.handshake(asio::ssl::stream_base::server);
        return stream;
      },
      [this](BeastStream&& stream, const auto& request, const auto& buffer) {
        hand_over_ssl(server_, std::move(stream), request, buffer.data());
      });
  RawSocket client(other.endpoint(), options());
  client.upgrade("/pwa/" + fresh_id(), "", ping_frame("behind"));
  EXPECT_EQ(client.frame().payload, "behind");
}

TEST_P(HandingOver, ASessionThatComesBeforeTheStartIsClosed) {
  Server not_started;
  OtherServer<AsioStream> other(
      1,
      [this](tcp::socket socket) {
        AsioStream stream(std::move(socket), context_);
        stream.handshake(AsioStream::server);
        return stream;
      },
      [&](AsioStream&& stream, const auto& request, const auto& buffer) {
        hand_over_ssl(not_started, std::move(stream), request, buffer.data());
      });
  RawSocket client(other.endpoint(), options());
  client.send(client.upgrade_request("/pwa/" + fresh_id()));
  EXPECT_TRUE(client.await_end());
}

}  // namespace
}  // namespace plugboard::test
