#include "sender.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fstream>
#include <iostream>
#include <optional>
#include <plugboard/blob_client.hpp>
#include <stdexcept>

#include "offer.hpp"

namespace transfer {

namespace asio = boost::asio;
using nlohmann::json;

namespace {

std::string read_piece(std::ifstream& file, std::uint64_t at, std::uint64_t size) {
  std::string bytes(std::min(kPieceBytes, size - at), '\0');
  file.clear();
  file.seekg(static_cast<std::streamoff>(at));
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file) throw std::runtime_error("the file has become shorter");
  return bytes;
}

// A question that names our key: for the piece at some place, or none any more.
struct Question {
  bool done = false;
  std::uint64_t at = 0;
};

// Nothing for what is no such question, whoever sent it.
std::optional<Question> read_question(const json& payload, const std::string& key) {
  try {
    if (payload.at("key") != key) return std::nullopt;
    return Question{payload.value("done", false), payload.value("at", std::uint64_t{0})};
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

// A connection that is open may still be refused. What tells is the answer to a watch of our own
// address, which comes once we are registered.
asio::awaitable<void> registered(plugboard::RelayClient& client) {
  asio::steady_timer news(co_await asio::this_coro::executor,
                          asio::steady_timer::time_point::max());
  bool is_registered = false;
  client.on_peer_status([&](const std::string&, bool) {
    is_registered = true;
    news.cancel();
  });
  bool is_closed = false;
  client.on_close([&](const plugboard::CloseInfo&) {
    is_closed = true;
    news.cancel();
  });
  client.watch(client.address());
  while (!is_registered) {
    is_closed = false;
    co_await client.opened();  // throws if we were refused
    if (is_registered || is_closed) continue;
    boost::system::error_code woken;
    co_await news.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }
  client.on_peer_status({});
  client.on_close({});
}

}  // namespace

asio::awaitable<void> send_file(plugboard::RelayClientOptions options, std::filesystem::path path) {
  const auto executor = co_await asio::this_coro::executor;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path.string() + " cannot be read");
  options.inbox_limit = 16;
  plugboard::RelayClient client(executor, options);
  client.on_error([](const plugboard::ErrorInfo& error) {
    // A fatal one ends the transfer, which is told there.
    if (!error.fatal) std::cerr << error.code << ": " << error.message << std::endl;
  });
  client.connect();
  co_await registered(client);

  const Offer offer{.name = path.filename().string(),
                    .size = std::filesystem::file_size(path),
                    .sha256 = sha256_of(path),
                    .sender = client.address()};
  const std::string key = random_key();
  const plugboard::BlobClient blobs(executor, {.url = options.url, .access_key = options.key});
  co_await blobs.put(key, json(offer).dump());
  std::cout << "offered: file-transfer receive " << options.url << " " << options.channel
            << " YOUR-ID " << key << " FOLDER" << std::endl;

  for (;;) {
    const plugboard::Message message = co_await client.receive();
    const auto question = read_question(message.payload, key);
    if (!question) continue;
    if (question->done) break;
    if (question->at >= offer.size) continue;
    const std::string bytes = read_piece(file, question->at, offer.size);
    // What cannot be sent now is asked for again.
    (void)client.send(message.from,
                      {{"key", key}, {"at", question->at}, {"data", to_base64(bytes)}});
  }
  co_await blobs.remove(key);
  std::cout << offer.name << ": sent" << std::endl;
}

}  // namespace transfer
