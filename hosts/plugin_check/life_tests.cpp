// Reconfiguring, several instances, many threads, and what is left at the end.
#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include "manifest/schema_node.hpp"
#include "plugin_check/conversation.hpp"
#include "plugin_check/plugin_tests.hpp"
#include "plugin_check/process_state.hpp"
#include "plugin_check/random_config.hpp"

namespace plugboard::plugin_check {
namespace {

/// A leak of less a cycle may be the allocator's.
constexpr std::size_t kLeakBytes = 64;

/// What may be left after `cycles` of them where nothing is kept on purpose: a pool that fills or
/// a thread late to end takes a few, a leak one with each cycle.
ProcessState allowance(const ProcessState& before, int cycles) {
  const auto count = static_cast<std::size_t>(cycles);
  ProcessState most = before;
  most.threads += count / 4;
  most.descriptors += count / 4;
  if (most.heap_bytes) *most.heap_bytes += kLeakBytes * count;
  return most;
}

/// Runs `cycle` again and again and says what it leaves behind. Pools and caches fill, leaks go on:
/// only what grows from the first half to the second as well is one.
template <class Cycle>
void look_for_leaks(const char* function, int cycles, Cycle&& cycle) {
  constexpr int kWarmUp = 10;
  const auto run = [&](int count) {
    for (; count > 0; --count) {
      if (!cycle()) return false;
    }
    return true;
  };
  if (!run(kWarmUp)) return;
  const ProcessState before = process_state();
  if (!run(cycles)) return;
  const ProcessState first = allowance(before, cycles);
  const ProcessState middle = settled_state(first, kMoment);
  if (middle.within(first) || !run(cycles)) return;
  const ProcessState second = allowance(middle, cycles);
  const ProcessState after = settled_state(second, kMoment);
  if (middle.threads >= first.threads && after.threads >= second.threads) {
    reporter::finding("leaves-thread", function,
                      "leaves a thread running with each cycle, or nearly");
  }
  if (middle.descriptors >= first.descriptors && after.descriptors >= second.descriptors) {
    reporter::finding("leaks-descriptor", function,
                      "leaves a descriptor open with each cycle, or nearly");
  }
  if (middle.heap_bytes >= first.heap_bytes && after.heap_bytes >= second.heap_bytes &&
      after.heap_bytes) {
    reporter::finding("leaks-memory", function,
                      "keeps some " +
                          std::to_string((*after.heap_bytes - *middle.heap_bytes) /
                                         static_cast<std::size_t>(cycles)) +
                          " bytes with each cycle");
  }
}

}  // namespace

void test_reconfigure(const TestContext& context) {
  const auto ready = Ready::make(context);
  if (!ready) return;
  if (!ready->library->descriptor().reconfigurable()) {
    reporter::skip("it cannot be reconfigured");
    return;
  }
  WatchedHost& host = WatchedHost::make("under-test", {});
  const auto instance = ready->instance(host);
  if (instance == nullptr) return;
  Conversation conversation(*instance, {});
  for (const bool commit : {false, true, true}) {
    if (instance->reconfigure(ready->config, commit) != PLUGBOARD_OK) {
      reporter::finding("refuses-good-config", "prepare",
                        "refuses the config that the instance was made with");
    }
    conversation.round();
  }
  const std::string& text = ready->library->descriptor().config_schema;
  if (!text.empty()) {
    const auto schema = std::get<manifest::ConfigSchema>(manifest::ConfigSchema::parse(text));
    const auto root = std::get<0>(manifest::parse_schema(text));
    std::mt19937 random(11);
    for (int left = context.full() ? 100 : 10; left > 0; --left) {
      const auto completed = completed_config(
          schema, random_config(*root, context.config.value_or(nlohmann::json::object()), random),
          context.scratch);
      if (const auto* config = std::get_if<std::string>(&completed)) {
        instance->reconfigure(*config, false);
      }
    }
  }
  conversation.round();
  settle(*instance);
}

void test_two_instances(const TestContext& context) {
  const auto ready = Ready::make(context);
  if (!ready) return;
  auto first = ready->instance(WatchedHost::make("first", {}));
  if (first == nullptr) return;
  WatchedHost& second_host = WatchedHost::make("second", {});
  auto created = TestedInstance::create(*ready->library, second_host, ready->config);
  auto* const second = std::get_if<std::unique_ptr<TestedInstance>>(&created);
  if (second == nullptr) {
    reporter::finding("refuses-second-instance", "create",
                      "refuses while another instance of the same config lives, as one does during "
                      "a reload that brings a new build");
    return;
  }
  std::vector<std::thread> threads;
  for (TestedInstance* instance : {first.get(), second->get()}) {
    // Two instances may keep what they are told in one place: each has keys of its own.
    const auto seed = static_cast<std::uint32_t>(threads.size()) + 1;
    threads.emplace_back([instance, seed] {
      Conversation conversation(*instance, {.seed = seed});
      for (int round = 0; round < 3; ++round) conversation.round();
    });
  }
  for (std::thread& thread : threads) thread.join();
  settle(*first);
  first.reset();
  Conversation conversation(**second, {});
  conversation.round();
  settle(**second);
}

void test_many_threads(const TestContext& context) {
  const auto ready = Ready::make(context);
  if (!ready) return;
  WatchedHost& host = WatchedHost::make("under-test", {});
  const auto instance = ready->instance(host);
  if (instance == nullptr) return;
  std::atomic<bool> over = false;
  std::vector<std::thread> threads;
  for (std::uint32_t number = 0; number < (context.full() ? 8U : 4U); ++number) {
    threads.emplace_back([&, number] {
      const Cancel cancel = number % 4 == 3 ? Cancel::kAtOnce : Cancel::kNever;
      Conversation conversation(
          *instance, {.guarded = false, .cancel = cancel, .seed = number, .patient = false});
      while (!over) {
        conversation.round();
        // No more questions in flight than a relay would have.
        host.questions().await_all(std::chrono::milliseconds(100));
      }
    });
  }
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(context.full() ? 3000 : 500);
  for (bool commit = true; std::chrono::steady_clock::now() < deadline; commit = !commit) {
    instance->reconfigure(ready->config, commit);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  over = true;
  for (std::thread& thread : threads) thread.join();
  settle(*instance);
}

void test_cycles(const TestContext& context) {
  const auto ready = Ready::make(context);
  if (!ready) return;
  const int cycles = context.full() ? 100 : 20;
  WatchedHost& host = WatchedHost::make("under-test", {.workers = 2});
  look_for_leaks("destroy", cycles, [&] {
    host.reset();
    const auto instance = ready->instance(host);
    if (instance == nullptr) return false;
    Conversation conversation(*instance, {.guarded = false});
    conversation.round();
    for (const auto& [token, function] : host.questions().owed()) instance->cancel(token);
    return true;
  });
  if (!ready->library->descriptor().reconfigurable()) return;
  host.reset();
  const auto instance = ready->instance(host);
  if (instance == nullptr) return;
  look_for_leaks("commit", cycles,
                 [&] { return instance->reconfigure(ready->config, true) == PLUGBOARD_OK; });
  look_for_leaks("abort", cycles,
                 [&] { return instance->reconfigure(ready->config, false) == PLUGBOARD_OK; });
}

}  // namespace plugboard::plugin_check
