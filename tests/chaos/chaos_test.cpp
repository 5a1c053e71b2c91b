// Everything at once, at random: connections that come, replace each other, flood, stop reading,
// break the protocol and vanish, watches by the hundred, blobs, reloads. Afterwards the relay must
// be as it was before. The seed is printed; PLUGBOARD_CHAOS_SEED repeats it, and
// PLUGBOARD_CHAOS_SECONDS says how long (5).
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
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
#include "support/temp_dir.hpp"

namespace plugboard::test {
namespace {

constexpr int kClients = 6;
constexpr int kIds = 24;
constexpr const char* kKey = "chaos-key-0001";

unsigned long number_from_environment(const char* name, unsigned long otherwise) {
  const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
  return text != nullptr ? std::strtoul(text, nullptr, 10) : otherwise;
}

class Chaos {
 public:
  Chaos(const Endpoint& endpoint, unsigned long seed) : endpoint_(endpoint), random_(seed) {}

  void run_until(std::chrono::steady_clock::time_point end) {
    while (std::chrono::steady_clock::now() < end) {
      try {
        pick(5) == 0 ? use_http() : live_one_life();
        ++done_;
      } catch (const std::exception&) {
        // Being cut off in the middle is what this is about.
      }
    }
  }

  int done() const { return done_; }

 private:
  unsigned pick(unsigned below) {
    return std::uniform_int_distribution<unsigned>(0, below - 1)(random_);
  }
  std::string some_id() { return "peer000" + std::to_string(10 + pick(kIds)); }
  std::string some_address() { return "pwa:" + some_id(); }

  void live_one_life() {
    RawSocket socket(endpoint_);
    const std::string id = some_id();
    const std::string key = pick(10) == 0 ? "wrong-key-0001" : kKey;
    const std::string target = "/pwa/" + id + "?key=" + key;
    const std::string own = "pwa:" + id;
    // Some do not wait for the answer, some vanish before it.
    socket.send(socket.upgrade_request(target) +
                (pick(2) == 0 ? text_frame(watch(some_address())) : ""));
    if (pick(8) == 0) return vanish(socket);
    for (unsigned step = 0, steps = pick(30); step < steps; ++step) act(socket, own);
    vanish(socket);
  }

  void act(RawSocket& socket, const std::string& own) {
    switch (pick(9)) {
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
        static_cast<void>(socket.frame());
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
    RawSocket socket(endpoint_);
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

  Endpoint endpoint_;
  std::mt19937_64 random_;
  int done_ = 0;
};

Manifest manifest_for(int threads, unsigned variant) {
  Manifest manifest;
  manifest.threads = threads;
  manifest.server =
      "heartbeat_interval = \"1s\"\noutbox_limit = \"64 KiB\"\nmax_message = \"32 KiB\"\n" +
      std::string(variant % 2 == 0 ? "slow_consumer = \"drop\"\n" : "") +
      "compression = " + (variant % 3 == 0 ? "true" : "false") + "\n";
  manifest.channels = "[[channel]]\nname = \"pwa\"\npresence_list = true\n";
  manifest.plugins =
      plugin_table("keys", "key-store-file", "file = \"keys.txt\"") +
      plugin_table("limits", "rate-limiter",
                   "max_connections = 40, max_messages = 100000, max_requests = 0, per_key = { "
                   "max_connections = 40 }, window = \"" +
                       std::to_string(2 + variant % 5) + "s\"") +
      plugin_table("blobs", "blob-store-memory", "max_entries = 30") +
      plugin_table("log", "access-log", "file = \"access.log\"");
  manifest.chain =
      "key_store = [\"keys\"]\nrate_limiter = [\"limits\"]\nblob_store = \"blobs\"\n"
      "hook = [\"log\"]\n";
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

class ChaosOnThreads : public testing::TestWithParam<int> {};

TEST_P(ChaosOnThreads, LeavesTheRelayAsItWas) {
  const unsigned long seed =
      number_from_environment("PLUGBOARD_CHAOS_SEED", std::random_device()());
  const std::chrono::seconds duration(number_from_environment("PLUGBOARD_CHAOS_SECONDS", 5));
  RecordProperty("seed", std::to_string(seed));
  std::cout << "seed " << seed << "\n";

  const TempDir folder;
  std::ofstream(folder.path() / "keys.txt") << kKey << "\n";
  RelayProcess relay(folder, manifest_for(GetParam(), 1));

  const auto end = std::chrono::steady_clock::now() + duration;
  std::vector<Chaos> clients;
  for (int number = 0; number < kClients; ++number) {
    clients.emplace_back(relay.endpoint(), seed + static_cast<unsigned long>(number));
  }
  std::vector<std::thread> threads;
  for (Chaos& client : clients) threads.emplace_back([&client, end] { client.run_until(end); });
  unsigned reloads = 0;
  while (std::chrono::steady_clock::now() < end) {
    std::ofstream(folder.path() / "plugboard.toml") << manifest_for(GetParam(), ++reloads).text();
    relay.signal(SIGHUP);
    ASSERT_TRUE(await([&] { return count(relay.standard_error(), " reloaded ") == reloads; }))
        << relay.standard_error();
  }
  for (std::thread& thread : threads) thread.join();
  int lives = 0;
  for (const Chaos& client : clients) lives += client.done();
  EXPECT_GT(lives, kClients);

  // Everybody has left: nothing may remember them.
  EXPECT_TRUE(await([&] {
    return get(relay.endpoint(), "/health")["connections"]["pwa"]["active"] == 0;
  })) << get(relay.endpoint(), "/health");
  EXPECT_TRUE(await([&] {
    const nlohmann::json keys = get(relay.endpoint(), "/stats")["keys"];
    for (const auto& [name, key] : keys.items()) {
      if (key["connections"] != 0) return false;
    }
    return true;
  })) << get(relay.endpoint(), "/stats");
  // All the limiter's slots are free again: so many and no more may be taken.
  std::vector<std::unique_ptr<Peer>> peers;
  for (int number = 0; number < 40; ++number) {
    peers.push_back(std::make_unique<Peer>(relay.endpoint(), "after0" + std::to_string(10 + number),
                                           PeerOptions{.query = std::string("key=") + kKey}));
    EXPECT_EQ(peers.back()->watch("pwa:nobody01"), peer_status("pwa:nobody01", false));
  }
  peers.clear();

  relay.signal(SIGTERM);
  EXPECT_EQ(relay.await_exit(), 0) << relay.standard_error();
  EXPECT_EQ(relay.standard_error().find("Sanitizer"), std::string::npos) << relay.standard_error();
}

INSTANTIATE_TEST_SUITE_P(Threads, ChaosOnThreads, testing::Values(2, 4));

}  // namespace
}  // namespace plugboard::test
