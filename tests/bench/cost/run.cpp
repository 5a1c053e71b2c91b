#include "bench/cost/run.hpp"

#include <chrono>
#include <utility>

#include "bench/cost/collected.hpp"
#include "bench/cost/counted_calls.hpp"
#include "bench/cost/counted_heap.hpp"
#include "bench/cost/stepped_clock.hpp"

namespace plugboard::bench {
namespace {

// Until the tables, pools and queues of the relay have the size that this traffic needs.
constexpr std::size_t kWarmupRounds = 8;
// A round's length on the relay's clock: a lease of 100 ms is renewed every so often.
constexpr std::chrono::microseconds kRoundLength{200};

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

}  // namespace

Run::Run(std::string name, bool plugins)
    : name_(std::move(name)),
      query_(plugins ? "?key=relay-cost-key" : ""),
      relay_(manifest_of(plugins)) {}

nlohmann::ordered_json Run::cost(std::size_t rounds, const char* events, std::size_t in_a_round) {
  for (std::size_t i = 0; i < kWarmupRounds; ++i) {
    step_clock(kRoundLength);
    round();
  }
  forget_collected();
  const std::uint64_t taken_before = CountedHeap::taken();
  const std::uint64_t calls_before = CountedCalls::made();
  for (std::size_t i = 0; i < rounds; ++i) {
    step_clock(kRoundLength);
    round();
  }
  const std::uint64_t taken = CountedHeap::taken() - taken_before;
  const std::uint64_t calls = CountedCalls::made() - calls_before;
  write_collected(name_);
  return {{"traffic", name_},
          {"of", events},
          {"count", rounds * in_a_round},
          {"allocations", taken},
          {"system_calls", calls}};
}

std::string peer_id(char letter, std::size_t number) {
  const std::string digits = std::to_string(number);
  return letter + std::string(7 - digits.size(), '0') + digits;
}

}  // namespace plugboard::bench
