#include "extension/key_chain.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "extension/await.hpp"
#include "extension/fake_plugin.hpp"

namespace plugboard::extension::test {
namespace {

using Kind = KeyVerdict::Kind;

plugboard_grant grant_for(std::uint64_t credential) {
  plugboard_grant grant = {};
  grant.size = sizeof grant;
  grant.credential = credential;
  return grant;
}

class KeyChainTest : public testing::Test {
 protected:
  /// A store that answers at once, in one way.
  static void answers(FakePlugin& store, plugboard_status status) {
    store.lookup = [status](auto&&...) { return status; };
  }

  KeyStoreLink link(FakePlugin& store, const std::string& name) {
    auto made = stage_.link<KeyStoreLink>(store, name);
    made.table = *made.instance->kinds().key_store;
    made.form = {sizeof(plugboard_key_form), PLUGBOARD_KEY_ALPHABET_ID, 8, 64};
    return made;
  }
  KeyChain chain(std::vector<KeyStoreLink> stores) {
    auto links = std::make_shared<KeyStoreLinks>();
    links->stores = std::move(stores);
    return KeyChain(links);
  }
  /// Asks and waits for the answer.
  KeyVerdict ask(const KeyChain& chain, PeerHandle peer = 7) {
    Mailbox<KeyVerdict> answer;
    const Question question =
        chain.ask({PLUGBOARD_KEY_FOR_PEER, "team-key-1", "192.0.2.7", "/pwa/alice", peer},
                  [&](KeyVerdict verdict) { answer.put(std::move(verdict)); });
    auto verdict = answer.take();
    EXPECT_TRUE(verdict) << "no answer came";
    EXPECT_EQ(answer.puts(), 1);
    return std::move(*verdict);
  }

  FakePlugin first_;
  FakePlugin second_;
  Stage stage_;  // ends before the plugins
};

TEST_F(KeyChainTest, AnOpenChainAllowsEverybody) {
  const KeyChain open;
  EXPECT_TRUE(open.open());
  EXPECT_TRUE(open.well_formed(""));
  EXPECT_EQ(ask(open).kind, Kind::kAllowed);
}

TEST_F(KeyChainTest, AnAnswerAtOnceComesWithinTheCall) {
  answers(first_, PLUGBOARD_OK);
  const KeyChain keys = chain({link(first_, "a")});
  bool done = false;
  const Question question =
      keys.ask({PLUGBOARD_KEY_FOR_PEER, "team-key-1", "192.0.2.7", "/", 7},
               [&](KeyVerdict verdict) { done = verdict.kind == Kind::kAllowed; });
  EXPECT_TRUE(done);
  EXPECT_FALSE(question);
}

TEST_F(KeyChainTest, TheStoreSeesTheWholeQuestion) {
  std::vector<std::string> seen;
  plugboard_key_request copy = {};
  first_.lookup = [&](const plugboard_key_request& request, plugboard_token) {
    copy = request;
    seen = {text(request.key), text(request.client_address), text(request.path)};
    return PLUGBOARD_OK;
  };
  ask(chain({link(first_, "a")}), 9);
  EXPECT_EQ(seen, (std::vector<std::string>{"team-key-1", "192.0.2.7", "/pwa/alice"}));
  EXPECT_EQ(copy.size, sizeof copy);
  EXPECT_EQ(copy.purpose, PLUGBOARD_KEY_FOR_PEER);
  EXPECT_EQ(copy.peer, 9u);
}

TEST_F(KeyChainTest, TheFirstThatDoesNotAbstainDecides) {
  answers(first_, PLUGBOARD_NEXT);
  answers(second_, PLUGBOARD_OK);
  const KeyVerdict verdict = ask(chain({link(first_, "a"), link(second_, "b")}));
  EXPECT_EQ(verdict.kind, Kind::kAllowed);
  EXPECT_EQ(verdict.admission.store(), "b");
}

TEST_F(KeyChainTest, AStoreBehindADenialIsNotAsked) {
  answers(first_, PLUGBOARD_DENY);
  second_.lookup = [](auto&&...) {
    ADD_FAILURE() << "was asked";
    return PLUGBOARD_OK;
  };
  EXPECT_EQ(ask(chain({link(first_, "a"), link(second_, "b")})).kind, Kind::kDenied);
}

TEST_F(KeyChainTest, AllAbstainingIsADenial) {
  answers(first_, PLUGBOARD_NEXT);
  answers(second_, PLUGBOARD_NEXT);
  EXPECT_EQ(ask(chain({link(first_, "a"), link(second_, "b")})).kind, Kind::kDenied);
}

TEST_F(KeyChainTest, AStoreThatCannotAnswerIsPassedOver) {
  answers(first_, PLUGBOARD_ERROR);
  answers(second_, PLUGBOARD_OK);
  EXPECT_EQ(ask(chain({link(first_, "a"), link(second_, "b")})).kind, Kind::kAllowed);
}

TEST_F(KeyChainTest, ADenialBehindAStoreThatCannotAnswerIsADenial) {
  answers(first_, PLUGBOARD_ERROR);
  answers(second_, PLUGBOARD_DENY);
  EXPECT_EQ(ask(chain({link(first_, "a"), link(second_, "b")})).kind, Kind::kDenied);
}

TEST_F(KeyChainTest, NobodyDecidingAndOneUnableIsUnavailable) {
  answers(first_, PLUGBOARD_ERROR);
  answers(second_, PLUGBOARD_NEXT);
  EXPECT_EQ(ask(chain({link(first_, "a"), link(second_, "b")})).kind, Kind::kUnavailable);
}

TEST_F(KeyChainTest, AnUnknownStatusIsAFailure) {
  answers(first_, 77);
  EXPECT_EQ(ask(chain({link(first_, "a")})).kind, Kind::kUnavailable);
  EXPECT_TRUE(stage_.services.logged("returned 77"));
}

TEST_F(KeyChainTest, AnExceptionIsAFailure) {
  first_.lookup = [](auto&&...) -> plugboard_status { throw 42; };
  EXPECT_EQ(ask(chain({link(first_, "a")})).kind, Kind::kUnavailable);
  EXPECT_TRUE(stage_.services.logged("lookup threw an exception"));
}

TEST_F(KeyChainTest, AKeyIsWellFormedIfOneStoreTakesItsForm) {
  answers(first_, PLUGBOARD_NEXT);
  answers(second_, PLUGBOARD_NEXT);
  KeyStoreLink tokens = link(second_, "tokens");
  tokens.form = {sizeof(plugboard_key_form), PLUGBOARD_KEY_ALPHABET_VISIBLE, 1, 8192};
  const KeyChain keys = chain({link(first_, "a"), tokens});
  EXPECT_TRUE(keys.well_formed("team-key-1"));
  EXPECT_TRUE(keys.well_formed("eyJh.bGci=="));
  EXPECT_FALSE(keys.well_formed("with space"));
  EXPECT_FALSE(keys.well_formed(""));
  EXPECT_FALSE(keys.well_formed(std::string(8193, 'x')));
}

TEST_F(KeyChainTest, AStoreWhoseFormAKeyDoesNotFitIsNotAsked) {
  first_.lookup = [](auto&&...) {
    ADD_FAILURE() << "was asked";
    return PLUGBOARD_OK;
  };
  answers(second_, PLUGBOARD_OK);
  KeyStoreLink narrow = link(first_, "narrow");
  narrow.form.min_size = 20;
  EXPECT_EQ(ask(chain({narrow, link(second_, "b")})).admission.store(), "b");
}

TEST_F(KeyChainTest, AGrantThatComesWithinTheCallNeedsNoWaiting) {
  first_.lookup = [&](const plugboard_key_request&, plugboard_token token) {
    const plugboard_grant grant = grant_for(5);
    EXPECT_EQ(first_.host->complete(first_.host, token, PLUGBOARD_OK, &grant), PLUGBOARD_OK);
    return PLUGBOARD_PENDING;
  };
  const KeyChain keys = chain({link(first_, "a")});
  bool done = false;
  const Question question =
      keys.ask({PLUGBOARD_KEY_FOR_PEER, "team-key-1", "", "", 7}, [&](KeyVerdict verdict) {
        done = true;
        ASSERT_NE(verdict.admission.grant(), nullptr);
        EXPECT_EQ(verdict.admission.grant()->credential(), 5u);
      });
  EXPECT_TRUE(done);
  EXPECT_FALSE(question);
}

TEST_F(KeyChainTest, AnAnswerFromAnotherThreadIsDeliveredLater) {
  std::thread answering;
  first_.lookup = [&](const plugboard_key_request&, plugboard_token token) {
    answering = std::thread([this, token] {
      const plugboard_grant grant = grant_for(5);
      first_.host->complete(first_.host, token, PLUGBOARD_OK, &grant);
    });
    return PLUGBOARD_PENDING;
  };
  EXPECT_EQ(ask(chain({link(first_, "a")})).kind, Kind::kAllowed);
  answering.join();
}

TEST_F(KeyChainTest, AnAnswerThatComesLaterGoesOnDownTheChain) {
  Mailbox<plugboard_token> asked;
  first_.lookup = [&](const plugboard_key_request&, plugboard_token token) {
    asked.put(token);
    return PLUGBOARD_PENDING;
  };
  std::string key;
  second_.lookup = [&](const plugboard_key_request& request, plugboard_token) {
    key = text(request.key);
    return PLUGBOARD_OK;
  };
  const KeyChain keys = chain({link(first_, "a"), link(second_, "b")});
  Mailbox<KeyVerdict> answer;
  Question question;
  {
    const std::string borrowed = "team-key-1";
    question = keys.ask({PLUGBOARD_KEY_FOR_PEER, borrowed, "", "", 7},
                        [&](KeyVerdict verdict) { answer.put(std::move(verdict)); });
  }
  EXPECT_TRUE(question);
  first_.host->complete(first_.host, *asked.take(), PLUGBOARD_NEXT, nullptr);
  const auto verdict = answer.take();
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->admission.store(), "b");
  EXPECT_EQ(key, "team-key-1") << "the question outlives what it borrowed";
}

TEST_F(KeyChainTest, AStoreThatMayBlockIsAskedOnTheWorkers) {
  std::thread::id asked_on;
  first_.flags = PLUGBOARD_FLAG_BLOCKING;
  first_.lookup = [&](auto&&...) {
    asked_on = std::this_thread::get_id();
    return PLUGBOARD_OK;
  };
  EXPECT_EQ(ask(chain({link(first_, "a")})).kind, Kind::kAllowed);
  EXPECT_NE(asked_on, std::this_thread::get_id());
}

TEST_F(KeyChainTest, AStoreThatNeverAnswersIsUnavailableAfterItsTime) {
  Mailbox<plugboard_token> asked;
  Mailbox<plugboard_token> cancelled;
  first_.lookup = [&](const plugboard_key_request&, plugboard_token token) {
    asked.put(token);
    return PLUGBOARD_PENDING;
  };
  first_.cancel = [&](plugboard_token token) { cancelled.put(token); };
  const KeyChain keys = chain({link(first_, "a")});
  Mailbox<KeyVerdict> answer;
  const Question question = keys.ask({PLUGBOARD_KEY_FOR_PEER, "team-key-1", "", "", 7},
                                     [&](KeyVerdict verdict) { answer.put(std::move(verdict)); });
  const auto token = asked.take();
  EXPECT_FALSE(answer.has());
  stage_.advance(std::chrono::seconds(5));
  EXPECT_EQ(answer.take()->kind, Kind::kUnavailable);
  EXPECT_EQ(cancelled.take(), token);
  EXPECT_EQ(first_.host->complete(first_.host, *token, PLUGBOARD_OK, nullptr), PLUGBOARD_GONE);
}

TEST_F(KeyChainTest, AStoreThatBlocksPastItsTimeIsUnavailableAndNotWaitedFor) {
  const auto door = std::make_shared<Door>();
  Mailbox<int> inside;
  first_.flags = PLUGBOARD_FLAG_BLOCKING;
  first_.lookup = [&inside, door](auto&&...) {
    inside.put(1);
    door->wait();
    return PLUGBOARD_OK;
  };
  const KeyChain keys = chain({link(first_, "a")});
  Mailbox<KeyVerdict> answer;
  const Question question = keys.ask({PLUGBOARD_KEY_FOR_PEER, "team-key-1", "", "", 7},
                                     [&](KeyVerdict verdict) { answer.put(std::move(verdict)); });
  ASSERT_TRUE(inside.take());
  stage_.advance(std::chrono::seconds(5));
  EXPECT_EQ(answer.take()->kind, Kind::kUnavailable);
  door->open();
}

TEST_F(KeyChainTest, ACancelledQuestionIsNeverAnswered) {
  Mailbox<plugboard_token> asked;
  Mailbox<plugboard_token> cancelled;
  first_.lookup = [&](const plugboard_key_request&, plugboard_token token) {
    asked.put(token);
    return PLUGBOARD_PENDING;
  };
  first_.cancel = [&](plugboard_token token) { cancelled.put(token); };
  bool done = false;
  {
    const KeyChain keys = chain({link(first_, "a")});
    const Question question = keys.ask({PLUGBOARD_KEY_FOR_PEER, "team-key-1", "", "", 7},
                                       [&](const KeyVerdict&) { done = true; });
  }
  const auto token = asked.take();
  EXPECT_EQ(cancelled.take(), token);
  EXPECT_EQ(first_.host->complete(first_.host, *token, PLUGBOARD_OK, nullptr), PLUGBOARD_GONE);
  stage_.end();
  EXPECT_FALSE(done);
}

TEST_F(KeyChainTest, AnExpiredGrantIsADenial) {
  first_.lookup = [&](const plugboard_key_request&, plugboard_token token) {
    plugboard_grant grant = grant_for(5);
    grant.expires_at_ms = stage_.services.unix_ms();
    first_.host->complete(first_.host, token, PLUGBOARD_OK, &grant);
    return PLUGBOARD_PENDING;
  };
  EXPECT_EQ(ask(chain({link(first_, "a")})).kind, Kind::kDenied);
}

TEST_F(KeyChainTest, AGrantThatCannotBeUsedIsAFailureAndSaysWhy) {
  first_.lookup = [&](const plugboard_key_request&, plugboard_token token) {
    plugboard_grant grant = grant_for(5);
    grant.ids = {"(", 1};
    EXPECT_EQ(first_.host->complete(first_.host, token, PLUGBOARD_OK, &grant), PLUGBOARD_INVALID);
    return PLUGBOARD_PENDING;
  };
  EXPECT_EQ(ask(chain({link(first_, "a")})).kind, Kind::kUnavailable);
  EXPECT_TRUE(stage_.services.logged("ids is not an RE2 pattern"));
}

TEST_F(KeyChainTest, ARevocationEndsThePeersOfTheCredential) {
  std::uint64_t credential = 5;
  first_.lookup = [&](const plugboard_key_request&, plugboard_token token) {
    const plugboard_grant grant = grant_for(credential);
    first_.host->complete(first_.host, token, PLUGBOARD_OK, &grant);
    return PLUGBOARD_PENDING;
  };
  const KeyChain keys = chain({link(first_, "a")});
  const KeyVerdict one = ask(keys, 11);
  const KeyVerdict two = ask(keys, 12);
  credential = 6;
  const KeyVerdict other = ask(keys, 13);
  EXPECT_EQ(first_.host->credential_revoke(first_.host, 5), PLUGBOARD_OK);
  auto revoked = stage_.services.revoked();
  std::sort(revoked.begin(), revoked.end());
  EXPECT_EQ(revoked, (std::vector<PeerHandle>{11, 12}));
}

TEST_F(KeyChainTest, AnAdmissionThatHasGoneIsNotRevoked) {
  first_.lookup = [&](const plugboard_key_request&, plugboard_token token) {
    const plugboard_grant grant = grant_for(5);
    first_.host->complete(first_.host, token, PLUGBOARD_OK, &grant);
    return PLUGBOARD_PENDING;
  };
  const KeyChain keys = chain({link(first_, "a")});
  ask(keys, 11);
  EXPECT_EQ(first_.host->credential_revoke(first_.host, 5), PLUGBOARD_NOT_FOUND);
  EXPECT_TRUE(stage_.services.revoked().empty());
}

TEST_F(KeyChainTest, AnHttpRequestIsNotListedUnderItsCredential) {
  first_.lookup = [&](const plugboard_key_request&, plugboard_token token) {
    const plugboard_grant grant = grant_for(5);
    first_.host->complete(first_.host, token, PLUGBOARD_OK, &grant);
    return PLUGBOARD_PENDING;
  };
  const KeyVerdict verdict = ask(chain({link(first_, "a")}), 0);
  EXPECT_EQ(verdict.kind, Kind::kAllowed);
  EXPECT_EQ(first_.host->credential_revoke(first_.host, 5), PLUGBOARD_NOT_FOUND);
}

TEST_F(KeyChainTest, AStoreListsItsCredentialsWithTheirConnections) {
  first_.lookup = [&](const plugboard_key_request&, plugboard_token token) {
    const plugboard_grant grant = grant_for(5);
    first_.host->complete(first_.host, token, PLUGBOARD_OK, &grant);
    return PLUGBOARD_PENDING;
  };
  const KeyChain keys = chain({link(first_, "a")});
  const KeyVerdict one = ask(keys, 11);
  const KeyVerdict two = ask(keys, 12);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> listed;
  first_.host->credential_list(
      first_.host,
      [](void* context, std::uint64_t credential, std::uint64_t connections) {
        static_cast<decltype(listed)*>(context)->emplace_back(credential, connections);
        return PLUGBOARD_OK;
      },
      &listed);
  EXPECT_EQ(listed, (decltype(listed){{5, 2}}));
}

TEST_F(KeyChainTest, ACredentialRevokedWhileItsStoreThinksIsAskedAbout) {
  int asked = 0;
  first_.lookup = [&](const plugboard_key_request&, plugboard_token token) {
    ++asked;
    if (asked == 1) {
      // Read before the revocation, told after it.
      first_.host->credential_revoke(first_.host, 5);
      const plugboard_grant grant = grant_for(5);
      first_.host->complete(first_.host, token, PLUGBOARD_OK, &grant);
      return PLUGBOARD_PENDING;
    }
    return PLUGBOARD_DENY;
  };
  EXPECT_EQ(ask(chain({link(first_, "a")})).kind, Kind::kDenied);
  EXPECT_EQ(asked, 2);
}

TEST_F(KeyChainTest, ARevocationOfAnotherCredentialDoesNotAskAgain) {
  int asked = 0;
  first_.lookup = [&](const plugboard_key_request&, plugboard_token token) {
    ++asked;
    first_.host->credential_revoke(first_.host, 6);
    const plugboard_grant grant = grant_for(5);
    first_.host->complete(first_.host, token, PLUGBOARD_OK, &grant);
    return PLUGBOARD_PENDING;
  };
  EXPECT_EQ(ask(chain({link(first_, "a")})).kind, Kind::kAllowed);
  EXPECT_EQ(asked, 1);
}

TEST_F(KeyChainTest, AStoreThatRevokesWhatItGrantsForEverIsUnavailable) {
  int asked = 0;
  first_.lookup = [&](const plugboard_key_request&, plugboard_token token) {
    ++asked;
    first_.host->credential_revoke(first_.host, 5);
    const plugboard_grant grant = grant_for(5);
    first_.host->complete(first_.host, token, PLUGBOARD_OK, &grant);
    return PLUGBOARD_PENDING;
  };
  EXPECT_EQ(ask(chain({link(first_, "a")})).kind, Kind::kUnavailable);
  EXPECT_EQ(asked, 4);
}

TEST_F(KeyChainTest, ASecondAnswerToAQuestionIsInvalidAndComplainedAbout) {
  Mailbox<plugboard_token> asked;
  first_.lookup = [&](const plugboard_key_request&, plugboard_token token) {
    asked.put(token);
    first_.host->complete(first_.host, token, PLUGBOARD_OK, nullptr);
    return PLUGBOARD_PENDING;
  };
  ask(chain({link(first_, "a")}));
  EXPECT_EQ(first_.host->complete(first_.host, *asked.take(), PLUGBOARD_DENY, nullptr),
            PLUGBOARD_INVALID);
  EXPECT_TRUE(stage_.services.logged("answered a second time"));
}

TEST_F(KeyChainTest, AnAnswerForNoQuestionIsInvalid) {
  answers(first_, PLUGBOARD_OK);
  const KeyStoreLink store = link(first_, "a");
  EXPECT_EQ(first_.host->complete(first_.host, 0, PLUGBOARD_OK, nullptr), PLUGBOARD_INVALID);
  EXPECT_EQ(first_.host->complete(first_.host, 0x123450000, PLUGBOARD_OK, nullptr),
            PLUGBOARD_INVALID);
}

TEST_F(KeyChainTest, AnAnswerThatContradictsTheCallIsAFailure) {
  first_.lookup = [&](const plugboard_key_request&, plugboard_token token) {
    first_.host->complete(first_.host, token, PLUGBOARD_DENY, nullptr);
    return PLUGBOARD_OK;
  };
  EXPECT_EQ(ask(chain({link(first_, "a")})).kind, Kind::kUnavailable);
}

TEST_F(KeyChainTest, AnAdmissionKeepsItsStoreAlive) {
  std::atomic<bool> destroyed = false;
  first_.destroy = [&] { destroyed = true; };
  answers(first_, PLUGBOARD_OK);
  KeyVerdict verdict;
  {
    const KeyChain keys = chain({link(first_, "a")});
    verdict = ask(keys);
  }
  EXPECT_FALSE(destroyed);
  verdict.admission = {};
  stage_.end();
  EXPECT_TRUE(destroyed);
}

TEST(KeyChainLoad, BeyondItsBoundOfOpenQuestionsAStoreIsUnavailable) {
  InstanceOptions options;
  options.max_in_flight = 2;
  FakePlugin store;
  Stage stage(options);
  store.lookup = [](auto&&...) { return PLUGBOARD_PENDING; };
  auto links = std::make_shared<KeyStoreLinks>();
  KeyStoreLink link = stage.link<KeyStoreLink>(store, "a");
  link.table = *link.instance->kinds().key_store;
  link.form = {sizeof(plugboard_key_form), PLUGBOARD_KEY_ALPHABET_ID, 8, 64};
  links->stores.push_back(link);
  const KeyChain keys(links);
  const auto ask = [&](std::function<void(KeyVerdict)> done) {
    return keys.ask({PLUGBOARD_KEY_FOR_PEER, "team-key-1", "", "", 7}, std::move(done));
  };
  const Question one = ask([](const KeyVerdict&) { ADD_FAILURE(); });
  const Question two = ask([](const KeyVerdict&) { ADD_FAILURE(); });
  Kind third = Kind::kAllowed;
  const Question three = ask([&](const KeyVerdict& verdict) { third = verdict.kind; });
  EXPECT_EQ(third, Kind::kUnavailable);
  EXPECT_TRUE(stage.services.logged("too many questions"));
}

}  // namespace
}  // namespace plugboard::extension::test
