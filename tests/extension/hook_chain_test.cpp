#include "extension/hook_chain.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

#include "extension/await.hpp"
#include "extension/fake_plugin.hpp"

namespace plugboard::extension::test {
namespace {

using RouteVerdict = HookChain::RouteVerdict;
using MessageVerdict = HookChain::MessageVerdict;

/// Takes every JSON that begins with a brace, as one that goes to whom its text names.
class Judge final : public ReplacementJudge {
 public:
  plugboard_status judge(std::string_view bytes, std::string& to) override {
    if (bytes.size() > 100) return PLUGBOARD_TOO_LARGE;
    if (bytes.empty() || bytes.front() != '{') return PLUGBOARD_INVALID;
    to = "pwa:from-" + std::string(bytes.substr(1, 1));
    return PLUGBOARD_OK;
  }
};

class HookChainTest : public testing::Test {
 protected:
  HookChain chain(std::vector<HookLink> hooks) {
    auto links = std::make_shared<HookLinks>();
    links->generation = 1;
    for (HookLink& hook : hooks) {
      if (hook.table.verify_peer != nullptr) links->verifiers.push_back(hook);
      if (hook.table.routed_message != nullptr) links->routers.push_back(hook);
      links->everybody.push_back(hook.instance);
    }
    links->hooks = std::move(hooks);
    return HookChain(links);
  }
  HookLink link(FakePlugin& hook, const std::string& name, bool skip_errors = false) {
    auto made = stage_.link<HookLink>(hook, name, skip_errors);
    made.table = *made.instance->kinds().hook;
    made.since = 1;
    return made;
  }

  RouteVerdict route(const HookChain& hooks) { return hooks.routed_message(message_, routing_); }

  VerifyVerdict verify(const HookChain& hooks) {
    Mailbox<VerifyVerdict> answer;
    const Question question =
        hooks.verify(request_, [&](VerifyVerdict verdict) { answer.put(std::move(verdict)); });
    auto verdict = answer.take();
    EXPECT_TRUE(verdict);
    return std::move(*verdict);
  }

  FakePlugin first_;
  FakePlugin second_;
  Stage stage_;  // ends before the plugins
  Judge judge_;
  Routing routing_{judge_};
  plugboard_peer_info peer_ = {
      sizeof peer_,     0,  7,  {"pwa", 3}, {"alice001", 8}, {"pwa:alice001", 12},
      {"192.0.2.7", 9}, {}, {}, 0};
  plugboard_message message_ = {sizeof message_,      PLUGBOARD_SEND_TEXT,  7,
                                {"pwa:alice001", 12}, {"pwa:bob00001", 12}, {"{}", 2}};
  plugboard_header header_ = {{"X-Team", 6}, {"blue", 4}};
  plugboard_verify_request request_ = {sizeof request_, 0,  &peer_,   {"/pwa/alice001?ts=1", 18},
                                       {"ts=1", 4},     {}, &header_, 1};
};

TEST_F(HookChainTest, AnEmptyChainWantsNothingAndLetsEverythingPass) {
  const HookChain none;
  EXPECT_FALSE(none.wants_verify());
  EXPECT_FALSE(none.wants_routed());
  EXPECT_EQ(route(none), RouteVerdict::kForward);
  EXPECT_EQ(none.message(message_), MessageVerdict::kDropped);
  EXPECT_FALSE(none.undeliverable(message_));
  EXPECT_TRUE(std::holds_alternative<VerifyAllowed>(verify(none)));
  EXPECT_EQ(none.peer_connected(peer_), 0u);
  none.peer_released(7);
}

TEST_F(HookChainTest, TheChainWantsWhatAnyHookWants) {
  first_.peer_connected = [](auto&&...) {};
  second_.routed_message = [](auto&&...) { return PLUGBOARD_NEXT; };
  const HookChain hooks = chain({link(first_, "a"), link(second_, "b")});
  EXPECT_TRUE(hooks.wants_connected());
  EXPECT_TRUE(hooks.wants_routed());
  EXPECT_FALSE(hooks.wants_verify());
  EXPECT_FALSE(hooks.wants_disconnected());
  EXPECT_FALSE(hooks.wants_message());
  EXPECT_FALSE(hooks.wants_undeliverable());
  EXPECT_FALSE(hooks.wants_refused());
  EXPECT_FALSE(hooks.wants_http_done());
}

// routed_message

TEST_F(HookChainTest, NextGoesOnDownTheList) {
  first_.routed_message = [](auto&&...) { return PLUGBOARD_NEXT; };
  bool asked = false;
  second_.routed_message = [&](auto&&...) {
    asked = true;
    return PLUGBOARD_NEXT;
  };
  EXPECT_EQ(route(chain({link(first_, "a"), link(second_, "b")})), RouteVerdict::kForward);
  EXPECT_TRUE(asked);
}

TEST_F(HookChainTest, OkForwardsAtOnce) {
  first_.routed_message = [](auto&&...) { return PLUGBOARD_OK; };
  second_.routed_message = [](auto&&...) { return PLUGBOARD_DENY; };
  EXPECT_EQ(route(chain({link(first_, "a"), link(second_, "b")})), RouteVerdict::kForward);
}

TEST_F(HookChainTest, DenyDropsTheMessage) {
  first_.routed_message = [](auto&&...) { return PLUGBOARD_DENY; };
  EXPECT_EQ(route(chain({link(first_, "a")})), RouteVerdict::kDrop);
}

TEST_F(HookChainTest, AHookThatFailsDropsTheMessage) {
  first_.routed_message = [](auto&&...) { return PLUGBOARD_ERROR; };
  EXPECT_EQ(route(chain({link(first_, "a")})), RouteVerdict::kDrop);
}

TEST_F(HookChainTest, AHookThatFailsAndMayBeSkippedIsPassedOver) {
  first_.routed_message = [](auto&&...) -> plugboard_status { throw std::runtime_error("no"); };
  second_.routed_message = [](auto&&...) { return PLUGBOARD_NEXT; };
  EXPECT_EQ(route(chain({link(first_, "a", true), link(second_, "b")})), RouteVerdict::kForward);
}

TEST_F(HookChainTest, PendingIsNoAnswerForAMessage) {
  first_.routed_message = [](auto&&...) { return PLUGBOARD_PENDING; };
  EXPECT_EQ(route(chain({link(first_, "a")})), RouteVerdict::kDrop);
  EXPECT_TRUE(stage_.services.logged("routed_message returned 4"));
}

TEST_F(HookChainTest, AMessageMayGoToOtherReceivers) {
  first_.routed_message = [&](const plugboard_message&, plugboard_routing* routing) {
    EXPECT_EQ(first_.host->route_to(first_.host, routing, {"pwa:carol001", 12}), PLUGBOARD_OK);
    EXPECT_EQ(first_.host->route_to(first_.host, routing, {"pwa:dave0001", 12}), PLUGBOARD_OK);
    return PLUGBOARD_NEXT;
  };
  route(chain({link(first_, "a")}));
  EXPECT_EQ(routing_.targets(), (std::vector<std::string>{"pwa:carol001", "pwa:dave0001"}));
}

TEST_F(HookChainTest, WhatIsNoAddressIsNoReceiver) {
  first_.routed_message = [&](const plugboard_message&, plugboard_routing* routing) {
    for (const std::string text : {"", "pwa", ":alice001", "pwa:", "pwa:*"}) {
      EXPECT_EQ(first_.host->route_to(first_.host, routing, {text.data(), text.size()}),
                PLUGBOARD_INVALID)
          << text;
    }
    return PLUGBOARD_NEXT;
  };
  route(chain({link(first_, "a")}));
  EXPECT_FALSE(routing_.touched());
}

TEST_F(HookChainTest, AMessageHasAtMost64Receivers) {
  first_.routed_message = [&](const plugboard_message&, plugboard_routing* routing) {
    for (int i = 0; i < 64; ++i) {
      EXPECT_EQ(first_.host->route_to(first_.host, routing, {"pwa:carol001", 12}), PLUGBOARD_OK);
    }
    EXPECT_EQ(first_.host->route_to(first_.host, routing, {"pwa:carol001", 12}), PLUGBOARD_FULL);
    return PLUGBOARD_NEXT;
  };
  route(chain({link(first_, "a")}));
  EXPECT_EQ(routing_.targets().size(), 64u);
}

TEST_F(HookChainTest, ReplacedBytesAreSeenByTheNextHook) {
  first_.routed_message = [&](const plugboard_message&, plugboard_routing* routing) {
    EXPECT_EQ(first_.host->replace(first_.host, routing, {"{x}", 3}), PLUGBOARD_OK);
    return PLUGBOARD_NEXT;
  };
  std::string data;
  std::string to;
  second_.routed_message = [&](const plugboard_message& message, plugboard_routing*) {
    data = text(message.data);
    to = text(message.to);
    return PLUGBOARD_NEXT;
  };
  route(chain({link(first_, "a"), link(second_, "b")}));
  EXPECT_EQ(data, "{x}");
  EXPECT_EQ(to, "pwa:from-x");
  ASSERT_NE(routing_.bytes(), nullptr);
  EXPECT_EQ(*routing_.bytes(), "{x}");
  EXPECT_EQ(routing_.to(), "pwa:from-x");
}

TEST_F(HookChainTest, BytesThatAreNotAcceptedLeaveTheMessageAsItWas) {
  first_.routed_message = [&](const plugboard_message&, plugboard_routing* routing) {
    EXPECT_EQ(first_.host->replace(first_.host, routing, {"no", 2}), PLUGBOARD_INVALID);
    const std::string large(101, '{');
    EXPECT_EQ(first_.host->replace(first_.host, routing, {large.data(), large.size()}),
              PLUGBOARD_TOO_LARGE);
    return PLUGBOARD_NEXT;
  };
  route(chain({link(first_, "a")}));
  EXPECT_EQ(routing_.bytes(), nullptr);
}

TEST_F(HookChainTest, AnswersAreKeptWhateverTheVerdict) {
  first_.routed_message = [&](const plugboard_message&, plugboard_routing* routing) {
    first_.host->answer(first_.host, routing, {"RUDE", 4}, {"Mind your words", 15});
    return PLUGBOARD_DENY;
  };
  EXPECT_EQ(route(chain({link(first_, "a")})), RouteVerdict::kDrop);
  ASSERT_EQ(routing_.answers().size(), 1u);
  EXPECT_EQ(routing_.answers()[0].code, "RUDE");
  EXPECT_EQ(routing_.answers()[0].message, "Mind your words");
}

TEST_F(HookChainTest, WhatASkippedHookHadAskedForIsForgotten) {
  first_.routed_message = [&](const plugboard_message&, plugboard_routing* routing) {
    first_.host->route_to(first_.host, routing, {"pwa:carol001", 12});
    first_.host->replace(first_.host, routing, {"{x}", 3});
    first_.host->answer(first_.host, routing, {"A", 1}, {"a", 1});
    return PLUGBOARD_ERROR;
  };
  std::string data;
  second_.routed_message = [&](const plugboard_message& message, plugboard_routing*) {
    data = text(message.data);
    return PLUGBOARD_NEXT;
  };
  route(chain({link(first_, "a", true), link(second_, "b")}));
  EXPECT_EQ(data, "{}");
  EXPECT_TRUE(routing_.targets().empty());
  EXPECT_EQ(routing_.bytes(), nullptr);
  EXPECT_TRUE(routing_.answers().empty());
}

TEST_F(HookChainTest, ARoutingThatWasKeptIsOfNoUseAfterTheCall) {
  plugboard_routing* kept = nullptr;
  first_.routed_message = [&](const plugboard_message&, plugboard_routing* routing) {
    kept = routing;
    return PLUGBOARD_NEXT;
  };
  route(chain({link(first_, "a")}));
  EXPECT_EQ(first_.host->route_to(first_.host, kept, {"pwa:carol001", 12}), PLUGBOARD_GONE);
  EXPECT_TRUE(stage_.services.logged("outside of routed_message"));
}

// message and undeliverable

TEST_F(HookChainTest, AMessageIsHandledByTheFirstThatSaysSo) {
  first_.message = [](auto&&...) { return PLUGBOARD_NEXT; };
  second_.message = [](auto&&...) { return PLUGBOARD_OK; };
  EXPECT_EQ(chain({link(first_, "a"), link(second_, "b")}).message(message_),
            MessageVerdict::kHandled);
}

TEST_F(HookChainTest, AMessageThatNobodyHandlesIsDropped) {
  first_.message = [](auto&&...) { return PLUGBOARD_NEXT; };
  EXPECT_EQ(chain({link(first_, "a")}).message(message_), MessageVerdict::kDropped);
}

TEST_F(HookChainTest, ADeniedMessageGoesNoFurther) {
  first_.message = [](auto&&...) { return PLUGBOARD_DENY; };
  second_.message = [](auto&&...) {
    ADD_FAILURE() << "was asked";
    return PLUGBOARD_OK;
  };
  EXPECT_EQ(chain({link(first_, "a"), link(second_, "b")}).message(message_),
            MessageVerdict::kDropped);
}

TEST_F(HookChainTest, AnUndeliverableMessageThatIsTakenCareOfIsNotTold) {
  first_.undeliverable = [](auto&&...) { return PLUGBOARD_OK; };
  second_.undeliverable = [](auto&&...) { return PLUGBOARD_NEXT; };
  EXPECT_TRUE(chain({link(second_, "b"), link(first_, "a")}).undeliverable(message_));
}

TEST_F(HookChainTest, AFailingHookTakesCareOfNoMessage) {
  first_.undeliverable = [](auto&&...) { return PLUGBOARD_ERROR; };
  EXPECT_FALSE(chain({link(first_, "a")}).undeliverable(message_));
}

// verify_peer

TEST_F(HookChainTest, EveryVerifierMustAgree) {
  first_.verify_peer = [](auto&&...) { return PLUGBOARD_NEXT; };
  second_.verify_peer = [](auto&&...) { return PLUGBOARD_DENY; };
  EXPECT_TRUE(
      std::holds_alternative<VerifyDenied>(verify(chain({link(first_, "a"), link(second_, "b")}))));
}

TEST_F(HookChainTest, OkEndsTheVerification) {
  first_.verify_peer = [](auto&&...) { return PLUGBOARD_OK; };
  second_.verify_peer = [](auto&&...) { return PLUGBOARD_DENY; };
  EXPECT_TRUE(std::holds_alternative<VerifyAllowed>(
      verify(chain({link(first_, "a"), link(second_, "b")}))));
}

TEST_F(HookChainTest, ADenialWithoutWordsHasTheDefaults) {
  first_.verify_peer = [](auto&&...) { return PLUGBOARD_DENY; };
  const auto denied = std::get<VerifyDenied>(verify(chain({link(first_, "a")})));
  EXPECT_EQ(denied.code, "VERIFY_FAILED");
  EXPECT_EQ(denied.message, "Peer verification failed");
  EXPECT_EQ(denied.close_code, 1008);
  EXPECT_EQ(denied.close_reason, "Verify failed");
}

TEST_F(HookChainTest, ADenialMayHaveWordsOfItsOwn) {
  first_.verify_peer = [&](const plugboard_verify_request&, plugboard_token token) {
    const plugboard_verify_denial denial = {
        sizeof denial, 4001, {"CLOCK_SKEW", 10}, {"1700000000000", 13}, {"Skewed", 6}};
    first_.host->complete(first_.host, token, PLUGBOARD_DENY, &denial);
    return PLUGBOARD_PENDING;
  };
  const auto denied = std::get<VerifyDenied>(verify(chain({link(first_, "a")})));
  EXPECT_EQ(denied.code, "CLOCK_SKEW");
  EXPECT_EQ(denied.message, "1700000000000");
  EXPECT_EQ(denied.close_code, 4001);
  EXPECT_EQ(denied.close_reason, "Skewed");
}

TEST_F(HookChainTest, ADenialThatCannotBeSentIsAFailure) {
  first_.verify_peer = [&](const plugboard_verify_request&, plugboard_token token) {
    const plugboard_verify_denial denial = {sizeof denial, 1005, {}, {}, {}};
    EXPECT_EQ(first_.host->complete(first_.host, token, PLUGBOARD_DENY, &denial),
              PLUGBOARD_INVALID);
    return PLUGBOARD_PENDING;
  };
  EXPECT_TRUE(std::holds_alternative<VerifyFailed>(verify(chain({link(first_, "a")}))));
  EXPECT_TRUE(stage_.services.logged("close code 1005"));
}

TEST_F(HookChainTest, AVerifierThatFailsFailsTheVerification) {
  first_.verify_peer = [](auto&&...) { return PLUGBOARD_ERROR; };
  EXPECT_TRUE(std::holds_alternative<VerifyFailed>(verify(chain({link(first_, "a")}))));
}

TEST_F(HookChainTest, AVerifierThatFailsAndMayBeSkippedIsPassedOver) {
  first_.verify_peer = [](auto&&...) { return PLUGBOARD_ERROR; };
  EXPECT_TRUE(std::holds_alternative<VerifyAllowed>(verify(chain({link(first_, "a", true)}))));
}

TEST_F(HookChainTest, AVerifierThatMayBlockSeesACopyOfTheRequest) {
  first_.flags = PLUGBOARD_FLAG_BLOCKING;
  std::vector<std::string> seen;
  std::thread::id asked_on;
  first_.verify_peer = [&](const plugboard_verify_request& request, plugboard_token) {
    asked_on = std::this_thread::get_id();
    seen = {text(request.target),          text(request.query),
            text(request.peer->address),   text(request.peer->client_address),
            text(request.headers[0].name), text(request.headers[0].value)};
    return PLUGBOARD_NEXT;
  };
  verify(chain({link(first_, "a")}));
  EXPECT_NE(asked_on, std::this_thread::get_id());
  EXPECT_EQ(seen, (std::vector<std::string>{"/pwa/alice001?ts=1", "ts=1", "pwa:alice001",
                                            "192.0.2.7", "X-Team", "blue"}));
}

TEST_F(HookChainTest, AVerifierThatNeverAnswersFailsAfterItsTime) {
  Mailbox<int> asked;
  first_.verify_peer = [&](auto&&...) {
    asked.put(1);
    return PLUGBOARD_PENDING;
  };
  const HookChain hooks = chain({link(first_, "a")});
  Mailbox<VerifyVerdict> answer;
  const Question question =
      hooks.verify(request_, [&](VerifyVerdict verdict) { answer.put(std::move(verdict)); });
  ASSERT_TRUE(asked.take());
  stage_.advance(std::chrono::seconds(5));
  EXPECT_TRUE(std::holds_alternative<VerifyFailed>(*answer.take()));
}

// events

TEST_F(HookChainTest, EventsReachEveryHook) {
  int heard = 0;
  first_.peer_refused = second_.peer_refused = [&](auto&&...) { ++heard; };
  first_.http_done = second_.http_done = [&](auto&&...) { ++heard; };
  const HookChain hooks = chain({link(first_, "a"), link(second_, "b")});
  hooks.peer_refused({});
  hooks.http_done({});
  EXPECT_EQ(heard, 4);
}

TEST_F(HookChainTest, AHookThatThrowsDoesNotKeepTheOthersFromHearing) {
  first_.peer_connected = [](auto&&...) { throw std::runtime_error("no"); };
  bool heard = false;
  second_.peer_connected = [&](auto&&...) { heard = true; };
  chain({link(first_, "a"), link(second_, "b")}).peer_connected(peer_);
  EXPECT_TRUE(heard);
}

TEST_F(HookChainTest, EventsOfAHookThatMayBlockComeInOrder) {
  first_.flags = PLUGBOARD_FLAG_BLOCKING;
  std::mutex mutex;
  std::vector<std::string> heard;
  const auto hear = [&](const std::string& event) {
    const std::lock_guard lock(mutex);
    heard.push_back(event);
  };
  first_.peer_connected = [&](const plugboard_peer_info& info) {
    hear("+" + std::to_string(info.peer) + text(info.id));
  };
  first_.peer_disconnected = [&](const plugboard_peer_end& end) {
    hear("-" + std::to_string(end.peer->peer) + text(end.close_reason));
  };
  const HookChain hooks = chain({link(first_, "a")});
  std::vector<std::string> expected;
  for (plugboard_peer peer = 1; peer <= 200; ++peer) {
    plugboard_peer_info info = peer_;
    info.peer = peer;
    const plugboard_peer_end end = {
        sizeof end, PLUGBOARD_END_CLOSED, &info, 1000, 0, {"bye", 3}, 0, 0, 0, 0, 0};
    hooks.peer_disconnected(end, hooks.peer_connected(info));
    expected.push_back("+" + std::to_string(peer) + "alice001");
    expected.push_back("-" + std::to_string(peer) + "bye");
  }
  EXPECT_TRUE(await([&] {
    const std::lock_guard lock(mutex);
    return heard.size() == expected.size();
  }));
  const std::lock_guard lock(mutex);
  EXPECT_EQ(heard, expected);
}

TEST(HookChainLoad, OfEventsThatAreDroppedAPeersEndIsDroppedWithItsBeginning) {
  InstanceOptions options;
  options.max_queued = 2;
  FakePlugin hook;
  hook.flags = PLUGBOARD_FLAG_BLOCKING;
  Door door;
  std::mutex mutex;
  std::vector<plugboard_peer> begun;
  std::vector<plugboard_peer> ended;
  hook.peer_connected = [&](const plugboard_peer_info& info) {
    door.wait();
    const std::lock_guard lock(mutex);
    begun.push_back(info.peer);
  };
  hook.peer_disconnected = [&](const plugboard_peer_end& end) {
    const std::lock_guard lock(mutex);
    ended.push_back(end.peer->peer);
  };
  Stage stage(options);  // ends before what the plugin refers to
  auto links = std::make_shared<HookLinks>();
  HookLink link = stage.link<HookLink>(hook, "slow");
  link.table = *link.instance->kinds().hook;
  links->hooks.push_back(link);
  const HookChain hooks(links);
  for (plugboard_peer peer = 1; peer <= 10; ++peer) {
    plugboard_peer_info info = {};
    info.peer = peer;
    hooks.peer_connected(info);
  }
  for (plugboard_peer peer = 1; peer <= 10; ++peer) {
    plugboard_peer_info info = {};
    info.peer = peer;
    plugboard_peer_end end = {};
    end.peer = &info;
    hooks.peer_disconnected(end, 1);
  }
  door.open();
  ASSERT_TRUE(await([&] { return link.instance->events().waiting() == 0; }));
  ASSERT_TRUE(await([&] {
    const std::lock_guard lock(mutex);
    return ended.size() == begun.size();
  }));
  EXPECT_EQ(begun, ended);
  EXPECT_LT(begun.size(), 10u);
  EXPECT_TRUE(stage.services.logged("some are dropped"));
}

// peer data

TEST_F(HookChainTest, AValueThatWasSetIsReleasedOnce) {
  std::vector<std::pair<plugboard_peer, std::uint64_t>> released;
  first_.peer_released = [&](plugboard_peer peer, std::uint64_t data) {
    released.emplace_back(peer, data);
  };
  const HookChain hooks = chain({link(first_, "a")});
  stage_.services.add_peer(7);
  EXPECT_EQ(first_.host->peer_data_set(first_.host, 7, 42), PLUGBOARD_OK);
  std::uint64_t value = 0;
  EXPECT_EQ(first_.host->peer_data_get(first_.host, 7, &value), PLUGBOARD_OK);
  EXPECT_EQ(value, 42u);
  stage_.services.remove_peer(7);
  hooks.peer_released(7);
  hooks.peer_released(7);
  EXPECT_EQ(released, (decltype(released){{7, 42}}));
}

TEST_F(HookChainTest, APeerWithoutAValueIsNotReleased) {
  first_.peer_released = [&](auto&&...) { ADD_FAILURE() << "was told"; };
  const HookChain hooks = chain({link(first_, "a")});
  stage_.services.add_peer(7);
  first_.host->peer_data_set(first_.host, 7, 42);
  first_.host->peer_data_set(first_.host, 7, 0);
  stage_.services.remove_peer(7);
  hooks.peer_released(7);
}

TEST_F(HookChainTest, APeerThatHasGoneTakesNoValue) {
  first_.peer_released = [](auto&&...) {};
  const HookLink hook = link(first_, "a");
  std::uint64_t value = 1;
  EXPECT_EQ(first_.host->peer_data_set(first_.host, 7, 42), PLUGBOARD_GONE);
  EXPECT_EQ(first_.host->peer_data_get(first_.host, 7, &value), PLUGBOARD_GONE);
}

TEST_F(HookChainTest, AHookThatMayBlockStillReadsItsValueAtThePeersEnd) {
  first_.flags = PLUGBOARD_FLAG_BLOCKING;
  Mailbox<std::uint64_t> at_the_end;
  Mailbox<std::uint64_t> released;
  first_.peer_disconnected = [&](const plugboard_peer_end& end) {
    std::uint64_t value = 0;
    first_.host->peer_data_get(first_.host, end.peer->peer, &value);
    at_the_end.put(value);
  };
  first_.peer_released = [&](plugboard_peer, std::uint64_t data) { released.put(data); };
  const HookChain hooks = chain({link(first_, "a")});
  stage_.services.add_peer(7);
  first_.host->peer_data_set(first_.host, 7, 42);
  stage_.services.remove_peer(7);
  const plugboard_peer_end end = {sizeof end, PLUGBOARD_END_CLOSED, &peer_, 1000, 0, {}, 0, 0, 0, 0,
                                  0};
  hooks.peer_disconnected(end, 1);
  hooks.peer_released(7);
  EXPECT_EQ(at_the_end.take(), 42u);
  EXPECT_EQ(released.take(), 42u);
}

TEST_F(HookChainTest, ACallThatKeepsAnIoThreadIsComplainedAbout) {
  first_.peer_connected = [&](auto&&...) { stage_.services.advance(6'000'000); };
  chain({link(first_, "a")}).peer_connected(peer_);
  EXPECT_TRUE(stage_.services.logged("peer_connected kept an I/O thread for 6000 us"));
}

}  // namespace
}  // namespace plugboard::extension::test
