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
#include <optional>
#include <plugboard/blob_client.hpp>
#include <stdexcept>
#include <system_error>
#include <utility>
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
  co_return read_offer(*text);
}

// A file that is only there until it is kept.
class PartialFile {
 public:
  explicit PartialFile(std::filesystem::path path)
      : path_(std::move(path)), file_(path_, std::ios::binary | std::ios::trunc) {
    if (!file_) throw std::runtime_error(path_.string() + " cannot be written");
  }
  ~PartialFile() {
    std::error_code nothing_to_do;
    if (!kept_) std::filesystem::remove(path_, nothing_to_do);
  }
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  void write(std::uint64_t at, const std::string& bytes) {
    file_.seekp(static_cast<std::streamoff>(at));
    file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!file_) throw std::runtime_error(path_.string() + " cannot be written");
  }
  void close() {
    file_.close();
    if (!file_) throw std::runtime_error(path_.string() + " cannot be written");
  }
  void keep_as(const std::filesystem::path& target) {
    std::filesystem::rename(path_, target);
    kept_ = true;
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  std::ofstream file_;
  bool kept_ = false;
};

// The piece in an answer, and where it belongs; nothing if it is none of ours.
std::optional<std::pair<std::uint64_t, std::string>> read_piece(const json& answer,
                                                                const std::string& key) {
  try {
    if (answer.at("key") != key) return std::nullopt;
    return std::pair(answer.at("at").get<std::uint64_t>(),
                     from_base64(answer.at("data").get<std::string>()));
  } catch (const json::exception&) {
    return std::nullopt;
  }
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
                                   const std::string& key, PartialFile& file) {
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
    const auto piece = read_piece(message->payload, key);
    if (piece && pieces.accept(piece->first, piece->second.size())) {
      file.write(piece->first, piece->second);
    }
  }
  file.close();
}

// What a person who waits wants to know.
void tell_what_keeps_us(plugboard::RelayClient& client, const std::string& sender) {
  client.on_error([](const plugboard::ErrorInfo& error) {
    // A fatal one ends the transfer, which is told there.
    if (!error.fatal) std::cerr << error.code << ": " << error.message << std::endl;
  });
  client.on_peer_status([](const std::string& address, bool online) {
    if (!online) std::cerr << address << " is not there, waiting for it" << std::endl;
  });
  client.watch(sender);
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
  tell_what_keeps_us(client, offer.sender);
  PartialFile file(folder / (offer.name + ".part"));
  client.connect();
  co_await fetch_pieces(client, offer, key, file);
  if (sha256_of(file.path()) != offer.sha256) {
    throw std::runtime_error("what came is not what was offered");
  }
  file.keep_as(target);
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
