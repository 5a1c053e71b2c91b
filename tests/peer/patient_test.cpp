// What can wait for another turn: the statuses that a change sends to many watchers.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fake_peer.hpp"
#include "peer/peer.hpp"
#include "peer/server_frames.hpp"

namespace plugboard::peer {
namespace {

class PatientTest : public testing::Test {
 protected:
  Channel channel{"pwa", 0};
  Dispatch dispatch{1 << 20};

  FakeRef peer(const std::string& id) {
    FakeRef made(new FakePeer(channel, id));
    made->open();
    return made;
  }
  std::vector<FakeRef> peers(std::size_t count) {
    std::vector<FakeRef> all;
    for (std::size_t i = 0; i < count; ++i) all.push_back(peer("peer" + std::to_string(i)));
    return all;
  }
  void tell(FakePeer& watcher, std::string_view text) {
    watcher.send(message_frame(text, false), 0, dispatch, false, Urgency::patient);
  }
  void send(FakePeer& receiver, std::string_view text) {
    receiver.send(message_frame(text, false), text.size(), dispatch);
  }
  static std::size_t reached(const std::vector<FakeRef>& all) {
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [](const FakeRef& each) { return !each->received.empty(); }));
  }
};

TEST_F(PatientTest, ATurnSendsWhatCannotWaitAndLeavesTheRest) {
  const FakeRef watcher = peer("watcher1");
  const FakeRef receiver = peer("receiver");
  tell(*watcher, "somebody came");
  send(*receiver, "a message");
  dispatch.flush();
  EXPECT_EQ(receiver->messages(), std::vector<std::string>{"a message"});
  EXPECT_TRUE(watcher->received.empty());
}

TEST_F(PatientTest, SomeAreSentToAtATimeInTheOrderTheyCame) {
  const auto watchers = peers(1000);
  for (const FakeRef& watcher : watchers) tell(*watcher, "somebody came");
  dispatch.flush_some_patient();
  const std::size_t first = reached(watchers);
  EXPECT_GT(first, 0U);
  EXPECT_LT(first, 100U);
  EXPECT_FALSE(watchers[first - 1]->received.empty());
}

TEST_F(PatientTest, EverybodyIsReachedInTheEnd) {
  const auto watchers = peers(5000);
  for (const FakeRef& watcher : watchers) tell(*watcher, "somebody came");
  std::size_t turns = 0;
  for (; dispatch.has_patient(); ++turns) dispatch.flush_some_patient();
  EXPECT_EQ(reached(watchers), watchers.size());
  EXPECT_LT(turns, 100U);
}

TEST_F(PatientTest, WhatComesWhileOneWaitsGoesOutWithIt) {
  const FakeRef watcher = peer("watcher1");
  tell(*watcher, "came");
  tell(*watcher, "went");
  dispatch.flush_some_patient();
  EXPECT_EQ(watcher->messages(), (std::vector<std::string>{"came", "went"}));
  EXPECT_FALSE(dispatch.has_patient());
}

TEST_F(PatientTest, AMessageTakesWhatWaitsBeforeItAlong) {
  const FakeRef watcher = peer("watcher1");
  tell(*watcher, "somebody came");
  send(*watcher, "a message");
  dispatch.flush();
  EXPECT_EQ(watcher->messages(), (std::vector<std::string>{"somebody came", "a message"}));
}

TEST_F(PatientTest, WhoHasBeenSentToEarlyIsToldAgain) {
  const FakeRef watcher = peer("watcher1");
  tell(*watcher, "came");
  send(*watcher, "a message");
  dispatch.flush();
  tell(*watcher, "went");
  dispatch.flush_some_patient();
  EXPECT_EQ(watcher->messages().back(), "went");
}

TEST_F(PatientTest, NobodyIsForgottenAtTheEndOfADispatch) {
  const auto watchers = peers(1000);
  {
    Dispatch own{1 << 20};
    for (const FakeRef& watcher : watchers) {
      watcher->send(message_frame("came", false), 0, own, false, Urgency::patient);
    }
  }
  EXPECT_EQ(reached(watchers), watchers.size());
}

}  // namespace
}  // namespace plugboard::peer
