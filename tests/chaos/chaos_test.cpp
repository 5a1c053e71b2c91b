// Everything at once, at random: connections that come, replace each other, flood, stop reading,
// break the protocol and vanish, watches by the hundred, blobs, reloads that exchange limiters and
// channels and switch TLS on and off. Afterwards the relay must be as it was before. The seed is
// printed; PLUGBOARD_CHAOS_SEED repeats it, and PLUGBOARD_CHAOS_SECONDS says how long each of the
// tests goes on (3; 30 under sanitizers). PLUGBOARD_SANITIZED=1 says that the relay is a build with
// a sanitizer, whatever this program is.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/deadline.hpp"
#include "support/frame.hpp"
#include "support/manifest.hpp"
#include "support/peer.hpp"
#include "support/raw_socket.hpp"
#include "support/relay_process.hpp"
#include "support/sanitizer.hpp"
#include "support/temp_dir.hpp"
#include "support/tls_client.hpp"

namespace plugboard::test {
namespace {

constexpr int kClients = 6;
constexpr int kIds = 24;
constexpr const char* kKey = "chaos-key-0001";
constexpr int kSlots = 40;
// The variant of the manifest that the relay begins and ends with.
constexpr unsigned kQuiet = 1;

// What the second half may leave in memory beyond what the first left: pools and fragments.
constexpr std::int64_t kMemorySlack = 12 * 1024 * 1024;

unsigned long number_from_environment(const char* name, unsigned long otherwise) {
  const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
  return text != nullptr ? std::strtoul(text, nullptr, 10) : otherwise;
}

bool sanitized() { return kSanitized || number_from_environment("PLUGBOARD_SANITIZED", 0) != 0; }

class Chaos {
 public:
  /// `tls`: whether the relay wants it of new connections, as far as is known.
  Chaos(const Endpoint& endpoint, const std::atomic<bool>& tls, unsigned long seed)
      : endpoint_(endpoint), tls_(tls), random_(seed) {}

  void run_until(std::chrono::steady_clock::time_point end) {
    while (std::chrono::steady_clock::now() < end) {
      try {
        // Now and then it is the wrong one.
        secure_ = tls_ != (pick(20) == 0);
        pick(5) == 0 ? use_http() : live_one_life();
        ++done_;
        if (secure_) ++done_over_tls_;
      } catch (const std::exception&) {
        // Being cut off in the middle is what this is about.
      }
    }
  }

  int done() const { return done_; }
  int done_over_tls() const { return done_over_tls_; }

 private:
  unsigned pick(unsigned below) {
    return std::uniform_int_distribution<unsigned>(0, below - 1)(random_);
  }
  std::string some_id() { return "peer000" + std::to_string(10 + pick(kIds)); }
  std::string some_channel() { return pick(4) == 0 ? "game" : "pwa"; }
  std::string some_address() { return some_channel() + ":" + some_id(); }

  std::optional<TlsOptions> tls() const {
    return secure_ ? std::optional(TlsOptions()) : std::nullopt;
  }

  void live_one_life() {
    // With a small buffer it does not take long until what it does not read waits in the relay.
    RawSocket socket(endpoint_, {.receive_buffer = pick(3) == 0 ? 2048 : 0, .tls = tls()});
    const std::string channel = some_channel();
    const std::string id = some_id();
    const std::string key = pick(10) == 0 ? "wrong-key-0001" : kKey;
    const std::string target = "/" + channel + "/" + id + "?key=" + key;
    const std::string own = channel + ":" + id;
    deflates_ = pick(3) == 0;
    // Some do not wait for the answer, some vanish before it.
    socket.send(socket.upgrade_request(
                    target, deflates_ ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "") +
                (pick(2) == 0 ? text_frame(watch(some_address())) : ""));
    if (pick(8) == 0) return vanish(socket);
    for (unsigned step = 0, steps = pick(30); step < steps; ++step) act(socket, own);
    vanish(socket);
  }

  void act(RawSocket& socket, const std::string& own) {
    switch (pick(12)) {
      case 0:
        socket.send(text_frame(watch(pick(3) == 0 ? "pwa:*" : some_address())));
        break;
      case 1:
        socket.send(text_frame(unwatch(pick(3) == 0 ? "pwa:*" : some_address())));
        break;
      case 2: {
        std::string storm;
        for (int i = 0; i < kIds; ++i) {
          storm += text_frame(watch("pwa:peer000" + std::to_string(10 + i)));
        }
        socket.send(storm);
        break;
      }
      case 3: {  // more than the receiver may take at once
        std::string flood;
        const std::string frame = text_frame(routed(own, some_address(), std::string(2000, 'f')));
        for (int i = 0; i < 60; ++i) flood += frame;
        socket.send(flood);
        break;
      }
      case 4:
        socket.send(fragment(Opcode::kBinary, R"({"from":")" + own, false));
        socket.send(ping_frame("between"));
        socket.send(fragment(Opcode::kContinuation, R"(","to":")" + some_address() + "\"}", true));
        break;
      case 5:
        socket.send(text_frame(routed(own, some_address(), std::string(20'000, 'l'))));
        break;
      case 6:
        static_cast<void>(socket.await_end(Deadline(std::chrono::milliseconds(pick(20)))));
        break;
      case 7:  // all to itself, and nothing of it is read
        for (int i = 0; i < 20; ++i)
          socket.send(text_frame(routed(own, own, std::string(9000, 's'))));
        break;
      case 8:
        if (deflates_) socket.send(compressed(routed(own, some_address(), std::string(800, 'c'))));
        break;
      case 9:
        socket.send(ping_frame("?"));
        break;
      default:
        socket.send(text_frame(routed(own, some_address(), pick(1000))));
        break;
    }
  }

  void vanish(RawSocket& socket) {
    switch (pick(5)) {
      case 0:
        socket.send(close_frame(1000));
        static_cast<void>(socket.await_end());
        break;
      case 1:
        socket.reset();
        break;
      case 2:
        socket.finish_writing();
        break;
      case 3:
        socket.send("this is no frame at all");
        break;
      default:
        break;  // the destructor closes
    }
  }

  void use_http() {
    RawSocket socket(endpoint_, {.tls = tls()});
    const std::string path = "/blob/blob-key-" + std::to_string(pick(50));
    const std::string head = " HTTP/1.1\r\nHost: relay\r\n";
    switch (pick(4)) {
      case 0:
        socket.send("PUT " + path + head + "Content-Length: 5\r\n\r\nhello");
        break;
      case 1:
        socket.send("GET " + path + head + "\r\nGET /stats" + head + "\r\n");
        static_cast<void>(socket.response());
        break;
      case 2:
        socket.send("PUT " + path + head + "Content-Length: 50\r\n\r\nhalf");
        return;
      default:
        socket.send("GET /health" + head + "\r\n");
        break;
    }
    static_cast<void>(socket.response());
  }

  /// A compressed text message (RFC 7692 section 7.2.1) in the simplest form that there is: a
  /// stored block, and the beginning of the empty one whose end is left out.
  static std::string compressed(const std::string& text) {
    const auto size = static_cast<std::uint16_t>(text.size());
    const auto low = [](unsigned value) { return static_cast<char>(value & 0xffU); };
    std::string payload = {'\0', low(size), low(size >> 8U), low(~size), low(~size >> 8U)};
    payload += text;
    payload += '\0';
    return FrameToSend{.payload = payload, .reserved = 4}.bytes();
  }

  Endpoint endpoint_;
  const std::atomic<bool>& tls_;
  std::mt19937_64 random_;
  bool secure_ = false;
  bool deflates_ = false;
  int done_ = 0;
  int done_over_tls_ = 0;
};

bool speaks_tls(unsigned variant) { return variant % 5 >= 2; }

Manifest manifest_for(int threads, unsigned variant, const std::string& tls_line) {
  Manifest manifest;
  manifest.threads = threads;
  // At the end the test's own peers are not looked after while others are made.
  const std::string heartbeat = variant == kQuiet ? "1h" : "1s";
  manifest.server = "heartbeat_interval = \"" + heartbeat +
                    "\"\noutbox_limit = \"64 KiB\"\nmax_message = \"32 KiB\"\n" +
                    std::string(variant % 2 == 0 ? "slow_consumer = \"drop\"\n" : "") +
                    "compression = " + (variant % 3 == 0 ? "true" : "false") + "\n" +
                    (speaks_tls(variant) ? tls_line : "");
  manifest.channels = "[[channel]]\nname = \"pwa\"\npresence_list = true\n";
  if (variant % 5 != 0) manifest.channels += "[[channel]]\nname = \"game\"\n";
  // Under another name it is another limiter, which takes over the connections of the first.
  const std::string limiter = variant % 7 == 0 ? "other-limits" : "limits";
  manifest.plugins =
      plugin_table("keys", "key-store-file", "file = \"keys.txt\"") +
      plugin_table(limiter, "rate-limiter",
                   "max_connections = 40, max_messages = 100000, max_requests = 0, per_key = { "
                   "max_connections = 40 }, window = \"" +
                       std::to_string(2 + variant % 5) + "s\"") +
      plugin_table("blobs", "blob-store-memory", "max_entries = 30") +
      plugin_table("log", "access-log", "file = \"access.log\"");
  manifest.chain = "key_store = [\"keys\"]\nrate_limiter = [\"" + limiter +
                   "\"]\nblob_store = \"blobs\"\nhook = [\"log\"]\n";
  if (variant % 4 == 0) manifest.chain += "recheck = true\n";
  return manifest;
}

nlohmann::json get(const Endpoint& endpoint, const std::string& path) {
  RawSocket socket(endpoint);
  socket.send("GET " + path + " HTTP/1.1\r\nHost: relay\r\nConnection: close\r\n\r\n");
  return nlohmann::json::parse(socket.response().body);
}

std::size_t count(std::string_view text, std::string_view word) {
  std::size_t found = 0;
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    ++found;
  }
  return found;
}

class ChaosOnThreads : public testing::TestWithParam<int> {
 protected:
  ChaosOnThreads() {
    RecordProperty("seed", std::to_string(seed_));
    std::cout << "seed " << seed_ << "\n";
    std::ofstream(folder_.path() / "keys.txt") << kKey << "\n";
    relay_ = std::make_unique<RelayProcess>(folder_, manifest_for(GetParam(), kQuiet, tls_line_));
    descriptors_before_ = relay_->open_descriptors();
  }

  const Endpoint& endpoint() const { return relay_->endpoint(); }

  void rage_for(std::chrono::milliseconds duration) {
    const auto end = std::chrono::steady_clock::now() + duration;
    std::vector<Chaos> clients;
    for (int number = 0; number < kClients; ++number)
      clients.emplace_back(endpoint(), tls_, seed_++);
    std::vector<std::thread> threads;
    for (Chaos& client : clients) threads.emplace_back([&client, end] { client.run_until(end); });
    while (std::chrono::steady_clock::now() < end &&
           reload(kQuiet + 1 + static_cast<unsigned>(reloads_))) {
    }
    for (std::thread& thread : threads) thread.join();
    // The manifest that it began with.
    EXPECT_TRUE(reload(kQuiet));
    int lives = 0;
    for (const Chaos& client : clients) {
      lives += client.done();
      lives_over_tls_ += client.done_over_tls();
    }
    EXPECT_GT(lives, 0);
    std::cout << lives << " lives, " << lives_over_tls_ << " over TLS so far\n";
  }

  /// False, and a failure, if the relay does not take the manifest.
  bool reload(unsigned variant) {
    std::ofstream(folder_.path() / "plugboard.toml")
        << manifest_for(GetParam(), variant, tls_line_).text();
    relay_->signal(SIGHUP);
    ++reloads_;
    const bool done =
        await([&] { return count(relay_->standard_error(), " reloaded ") == reloads_; });
    EXPECT_TRUE(done) << relay_->standard_error();
    tls_ = speaks_tls(variant);
    return done;
  }

  /// Everybody has left: nothing may remember them.
  void expect_nobody() {
    EXPECT_TRUE(await([&] {
      const nlohmann::json channels = get(endpoint(), "/health")["connections"];
      for (const auto& [name, channel] : channels.items()) {
        if (channel["active"] != 0) return false;
      }
      return true;
    })) << get(endpoint(), "/health");
    EXPECT_TRUE(await([&] {
      const nlohmann::json keys = get(endpoint(), "/stats")["keys"];
      for (const auto& [name, key] : keys.items()) {
        if (key["connections"] != 0) return false;
      }
      return true;
    })) << get(endpoint(), "/stats");
    EXPECT_TRUE(await([&] { return relay_->open_descriptors() == descriptors_before_; }))
        << relay_->open_descriptors() << " descriptors, " << descriptors_before_ << " before";
  }

  /// All the limiter's slots are free: so many and no more may be taken.
  void expect_free_slots() {
    std::vector<std::unique_ptr<Peer>> peers;
    for (int number = 0; number < kSlots; ++number) {
      peers.push_back(std::make_unique<Peer>(endpoint(), "after0" + std::to_string(10 + number),
                                             PeerOptions{.query = std::string("key=") + kKey}));
      EXPECT_EQ(peers.back()->watch("pwa:nobody01"), peer_status("pwa:nobody01", false));
    }
    WsClient one_more(endpoint(), std::string("/pwa/after099?key=") + kKey);
    EXPECT_EQ(await_refusal(one_more).close_reason, "Rate limited");
  }

  const std::chrono::milliseconds duration_ = std::chrono::seconds(
      number_from_environment("PLUGBOARD_CHAOS_SECONDS", sanitized() ? 30 : 3));
  unsigned long seed_ = number_from_environment("PLUGBOARD_CHAOS_SEED", std::random_device()());
  const TempDir folder_;
  const std::string tls_line_ = tls_line(make_certificate(folder_.path(), "localhost"));
  std::atomic<bool> tls_{false};
  int lives_over_tls_ = 0;
  std::unique_ptr<RelayProcess> relay_;
  std::size_t descriptors_before_ = 0;
  std::size_t reloads_ = 0;
};

TEST_P(ChaosOnThreads, LeavesTheRelayAsItWas) {
  rage_for(duration_ / 2);
  expect_nobody();
  expect_free_slots();
  const std::int64_t memory_before = relay_->resident_bytes();

  rage_for(duration_ / 2);
  expect_nobody();
  expect_free_slots();
  EXPECT_GT(lives_over_tls_, 0);
  if (!sanitized()) {
    EXPECT_LT(relay_->resident_bytes(), memory_before + kMemorySlack);
  }

  relay_->signal(SIGTERM);
  EXPECT_EQ(relay_->await_exit(), 0) << relay_->standard_error();
  EXPECT_EQ(relay_->standard_error().find("Sanitizer"), std::string::npos)
      << relay_->standard_error();
}

INSTANTIATE_TEST_SUITE_P(Threads, ChaosOnThreads, testing::Values(2, 4));

}  // namespace
}  // namespace plugboard::test
