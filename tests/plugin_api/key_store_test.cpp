#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>

#include "plugin_api/described.hpp"

using plugboard::Completion;
using plugboard::Grant;
using plugboard::KeyRequest;
using plugboard::KeyVerdict;
using plugboard::Plugin;
using plugboard::Status;
using plugboard::testing::TestHost;

namespace {

struct Store : Plugin {
  KeyVerdict lookup(const KeyRequest& request) const {
    if (request.key == "plain") return plugboard::allow();
    if (request.key == "granted") {
      return plugboard::allow(Grant{.credential = 9,
                                    .channels = {{"pwa", "ext"}},
                                    .reach = std::vector<std::string>(),
                                    .ids = "a.*",
                                    .attributes = R"({"role":"x"})",
                                    .expires_at_ms = 5,
                                    .max_connections = 1,
                                    .max_messages = 2,
                                    .max_bytes = 3});
    }
    if (request.key == "free") return plugboard::allow(Grant{.credential = 1});
    if (request.key == "denied") return plugboard::deny();
    if (request.key == "throws") throw std::runtime_error("no table");
    if (request.key == "http") {
      return request.purpose == plugboard::KeyPurpose::kHttp ? plugboard::allow()
                                                             : plugboard::deny();
    }
    return plugboard::abstain();
  }
  static plugboard::KeyForm key_form() {
    return {.alphabet = plugboard::KeyForm::Alphabet::kVisible, .min_size = 1, .max_size = 8192};
  }
};

// Keeps the questions it is asked until told to answer.
struct LateStore : Plugin {
  void lookup(const KeyRequest& request, Completion<KeyVerdict> completion) {
    if (request.key == "throws-before") throw std::runtime_error("before");
    if (request.key == "drops") return;
    if (request.key == "at-once") {
      completion(plugboard::allow(Grant{.credential = 3}));
      return;
    }
    if (request.key == "twice") {
      completion(plugboard::deny());
      second_counted = completion(plugboard::allow());
      return;
    }
    kept.emplace(std::move(completion));
    if (request.key == "throws-after") throw std::runtime_error("after");
  }
  std::optional<Completion<KeyVerdict>> kept;
  bool second_counted = true;
};

LateStore& object(Instance<LateStore>& instance) {
  return plugboard::detail::Instance<LateStore>::from(instance.self()).object;
}

plugboard_status ask(Instance<LateStore>& instance, std::string_view key, plugboard_token token) {
  plugboard_key_request request{};
  request.size = sizeof request;
  request.key = plugboard::detail::bytes(key);
  return instance.key_store().lookup(instance.self(), &request, token);
}

}  // namespace

TEST(KeyStoreClass, AnswersAtOnceWithAVerdict) {
  TestHost host;
  Instance<Store> store(host);
  EXPECT_EQ(store.lookup("plain").status, Status::kOk);
  EXPECT_FALSE(store.lookup("plain").grant.has_value());
  EXPECT_EQ(store.lookup("denied").status, Status::kDeny);
  EXPECT_EQ(store.lookup("unknown").status, Status::kNext);
}

TEST(KeyStoreClass, SeesThePurpose) {
  TestHost host;
  Instance<Store> store(host);
  EXPECT_EQ(store.lookup("http", plugboard::KeyPurpose::kHttp).status, Status::kOk);
  EXPECT_EQ(store.lookup("http", plugboard::KeyPurpose::kPeer).status, Status::kDeny);
}

TEST(KeyStoreClass, GrantsArriveWhole) {
  TestHost host;
  Instance<Store> store(host);
  const auto answer = store.lookup("granted");
  EXPECT_EQ(answer.status, Status::kOk);
  ASSERT_TRUE(answer.grant.has_value());
  EXPECT_EQ(answer.grant->credential, 9u);
  EXPECT_EQ(answer.grant->channels, (std::vector<std::string>{"pwa", "ext"}));
  EXPECT_EQ(answer.grant->ids, "a.*");
  EXPECT_EQ(answer.grant->attributes, R"({"role":"x"})");
  EXPECT_EQ(answer.grant->expires_at_ms, 5);
  EXPECT_EQ(answer.grant->max_connections, 1u);
  EXPECT_EQ(answer.grant->max_messages, 2u);
  EXPECT_EQ(answer.grant->max_bytes, 3u);
}

TEST(KeyStoreClass, AnEmptyListIsNotTheSameAsNone) {
  TestHost host;
  Instance<Store> store(host);
  EXPECT_EQ(store.lookup("granted").grant->reach, std::vector<std::string>());
  EXPECT_FALSE(store.lookup("free").grant->reach.has_value());
}

TEST(KeyStoreClass, ExceptionsAreErrorsAndAreLogged) {
  TestHost host;
  Instance<Store> store(host);
  EXPECT_EQ(store.lookup("throws").status, Status::kError);
  EXPECT_TRUE(host.logged("lookup failed: no table"));
}

TEST(KeyStoreClass, StatesItsForm) {
  TestHost host;
  Instance<Store> store(host);
  plugboard_key_form form{sizeof form, PLUGBOARD_KEY_ALPHABET_ID, 8, 64};
  EXPECT_EQ(store.key_store().key_form(store.self(), &form), PLUGBOARD_OK);
  EXPECT_EQ(form.alphabet, PLUGBOARD_KEY_ALPHABET_VISIBLE);
  EXPECT_EQ(form.min_size, 1u);
  EXPECT_EQ(form.max_size, 8192u);
}

TEST(KeyStoreClass, HasTheDefaultFormWithoutOneOfItsOwn) {
  TestHost host;
  Instance<LateStore> store(host);
  EXPECT_EQ(store.key_store().key_form, nullptr);
}

TEST(KeyStoreClass, AnswersLaterFromAnotherThread) {
  TestHost host;
  Instance<LateStore> store(host);
  const auto token = host.open_question(TestHost::Question::kKey);
  EXPECT_EQ(ask(store, "later", token), PLUGBOARD_PENDING);
  EXPECT_EQ(host.answer(token).status, Status::kPending);
  std::thread([&] { EXPECT_TRUE((*object(store).kept)(plugboard::allow())); }).join();
  EXPECT_EQ(host.answer(token).status, Status::kOk);
}

TEST(KeyStoreClass, AnswersBeforeTheCallReturns) {
  TestHost host;
  Instance<LateStore> store(host);
  const auto answer = store.lookup("at-once");
  EXPECT_EQ(answer.status, Status::kOk);
  EXPECT_EQ(answer.grant->credential, 3u);
}

TEST(KeyStoreClass, ADroppedCompletionIsAnError) {
  TestHost host;
  Instance<LateStore> store(host);
  EXPECT_EQ(store.lookup("drops").status, Status::kError);
}

TEST(KeyStoreClass, AnExceptionBeforeTheAnswerIsAnError) {
  TestHost host;
  Instance<LateStore> store(host);
  EXPECT_EQ(store.lookup("throws-before").status, Status::kError);
  EXPECT_TRUE(host.logged("lookup failed: before"));
}

TEST(KeyStoreClass, AnExceptionAfterTheCompletionWasKeptLeavesTheAnswerToItsKeeper) {
  TestHost host;
  Instance<LateStore> store(host);
  const auto token = host.open_question(TestHost::Question::kKey);
  EXPECT_EQ(ask(store, "throws-after", token), PLUGBOARD_PENDING);
  EXPECT_EQ(host.answer(token).status, Status::kPending);
  (*object(store).kept)(plugboard::deny());
  EXPECT_EQ(host.answer(token).status, Status::kDeny);
}

TEST(KeyStoreClass, OnlyTheFirstAnswerCounts) {
  TestHost host;
  Instance<LateStore> store(host);
  EXPECT_EQ(store.lookup("twice").status, Status::kDeny);
  EXPECT_FALSE(object(store).second_counted);
}

TEST(KeyStoreClass, ALateAnswerSaysThatItDoesNotCount) {
  TestHost host;
  Instance<LateStore> store(host);
  const auto token = host.open_question(TestHost::Question::kKey);
  ask(store, "later", token);
  host.forget(token);
  EXPECT_FALSE((*object(store).kept)(plugboard::allow()));
}

TEST(KeyStoreClass, CompletionsNameTheirQuestion) {
  TestHost host;
  Instance<LateStore> store(host);
  const auto token = host.open_question(TestHost::Question::kKey);
  ask(store, "later", token);
  EXPECT_EQ(object(store).kept->token(), token);
}

TEST(KeyStoreClass, AssigningToACompletionAnswersTheOldQuestion) {
  TestHost host;
  Instance<LateStore> store(host);
  const auto first = host.open_question(TestHost::Question::kKey);
  const auto second = host.open_question(TestHost::Question::kKey);
  ask(store, "later", first);
  Completion<KeyVerdict> kept = std::move(*object(store).kept);
  ask(store, "later", second);
  kept = std::move(*object(store).kept);
  EXPECT_EQ(host.answer(first).status, Status::kError);
  EXPECT_EQ(host.answer(second).status, Status::kPending);
  kept(plugboard::allow());
  EXPECT_EQ(host.answer(second).status, Status::kOk);
}
