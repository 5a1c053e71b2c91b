#include "support/http_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <optional>
#include <stdexcept>

#include "support/deadline.hpp"

namespace plugboard::test {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;

class HttpClient::Connection {
 public:
  Connection(Endpoint endpoint, HttpOptions options)
      : endpoint_(std::move(endpoint)), options_(std::move(options)) {}

  HttpResponse request(std::string_view method, std::string_view target, const HttpHeaders& headers,
                       std::string_view body) {
    http::request<http::string_body> request;
    request.method_string(beast::string_view(method.data(), method.size()));
    request.target(beast::string_view(target.data(), target.size()));
    request.version(11);
    request.set(http::field::host, endpoint_.authority());
    for (const auto& [name, value] : headers) request.insert(name, value);
    request.body() = body;
    if (!body.empty() || method == "PUT") request.prepare_payload();

    if (!stream_) open();
    http::response_parser<http::string_body> parser;
    parser.skip(method == "HEAD");
    parser.body_limit(64 * 1024 * 1024);
    error_code error = exchange(request, parser);
    if (error) {
      throw std::runtime_error(std::string(method) + " " + std::string(target) + ": " +
                               error.message());
    }
    HttpResponse answer;
    answer.status = static_cast<int>(parser.get().result_int());
    for (const auto& field : parser.get()) {
      answer.headers.emplace_back(field.name_string(), field.value());
    }
    answer.body = parser.get().body();
    if (!parser.get().keep_alive()) stream_.reset();
    return answer;
  }

  [[nodiscard]] int connections() const { return connections_; }

 private:
  void open() {
    buffer_.consume(buffer_.size());
    stream_.emplace(context_);
    const tcp::endpoint peer(asio::ip::make_address(endpoint_.address), endpoint_.port);
    tcp::socket& socket = stream_->socket();
    socket.open(peer.protocol());
    if (!options_.local_address.empty()) {
      socket.bind(tcp::endpoint(asio::ip::make_address(options_.local_address), 0));
    }
    socket.connect(peer);
    socket.set_option(tcp::no_delay(true));
    ++connections_;
  }

  error_code exchange(const http::request<http::string_body>& request,
                      http::response_parser<http::string_body>& parser) {
    error_code result;
    stream_->expires_after(patience());
    http::async_write(*stream_, request, [&](error_code error, std::size_t) {
      result = error;
      if (error) return;
      http::async_read(*stream_, buffer_, parser,
                       [&](error_code read_error, std::size_t) { result = read_error; });
    });
    context_.restart();
    context_.run();
    return result;
  }

  Endpoint endpoint_;
  HttpOptions options_;
  asio::io_context context_{1};
  std::optional<beast::tcp_stream> stream_;
  beast::flat_buffer buffer_;
  int connections_ = 0;
};

HttpClient::HttpClient(const Endpoint& endpoint, const HttpOptions& options)
    : connection_(std::make_unique<Connection>(endpoint, options)) {}
HttpClient::~HttpClient() = default;

HttpResponse HttpClient::request(std::string_view method, std::string_view target,
                                 const HttpHeaders& headers, std::string_view body) {
  return connection_->request(method, target, headers, body);
}

int HttpClient::connections() const { return connection_->connections(); }

}  // namespace plugboard::test
