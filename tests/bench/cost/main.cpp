// relay-cost: drives a relay on its own thread and says, one JSON object a line, what each of some
// kinds of traffic costs: heap allocations and system calls, and under valgrind's callgrind (as
// relay_cost_test.cpp starts it) the instructions of the relay alone, in one profile for each kind.
// With the name of one kind as its argument, only that.
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "bench/cost/coming_run.hpp"
#include "bench/cost/counted_calls.hpp"
#include "bench/cost/counted_heap.hpp"
#include "bench/cost/message_run.hpp"
#include "bench/cost/stepped_clock.hpp"

namespace plugboard::bench {
namespace {

struct Messages {
  const char* name;
  MessageTraffic traffic;
  std::size_t rounds;
};

constexpr Messages kMessages[] = {
    {"64 B", {.pairs = 10, .window = 64, .size = 64}, 20},
    {"1 KiB", {.pairs = 10, .window = 64, .size = 1024}, 5},
    {"16 KiB", {.pairs = 10, .window = 4, .size = 16384}, 10},
    {"64 B one by one", {.pairs = 10, .window = 1, .size = 64}, 100},
};

struct Comings {
  const char* name;
  std::size_t watchers;
};

constexpr Comings kComings[] = {{"coming and going", 0}, {"coming and going, 100 watchers", 100}};
constexpr std::size_t kComingRounds = 20;

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

void print(const nlohmann::ordered_json& cost) { std::cout << cost.dump() << "\n" << std::flush; }

int main_of(std::string_view only) {
  check_counters();
  ::setenv("RELAY_COST_KEYS", "relay-cost-key", 1);
  stop_clock();
  for (const bool plugins : {false, true}) {
    const std::string prefix = plugins ? "plugins " : "bare ";
    const auto wanted = [&](const char* name) { return only.empty() || only == prefix + name; };
    for (const auto& [name, traffic, rounds] : kMessages) {
      if (!wanted(name)) continue;
      MessageRun run(prefix + name, plugins, traffic);
      print(run.cost(rounds, "messages", traffic.pairs * traffic.window));
    }
    for (const auto& [name, watchers] : kComings) {
      if (!wanted(name)) continue;
      ComingRun run(prefix + name, plugins, watchers);
      print(run.cost(kComingRounds, "connections", 1));
    }
  }
  return 0;
}

}  // namespace
}  // namespace plugboard::bench

int main(int argc, char** argv) {
  try {
    return plugboard::bench::main_of(argc > 1 ? argv[1] : "");
  } catch (const std::exception& error) {
    std::cerr << "relay-cost: " << error.what() << "\n";
    return 1;
  }
}
