#include "sender.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fstream>
#include <iostream>
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

// Whether a message is a question that names our key.
bool concerns(const json& question, const std::string& key) {
  return question.is_object() && question.contains("key") && question["key"] == key;
}

}  // namespace

asio::awaitable<void> send_file(plugboard::RelayClientOptions options, std::filesystem::path path) {
  const auto executor = co_await asio::this_coro::executor;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path.string() + " cannot be read");
  options.inbox_limit = 16;
  plugboard::RelayClient client(executor, options);
  client.connect();
  co_await client.opened();

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
    const json& question = message.payload;
    if (!concerns(question, key)) continue;
    if (question.value("done", false)) break;
    const std::uint64_t at = question.value("at", std::uint64_t{0});
    if (at >= offer.size) continue;
    // What cannot be sent now is asked for again.
    (void)client.send(
        message.from,
        {{"key", key}, {"at", at}, {"data", to_base64(read_piece(file, at, offer.size))}});
  }
  co_await blobs.remove(key);
  std::cout << offer.name << ": sent" << std::endl;
}

}  // namespace transfer
