// relay-cost: drives a relay on its own thread and says, one JSON object a line, what each of some
// kinds of traffic costs: heap allocations and system calls, and under valgrind's callgrind (as
// relay_cost_test.cpp starts it) the instructions of the relay alone, in one profile for each kind.
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/cost/client_end.hpp"
#include "bench/cost/collected.hpp"
#include "bench/cost/counted_calls.hpp"
#include "bench/cost/counted_heap.hpp"
#include "bench/cost/relay_in_hand.hpp"
#include "bench/cost/stepped_clock.hpp"

namespace plugboard::bench {
namespace {

/// `pairs` pairs, in each of which `window` messages of `size` bytes go one way in a round.
struct Traffic {
  const char* name;
  bool plugins;
  std::size_t pairs;
  std::size_t window;
  std::size_t size;
  std::size_t rounds;
};

constexpr Traffic kTraffic[] = {
    {"bare 64 B", false, 10, 64, 64, 20},       {"bare 1 KiB", false, 10, 64, 1024, 5},
    {"bare 16 KiB", false, 10, 4, 16384, 10},   {"bare 64 B one by one", false, 10, 1, 64, 100},
    {"plugins 64 B", true, 10, 64, 64, 20},     {"plugins 1 KiB", true, 10, 64, 1024, 5},
    {"plugins 16 KiB", true, 10, 4, 16384, 10}, {"plugins 64 B one by one", true, 10, 1, 64, 100},
};

// Until the tables, pools and queues of the relay have the size that this traffic needs.
constexpr std::size_t kWarmupRounds = 8;
// A round's length on the relay's clock: a lease of 100 ms is renewed every so often.
constexpr std::chrono::microseconds kRound{200};

std::string manifest_of(bool plugins) {
  std::string text = R"(
[server]
listen = ["127.0.0.1:0"]
threads = 1
[[channel]]
name = "pwa"
[log]
level = "error"
)";
  if (!plugins) return text + "[chain]\nkey_store = \"open\"\n";
  return text + R"(
[plugins]
path = [")" PLUGBOARD_BUILD_DIR R"(/plugins", ")" PLUGBOARD_BUILD_DIR R"(/tests/bench/plugins"]
[[plugin]]
name = "keys"
library = "key-store-env"
config = { variable = "RELAY_COST_KEYS" }
[[plugin]]
name = "limits"
library = "rate-limiter"
config = { max_connections = 0, max_messages = 1000000000, max_requests = 0, per_key = { max_messages = 1000000000 } }
[[plugin]]
name = "hook"
library = "passing-hook"
[chain]
key_store = ["keys"]
rate_limiter = ["limits"]
hook = ["hook"]
)";
}

std::string message(std::string_view from, std::string_view to, std::size_t size) {
  std::string text = "{\"from\":\"pwa:";
  text += from;
  text += "\",\"to\":\"pwa:";
  text += to;
  text += "\",\"payload\":\"";
  constexpr std::string_view kFiller = "The quick brown fox jumps over the lazy dog. ";
  for (std::size_t i = 0; text.size() + 2 < size; ++i) text += kFiller[i % kFiller.size()];
  return text + "\"}";
}

std::string peer_id(char letter, std::size_t number) {
  const std::string digits = std::to_string(number);
  return letter + std::string(7 - digits.size(), '0') + digits;
}

/// The receiving side of a frame: no mask.
std::size_t received_size(std::size_t payload) { return payload + (payload < 126 ? 2 : 4); }

class Run {
 public:
  explicit Run(const Traffic& traffic) : traffic_(traffic), relay_(manifest_of(traffic.plugins)) {
    const std::string query = traffic.plugins ? "?key=relay-cost-key" : "";
    for (std::size_t i = 0; i < traffic.pairs; ++i) {
      const std::string from = peer_id('a', i);
      const std::string to = peer_id('b', i);
      senders_.push_back(std::make_unique<ClientEnd>(relay_, from, query));
      receivers_.push_back(std::make_unique<ClientEnd>(relay_, to, query));
      const std::string frame = masked_frame(0x1, message(from, to, traffic.size));
      frames_.emplace_back();
      for (std::size_t n = 0; n < traffic.window; ++n) frames_.back() += frame;
    }
  }

  nlohmann::ordered_json cost() {
    for (std::size_t i = 0; i < kWarmupRounds; ++i) round(false);
    forget_collected();
    const std::uint64_t taken_before = CountedHeap::taken();
    const std::uint64_t calls_before = CountedCalls::made();
    for (std::size_t i = 0; i < traffic_.rounds; ++i) round(true);
    const std::uint64_t taken = CountedHeap::taken() - taken_before;
    const std::uint64_t calls = CountedCalls::made() - calls_before;
    write_collected(traffic_.name);
    return {{"traffic", traffic_.name},
            {"messages", traffic_.rounds * traffic_.pairs * traffic_.window},
            {"allocations", taken},
            {"system_calls", calls}};
  }

 private:
  void round(bool counted) {
    for (std::size_t i = 0; i < senders_.size(); ++i) senders_[i]->write(frames_[i]);
    step_clock(kRound);
    const std::size_t expected = received_size(traffic_.size) * traffic_.window;
    for (int turns = 0; !all_received(expected); ++turns) {
      if (turns == 100) throw std::runtime_error("messages are missing");
      if (counted) {
        const CountedHeap heap;
        const CountedCalls calls;
        relay_.loop().turn(0);
      } else {
        relay_.loop().turn(0);
      }
    }
    for (const auto& receiver : receivers_) check(receiver->take_received());
  }

  bool all_received(std::size_t expected) {
    bool all = true;
    for (const auto& receiver : receivers_) all = receiver->receive() == expected && all;
    return all;
  }

  /// The message at the end of what came is whole.
  void check(const std::string& received) const {
    if (!received.ends_with("\"}")) throw std::runtime_error("something else came");
  }

  const Traffic& traffic_;
  RelayInHand relay_;
  std::vector<std::unique_ptr<ClientEnd>> senders_;
  std::vector<std::unique_ptr<ClientEnd>> receivers_;
  std::vector<std::string> frames_;
};

/// Zero counts for a good reason only if the counters count.
void check_counters() {
  const std::uint64_t taken_before = CountedHeap::taken();
  const std::uint64_t calls_before = CountedCalls::made();
  {
    const CountedHeap heap;
    const CountedCalls calls;
    const std::unique_ptr<std::string> taken = std::make_unique<std::string>(1000, 'x');
    static_cast<void>(::write(-1, taken->data(), 0));
  }
  if (CountedHeap::taken() - taken_before != 2 || CountedCalls::made() - calls_before != 1) {
    throw std::runtime_error("what is to be counted here is not counted");
  }
}

int main_of() {
  check_counters();
  ::setenv("RELAY_COST_KEYS", "relay-cost-key", 1);
  stop_clock();
  for (const Traffic& traffic : kTraffic) {
    std::cout << Run(traffic).cost().dump() << "\n" << std::flush;
  }
  return 0;
}

}  // namespace
}  // namespace plugboard::bench

int main() {
  try {
    return plugboard::bench::main_of();
  } catch (const std::exception& error) {
    std::cerr << "relay-cost: " << error.what() << "\n";
    return 1;
  }
}
