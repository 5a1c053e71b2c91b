// Two connections that want the same id.
#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

class Replacing : public SharedRelay<Replacing> {
 public:
  static Manifest manifest() { return {}; }

 protected:
  static Refusal replaced() {
    return refused("REPLACED", "Replaced by new connection", 1000, "Replaced");
  }
};

TEST_F(Replacing, TellsTheOldConnectionAndClosesIt) {
  const std::string id = fresh_id();
  Peer old_one(endpoint(), id);
  Peer new_one(endpoint(), id);
  EXPECT_EQ(await_refusal(old_one.socket()), replaced());
}

TEST_F(Replacing, TheNewConnectionHoldsTheAddress) {
  const std::string id = fresh_id();
  Peer old_one(endpoint(), id);
  Peer new_one(endpoint(), id);
  Peer sender(endpoint(), fresh_id());
  const std::string message = sender.send(new_one.address(), "for the new one");
  EXPECT_EQ(new_one.receive(), message);
  EXPECT_EQ(await_refusal(old_one.socket()), replaced());
}

TEST_F(Replacing, TheLateCloseOfTheOldSocketTouchesNothingOfTheNewOne) {
  const std::string id = fresh_id();
  RawSocket old_one(endpoint());
  old_one.upgrade("/pwa/" + id);
  Peer sender(endpoint(), fresh_id());
  ASSERT_TRUE(await([&] { return sender.watch("pwa:" + id) == peer_status("pwa:" + id, true); }));
  Peer new_one(endpoint(), id);
  // The old client has not answered the Close yet; now its TCP connection breaks.
  EXPECT_TRUE(old_one.frame().is(Opcode::kText));
  EXPECT_TRUE(old_one.frame().is(Opcode::kClose));
  old_one.reset();
  const std::string message = sender.send(new_one.address(), "still there");
  EXPECT_EQ(new_one.receive(), message);
  EXPECT_EQ(sender.watch(new_one.address()), peer_status(new_one.address(), true));
}

TEST_F(Replacing, WatchersSeeNoGap) {
  const std::string id = fresh_id();
  Peer old_one(endpoint(), id);
  Peer watcher(endpoint(), fresh_id());
  watcher.watch(old_one.address());
  Peer new_one(endpoint(), id);
  EXPECT_EQ(await_refusal(old_one.socket()), replaced());
  watcher.fence();
  new_one.socket().close();
  EXPECT_EQ(watcher.receive_json(), peer_status(old_one.address(), false));
}

TEST_F(Replacing, TheWatchesOfAnAddressStayWithIt) {
  const std::string id = fresh_id();
  Peer watched(endpoint(), fresh_id());
  Peer old_one(endpoint(), id);
  old_one.watch(watched.address());
  Peer new_one(endpoint(), id);
  watched.socket().close();
  EXPECT_EQ(new_one.receive_json(), peer_status(watched.address(), false));
}

TEST_F(Replacing, WhatTheOldConnectionSendsAfterwardsGoesNowhere) {
  const std::string id = fresh_id();
  RawSocket old_one(endpoint());
  old_one.upgrade("/pwa/" + id);
  Peer receiver(endpoint(), fresh_id());
  ASSERT_TRUE(await([&] { return receiver.watch("pwa:" + id) == peer_status("pwa:" + id, true); }));
  receiver.send_text(unwatch("pwa:" + id));
  Peer new_one(endpoint(), id);
  EXPECT_TRUE(old_one.frame().is(Opcode::kText));
  EXPECT_TRUE(old_one.frame().is(Opcode::kClose));
  old_one.try_send(text_frame(routed("pwa:" + id, receiver.address(), "too late")));
  old_one.try_send(close_frame(1000));
  EXPECT_TRUE(old_one.await_end());
  const std::string message = new_one.send(receiver.address(), "in time");
  EXPECT_EQ(receiver.receive(), message);
}

TEST_F(Replacing, GoesOnThroughManyConnectionsForOneId) {
  const std::string id = fresh_id();
  Peer sender(endpoint(), fresh_id());
  auto holder = std::make_unique<Peer>(endpoint(), id);
  for (int i = 0; i < 20; ++i) {
    auto next = std::make_unique<Peer>(endpoint(), id);
    EXPECT_EQ(await_refusal(holder->socket()), replaced());
    holder = std::move(next);
  }
  const std::string message = sender.send(holder->address(), "the last one holds it");
  EXPECT_EQ(holder->receive(), message);
}

class Rejecting : public SharedRelay<Rejecting> {
 public:
  static Manifest manifest() {
    return {.channels = "[[channel]]\nname = \"pwa\"\non_duplicate = \"reject\"\n"};
  }

 protected:
  static Refusal in_use() {
    return refused("ID_IN_USE", "ID already connected on this channel", 1008, "ID in use");
  }
};

TEST_F(Rejecting, TurnsTheSecondConnectionAway) {
  const Peer holder(endpoint(), "holder01");
  EXPECT_EQ(refusal_of(endpoint(), "/pwa/holder01"), in_use());
}

TEST_F(Rejecting, LeavesTheFirstConnectionAlone) {
  const std::string id = fresh_id();
  Peer holder(endpoint(), id);
  EXPECT_EQ(refusal_of(endpoint(), "/pwa/" + id), in_use());
  const std::string message = holder.send(holder.address(), "to myself");
  EXPECT_EQ(holder.receive(), message);
}

TEST_F(Rejecting, FreesTheIdWhenItsHolderLeaves) {
  const std::string id = fresh_id();
  {
    Peer holder(endpoint(), id);
    holder.socket().close();
  }
  EXPECT_NO_THROW(Peer(endpoint(), id));
}

TEST_F(Rejecting, WatchersHearNothingOfTheRefusedOne) {
  const std::string id = fresh_id();
  const Peer holder(endpoint(), id);
  Peer watcher(endpoint(), fresh_id());
  EXPECT_EQ(watcher.watch(holder.address()), peer_status(holder.address(), true));
  EXPECT_EQ(refusal_of(endpoint(), "/pwa/" + id), in_use());
  watcher.fence();
}

Manifest evicting(const std::string& after) {
  return {.channels = "[[channel]]\nname = \"pwa\"\non_duplicate = \"reject\"\nstale_evict = \"" +
                      after + "\"\n"};
}

TEST(StaleEvict, ReplacesAHolderThatHasBeenSilentForThatLong) {
  const RelayProcess relay(evicting("300ms"));
  Peer silent(relay.endpoint(), "holder01");
  EXPECT_TRUE(await([&] { return comes_in(relay.endpoint(), "holder01"); }));
  EXPECT_EQ(await_refusal(silent.socket()),
            refused("REPLACED", "Replaced by new connection", 1000, "Replaced"));
}

TEST(StaleEvict, LeavesAHolderThatShowsSignsOfLife) {
  const RelayProcess relay(evicting("1h"));
  Peer holder(relay.endpoint(), "holder01");
  EXPECT_EQ(refusal_of(relay.endpoint(), "/pwa/holder01").error.at("payload").at("code"),
            "ID_IN_USE");
  holder.fence();
}

}  // namespace
}  // namespace plugboard::test
