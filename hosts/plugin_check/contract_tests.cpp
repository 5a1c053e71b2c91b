// What the ABI's words say about questions and answers, events and what is lent with them.
#include <algorithm>

#include "plugin_check/conversation.hpp"
#include "plugin_check/plugin_tests.hpp"
#include "plugin_check/process_state.hpp"

namespace plugboard::plugin_check {
namespace {

/// What a manifest grants a plugin unless it says otherwise.
constexpr auto kAnswerTime = std::chrono::seconds(5);

/// Threads of the plugin that go on after destroy get a moment to do what they must not.
constexpr auto kLinger = std::chrono::milliseconds(300);

void converse(const TestContext& context, WatchedHost& host, int rounds, bool scarce = false) {
  const std::size_t threads = process_state().threads;
  const auto ready = Ready::make(context);
  if (!ready) return;
  const auto instance = ready->instance(host);
  if (instance == nullptr) return;
  if (scarce) host.run_short();
  Conversation conversation(*instance, {});
  for (int round = 0; round < rounds; ++round) conversation.round();
  settle(*instance);
  instance->end();
  settled_threads(threads, kLinger);
}

}  // namespace

void settle(TestedInstance& instance) {
  OpenQuestions& questions = instance.host().questions();
  if (questions.await_all(kAnswerTime)) return;
  const auto late = questions.owed();
  for (const auto& [token, function] : late) instance.cancel(token);
  questions.await_all(kAnswerTime);
  const auto never = questions.owed();
  for (const auto& [token, function] : never) {
    reporter::finding("never-completes", function,
                      "returned PENDING, and its token has not been completed within five seconds, "
                      "nor within five more after cancel");
  }
  for (const auto& [token, function] : late) {
    if (questions.answer(token) == PLUGBOARD_PENDING) continue;
    reporter::finding("answers-late", function,
                      "was answered only after cancel; a manifest grants five seconds unless it "
                      "says otherwise");
  }
}

void test_contract(const TestContext& context) {
  converse(context, WatchedHost::make("under-test", {}), context.full() ? 100 : 12);
}

void test_later_host(const TestContext& context) {
  converse(context, WatchedHost::make("under-test", {.later = true}), context.full() ? 20 : 4);
}

void test_scarcity(const TestContext& context) {
  converse(context, WatchedHost::make("under-test", {}), context.full() ? 20 : 4, true);
}

void test_late_answers(const TestContext& context) {
  std::size_t threads = process_state().threads;
  const auto ready = Ready::make(context);
  if (!ready) return;
  for (const Cancel cancel : {Cancel::kAtOnce, Cancel::kOnTheWay, Cancel::kNever}) {
    for (int life = context.full() ? 10 : 2; life > 0; --life) {
      WatchedHost& host = WatchedHost::make("under-test", {});
      threads += host.options().workers + 1;  // and one for its timers
      const auto instance = ready->instance(host);
      if (instance == nullptr) return;
      Conversation conversation(*instance, {.cancel = cancel, .patient = false});
      for (int question = 0; question < 5; ++question) conversation.questions();
      // In the order asked, and the other way round.
      auto owed = host.questions().owed();
      if (life % 2 == 0) std::reverse(owed.begin(), owed.end());
      for (const auto& [token, function] : owed) instance->cancel(token);
      instance->end();
    }
  }
  settled_threads(threads, kLinger);
}

void test_io_budget(const TestContext& context) {
  constexpr auto kUsual = std::chrono::milliseconds(20);
  constexpr auto kEver = std::chrono::seconds(1);
  const auto ready = Ready::make(context);
  if (!ready) return;
  WatchedHost& host = WatchedHost::make("under-test", {});
  const auto instance = ready->instance(host);
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
