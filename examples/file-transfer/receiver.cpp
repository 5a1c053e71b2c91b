#include "receiver.hpp"

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <fstream>
#include <iostream>
#include <map>
#include <plugboard/blob_client.hpp>
#include <stdexcept>
#include <variant>

#include "offer.hpp"

namespace transfer {

namespace asio = boost::asio;
using nlohmann::json;
using namespace asio::experimental::awaitable_operators;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kPiecesAtOnce = 4;
constexpr std::chrono::seconds kPatience{5};

asio::awaitable<Offer> fetch_offer(const plugboard::BlobClient& blobs, const std::string& key) {
  const auto text = co_await blobs.get(key);
  if (!text) throw std::runtime_error("nothing is offered under this key");
  Offer offer = json::parse(*text).get<Offer>();
  // A name from elsewhere must not choose a folder.
  offer.name = std::filesystem::path(offer.name).filename().string();
  if (offer.name.empty() || offer.name == "." || offer.name == "..") {
    throw std::runtime_error("the offer has no file name");
  }
  co_return offer;
}

// Which pieces are there, which are asked for, and since when.
class Pieces {
 public:
  explicit Pieces(std::uint64_t size) : size_(size) {}

  [[nodiscard]] bool complete() const { return next_ >= size_ && asked_.empty(); }

  /// A piece to ask for now; `size` if there is none.
  std::uint64_t take_question(Clock::time_point now) {
    for (auto& [at, since] : asked_) {
      if (now - since >= kPatience) {
        since = now;
        return at;
      }
    }
    if (asked_.size() >= kPiecesAtOnce || next_ >= size_) return size_;
    const std::uint64_t at = next_;
    next_ += kPieceBytes;
    asked_[at] = now;
    return at;
  }

  /// False for a piece that nobody asked for, or of another length than it must have.
  bool accept(std::uint64_t at, std::size_t bytes) {
    const auto found = asked_.find(at);
    if (found == asked_.end() || bytes != std::min(kPieceBytes, size_ - at)) return false;
    asked_.erase(found);
    return true;
  }

 private:
  std::uint64_t size_;
  std::uint64_t next_ = 0;
  std::map<std::uint64_t, Clock::time_point> asked_;
};

asio::awaitable<void> fetch_pieces(plugboard::RelayClient& client, const Offer& offer,
                                   const std::string& key, std::ofstream& file) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  Pieces pieces(offer.size);
  co_await client.opened();
  while (!pieces.complete()) {
    co_await client.opened();
    for (;;) {
      const std::uint64_t at = pieces.take_question(Clock::now());
      if (at == offer.size) break;
      // Unsent questions are asked again like those that got no answer.
      if (!client.send(offer.sender, {{"key", key}, {"at", at}})) break;
    }
    timer.expires_after(std::chrono::seconds(1));
    const auto got = co_await (client.receive() || timer.async_wait(asio::use_awaitable));
    const auto* message = std::get_if<plugboard::Message>(&got);
    if (message == nullptr || message->from != offer.sender) continue;
    const json& answer = message->payload;
    if (!answer.is_object() || answer.value("key", "") != key) continue;
    const std::uint64_t at = answer.value("at", offer.size);
    const std::string bytes = from_base64(answer.value("data", ""));
    if (!pieces.accept(at, bytes.size())) continue;
    file.seekp(static_cast<std::streamoff>(at));
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  file.close();
  if (!file) throw std::runtime_error("the file cannot be written");
}

}  // namespace

asio::awaitable<void> receive_file(plugboard::RelayClientOptions options, std::string key,
                                   std::filesystem::path folder) {
  const auto executor = co_await asio::this_coro::executor;
  const plugboard::BlobClient blobs(executor, {.url = options.url, .access_key = options.key});
  const Offer offer = co_await fetch_offer(blobs, key);
  const std::filesystem::path target = folder / offer.name;
  if (std::filesystem::exists(target)) {
    throw std::runtime_error(target.string() + " is there already");
  }

  options.inbox_limit = 16;
  plugboard::RelayClient client(executor, options);
  client.connect();
  const std::filesystem::path partial = folder / (offer.name + ".part");
  std::ofstream file(partial, std::ios::binary | std::ios::trunc);
  co_await fetch_pieces(client, offer, key, file);
  if (sha256_of(partial) != offer.sha256) {
    std::filesystem::remove(partial);
    throw std::runtime_error("what came is not what was offered");
  }
  std::filesystem::rename(partial, target);
  (void)client.send(offer.sender, {{"key", key}, {"done", true}});
  client.close();
  // Until the goodbye, and so what was sent before it, has left.
  try {
    for (;;) co_await client.receive();
  } catch (const plugboard::RelayError&) {
  }
  std::cout << offer.name << ": " << offer.size << " bytes, checked" << std::endl;
}

}  // namespace transfer
