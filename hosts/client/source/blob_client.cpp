#include "plugboard/blob_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "relay_url.hpp"
#include "tls.hpp"

namespace plugboard {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

// What a relay keeps may be as large as its manifest allows; this only keeps a stranger from
// filling the memory.
constexpr std::uint64_t kMaxAnswerBytes = std::uint64_t{1} << 30U;

template <typename Stream>
asio::awaitable<Response> converse(Stream& stream, const Request& request) {
  co_await http::async_write(stream, request, asio::use_awaitable);
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(kMaxAnswerBytes);
  co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
  co_return parser.release();
}

asio::awaitable<Response> ask(asio::any_io_executor strand, BlobClientOptions options,
                              http::verb verb, std::string key, std::string body) {
  const client::RelayUrl url = client::parse_relay_url(options.url);
  Request request(verb, url.prefix + options.route_prefix + "/" + key, 11);
  request.set(http::field::host, url.authority());
  request.set(http::field::user_agent, "plugboard-client");
  if (!options.access_key.empty()) {
    request.set(http::field::authorization, "Bearer " + options.access_key);
  }
  if (verb == http::verb::put) {
    request.set(http::field::content_type, "text/plain; charset=utf-8");
    request.body() = std::move(body);
  }
  request.keep_alive(false);
  request.prepare_payload();

  asio::ip::tcp::resolver resolver(strand);
  const auto endpoints = co_await resolver.async_resolve(url.host, url.port, asio::use_awaitable);
  const auto deadline = std::chrono::steady_clock::now() + options.timeout;
  if (!url.tls) {
    beast::tcp_stream stream(strand);
    stream.expires_at(deadline);
    co_await stream.async_connect(endpoints, asio::use_awaitable);
    co_return co_await converse(stream, request);
  }
  const auto context = client::make_tls_context(options.tls);
  beast::ssl_stream<beast::tcp_stream> stream(strand, *context);
  stream.next_layer().expires_at(deadline);
  client::expect_host(stream, url.host, options.tls);
  co_await stream.next_layer().async_connect(endpoints, asio::use_awaitable);
  co_await stream.async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);
  co_return co_await converse(stream, request);
}

// On a strand of its own, since the stream's timer and its reads must not run at once.
asio::awaitable<Response> request(asio::any_io_executor executor, BlobClientOptions options,
                                  http::verb verb, std::string key, std::string body) {
  if (!client::is_well_formed_key(key, KeyForm::kAccessKey, KeyTransport::kQuery)) {
    throw std::invalid_argument(
        "\"" + key + "\" is no blob key: expected 8 to 64 characters of A-Z a-z 0-9 _ -");
  }
  const asio::any_io_executor strand = asio::make_strand(executor);
  co_return co_await asio::co_spawn(
      strand, ask(strand, std::move(options), verb, std::move(key), std::move(body)),
      asio::use_awaitable);
}

[[noreturn]] void refuse(const Response& response) {
  const auto answer = nlohmann::json::parse(response.body(), nullptr, false);
  std::string message = "HTTP " + std::to_string(response.result_int()) + " " +
                        std::string(http::obsolete_reason(response.result()));
  if (answer.is_object() && answer.contains("error") && answer["error"].is_string()) {
    message = answer["error"].get<std::string>();
  }
  throw BlobError(response.result_int(), message);
}

}  // namespace

BlobClient::BlobClient(asio::any_io_executor executor, BlobClientOptions options)
    : executor_(std::move(executor)), options_(std::move(options)) {
  client::parse_relay_url(options_.url);
  if (!options_.access_key.empty() &&
      !client::is_well_formed_key(options_.access_key, KeyForm::kToken, KeyTransport::kHeader)) {
    throw std::invalid_argument("ill-formed access key");
  }
  if (!client::is_path(options_.route_prefix)) {
    throw std::invalid_argument("the route prefix \"" + options_.route_prefix +
                                "\" is no path: expected something like /blob");
  }
  while (!options_.route_prefix.empty() && options_.route_prefix.back() == '/') {
    options_.route_prefix.pop_back();
  }
}

asio::awaitable<void> BlobClient::put(std::string key, std::string text) const {
  const Response response =
      co_await request(executor_, options_, http::verb::put, std::move(key), std::move(text));
  if (response.result() != http::status::ok) refuse(response);
}

asio::awaitable<std::optional<std::string>> BlobClient::get(std::string key) const {
  const Response response =
      co_await request(executor_, options_, http::verb::get, std::move(key), {});
  if (response.result() == http::status::not_found) co_return std::nullopt;
  if (response.result() != http::status::ok) refuse(response);
  const auto answer = nlohmann::json::parse(response.body(), nullptr, false);
  if (!answer.is_object() || !answer.contains("data") || !answer["data"].is_string()) {
    throw BlobError(response.result_int(), "the answer is not that of a blob store");
  }
  co_return answer["data"].get<std::string>();
}

asio::awaitable<bool> BlobClient::remove(std::string key) const {
  const Response response =
      co_await request(executor_, options_, http::verb::delete_, std::move(key), {});
  if (response.result() == http::status::not_found) co_return false;
  if (response.result() != http::status::ok) refuse(response);
  co_return true;
}

}  // namespace plugboard
