// What the ABI's words say about questions and answers, events and what is lent with them.
#include <algorithm>
#include <thread>

#include "plugin_check/conversation.hpp"
#include "plugin_check/plugin_tests.hpp"

namespace plugboard::plugin_check {
namespace {

/// What a manifest grants a plugin unless it says otherwise.
constexpr auto kAnswerTime = std::chrono::seconds(5);

/// Threads of the plugin that go on get a moment to do what they must not.
constexpr auto kLinger = std::chrono::milliseconds(300);

void converse(const TestContext& context, WatchedHost& host, int rounds, bool scarce = false) {
  const auto ready = Ready::make(context);
  if (!ready) return;
  const auto instance = ready->instance(host);
  if (instance == nullptr) return;
  if (scarce) host.run_short();
  Conversation conversation(*instance, {});
  for (int round = 0; round < rounds; ++round) conversation.round();
  settle(*instance);
  instance->end();
  std::this_thread::sleep_for(kLinger);
}

}  // namespace

void settle(TestedInstance& instance) {
  WatchedHost& host = instance.host();
  if (host.await_answers(kAnswerTime)) return;
  const auto late = host.owed();
  for (const auto& [token, function] : late) instance.cancel(token);
  host.await_answers(kAnswerTime);
  const auto never = host.owed();
  for (const auto& [token, function] : never) {
    reporter::finding("never-completes", function,
                      "returned PENDING, and its token has not been completed within five seconds, "
                      "nor within five more after cancel");
  }
  for (const auto& [token, function] : late) {
    if (host.answer(token) == PLUGBOARD_PENDING) continue;
    reporter::finding("answers-late", function,
                      "was answered only after cancel; a manifest grants five seconds unless it "
                      "says otherwise");
  }
}

void test_contract(const TestContext& context) {
  converse(context, *new WatchedHost("under-test", {}), context.full() ? 100 : 12);
}

void test_later_host(const TestContext& context) {
  converse(context, *new WatchedHost("under-test", {.later = true}), context.full() ? 20 : 4);
}

void test_scarcity(const TestContext& context) {
  converse(context, *new WatchedHost("under-test", {}), context.full() ? 20 : 4, true);
}

void test_late_answers(const TestContext& context) {
  const auto ready = Ready::make(context);
  if (!ready) return;
  for (const Cancel cancel : {Cancel::kAtOnce, Cancel::kOnTheWay, Cancel::kNever}) {
    for (int life = context.full() ? 10 : 2; life > 0; --life) {
      auto* const host = new WatchedHost("under-test", {});
      const auto instance = ready->instance(*host);
      if (instance == nullptr) return;
      Conversation conversation(*instance, {.cancel = cancel, .patient = false});
      for (int question = 0; question < 5; ++question) conversation.questions();
      // In the order asked, and the other way round.
      auto owed = host->owed();
      if (life % 2 == 0) std::reverse(owed.begin(), owed.end());
      for (const auto& [token, function] : owed) instance->cancel(token);
      instance->end();
    }
  }
  std::this_thread::sleep_for(kLinger);
}

void test_io_budget(const TestContext& context) {
  constexpr auto kUsual = std::chrono::milliseconds(20);
  constexpr auto kEver = std::chrono::seconds(1);
  const auto ready = Ready::make(context);
  if (!ready) return;
  auto* const host = new WatchedHost("under-test", {});
  const auto instance = ready->instance(*host);
  if (instance == nullptr) return;
  Conversation conversation(*instance, {.guarded = false, .patient = false});
  for (int round = 0; round < 6; ++round) conversation.round();
  for (const auto& [function, times] : instance->io_times()) {
    if (times.calls < 3 || (times.shortest < kUsual && times.longest < kEver)) continue;
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(
        times.shortest < kUsual ? times.longest : times.shortest);
    reporter::finding("blocks-io-thread", function,
                      "keeps a thread that carries connections for " + std::to_string(ms.count()) +
                          " ms, and every peer on it waiting");
  }
  settle(*instance);
}

}  // namespace plugboard::plugin_check
