#include "peer/registry.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "fake_peer.hpp"

namespace plugboard::peer {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::string status(std::string_view address, bool online) {
  return R"({"type":"peer-status","payload":{"address":")" + std::string(address) +
         R"(","online":)" + (online ? "true}}" : "false}}");
}

class RegistryTest : public testing::Test {
 protected:
  Channel channel{"pwa", 0};
  Channel other_channel{"game", 1};
  Registry registry;
  Dispatch dispatch{1 << 20};

  FakeRef peer(std::string_view id, Channel* on = nullptr) {
    FakeRef made(new FakePeer(on != nullptr ? *on : channel, id));
    made->open();
    return made;
  }
  FakeRef joined(std::string_view id, Channel* on = nullptr) {
    FakeRef made = peer(id, on);
    registry.add(*made, false, {}, dispatch);
    dispatch.flush_all();
    return made;
  }
  std::vector<std::string> take_messages(FakePeer& from) {
    dispatch.flush_all();
    auto messages = from.messages();
    from.received.clear();
    return messages;
  }
};

TEST_F(RegistryTest, FindsAPeerByItsAddress) {
  const FakeRef alice = joined("alice001");
  EXPECT_EQ(registry.find("pwa:alice001"), alice);
  EXPECT_EQ(registry.find("pwa:alice002"), nullptr);
  EXPECT_EQ(registry.find("game:alice001"), nullptr);
}

TEST_F(RegistryTest, ANewConnectionReplacesTheHolderOfItsAddress) {
  const FakeRef old = joined("alice001");
  const FakeRef successor = peer("alice001");
  const auto added = registry.add(*successor, false, {}, dispatch);
  EXPECT_EQ(added.replaced, old);
  EXPECT_EQ(registry.find("pwa:alice001"), successor);
  EXPECT_FALSE(old->registered());
}

TEST_F(RegistryTest, LateCloseOfAReplacedPeerLeavesItsSuccessorReachable) {
  const FakeRef old = joined("alice001");
  const FakeRef successor = joined("alice001");
  EXPECT_FALSE(registry.remove(*old, dispatch));
  EXPECT_EQ(registry.find("pwa:alice001"), successor);
}

TEST_F(RegistryTest, AHolderThatMayNotBeReplacedStays) {
  const FakeRef old = joined("alice001");
  const FakeRef newcomer = peer("alice001");
  EXPECT_TRUE(registry.add(*newcomer, true, {}, dispatch).in_use);
  EXPECT_EQ(registry.find("pwa:alice001"), old);
}

TEST_F(RegistryTest, AStaleHolderIsReplacedAllTheSame) {
  const FakeRef old = joined("alice001");
  old->heard(100);
  const FakeRef newcomer = peer("alice001");
  EXPECT_FALSE(registry.add(*newcomer, true, {.now_cs = 131, .after_cs = 30}, dispatch).in_use);
  EXPECT_EQ(registry.find("pwa:alice001"), newcomer);
}

TEST_F(RegistryTest, AHolderIsNotStaleBeforeItsTime) {
  const FakeRef old = joined("alice001");
  old->heard(100);
  const FakeRef newcomer = peer("alice001");
  EXPECT_TRUE(registry.add(*newcomer, true, {.now_cs = 130, .after_cs = 30}, dispatch).in_use);
}

TEST_F(RegistryTest, AHolderIsStaleAlsoWhereTheClockStartsAgain) {
  const FakeRef old = joined("alice001");
  old->heard(0xFFFFFFFF);
  const FakeRef newcomer = peer("alice001");
  EXPECT_TRUE(registry.add(*newcomer, true, {.now_cs = 20, .after_cs = 30}, dispatch).in_use);
  EXPECT_FALSE(registry.add(*newcomer, true, {.now_cs = 30, .after_cs = 30}, dispatch).in_use);
}

TEST_F(RegistryTest, AHolderThatWasHeardOfByAClockThatIsAheadIsNotStale) {
  const FakeRef old = joined("alice001");
  old->heard(101);
  const FakeRef newcomer = peer("alice001");
  EXPECT_TRUE(registry.add(*newcomer, true, {.now_cs = 100, .after_cs = 30}, dispatch).in_use);
}

TEST_F(RegistryTest, AHolderWhoseEndHasBegunIsNotInTheWay) {
  const FakeRef old = joined("alice001");
  old->lose(EndReason::closed);
  const FakeRef newcomer = peer("alice001");
  EXPECT_FALSE(registry.add(*newcomer, true, {}, dispatch).in_use);
}

TEST_F(RegistryTest, AWatchIsAnsweredAtOnce) {
  const FakeRef alice = joined("alice001");
  joined("bob00001");
  registry.watch(*alice, "pwa:bob00001", 10, dispatch);
  registry.watch(*alice, "pwa:carol001", 10, dispatch);
  EXPECT_THAT(take_messages(*alice),
              ElementsAre(status("pwa:bob00001", true), status("pwa:carol001", false)));
}

TEST_F(RegistryTest, AWatcherSeesAPeerComeAndGo) {
  const FakeRef alice = joined("alice001");
  registry.watch(*alice, "pwa:bob00001", 10, dispatch);
  take_messages(*alice);
  const FakeRef bob = joined("bob00001");
  EXPECT_THAT(take_messages(*alice), ElementsAre(status("pwa:bob00001", true)));
  registry.remove(*bob, dispatch);
  EXPECT_THAT(take_messages(*alice), ElementsAre(status("pwa:bob00001", false)));
}

TEST_F(RegistryTest, WatchersSeeNothingOfAReplacement) {
  const FakeRef alice = joined("alice001");
  const FakeRef bob = joined("bob00001");
  registry.watch(*alice, "pwa:bob00001", 10, dispatch);
  take_messages(*alice);
  joined("bob00001");
  registry.remove(*bob, dispatch);
  EXPECT_THAT(take_messages(*alice), IsEmpty());
}

TEST_F(RegistryTest, WatchesStayWithTheAddressWhenItIsReplaced) {
  const FakeRef old = joined("alice001");
  registry.watch(*old, "pwa:bob00001", 10, dispatch);
  take_messages(*old);
  const FakeRef successor = joined("alice001");
  registry.remove(*old, dispatch);
  registry.drop_watches(*old);
  joined("bob00001");
  EXPECT_THAT(take_messages(*successor), ElementsAre(status("pwa:bob00001", true)));
  EXPECT_THAT(take_messages(*old), IsEmpty());
}

TEST_F(RegistryTest, AWatchThatHasEndedIsSilent) {
  const FakeRef alice = joined("alice001");
  registry.watch(*alice, "pwa:bob00001", 10, dispatch);
  registry.unwatch(*alice, "pwa:bob00001");
  take_messages(*alice);
  joined("bob00001");
  EXPECT_THAT(take_messages(*alice), IsEmpty());
  EXPECT_EQ(registry.watched(), 0U);
}

TEST_F(RegistryTest, WatchesAreBounded) {
  const FakeRef alice = joined("alice001");
  EXPECT_EQ(registry.watch(*alice, "pwa:bob00001", 1, dispatch), Registry::Watch::done);
  EXPECT_EQ(registry.watch(*alice, "pwa:carol001", 1, dispatch), Registry::Watch::too_many);
  EXPECT_EQ(registry.watch(*alice, "pwa:bob00001", 1, dispatch), Registry::Watch::done);
}

TEST_F(RegistryTest, LeavingDropsAllWatches) {
  const FakeRef alice = joined("alice001");
  registry.watch(*alice, "pwa:bob00001", 10, dispatch);
  registry.watch_channel(*alice, channel, 10, dispatch);
  registry.remove(*alice, dispatch);
  registry.drop_watches(*alice);
  EXPECT_EQ(registry.watched(), 0U);
}

TEST_F(RegistryTest, AChannelWatchTellsOfEverybodyOnItTheWatcherIncluded) {
  const FakeRef alice = joined("alice001");
  joined("bob00001");
  joined("carol001", &other_channel);
  registry.watch_channel(*alice, channel, 10, dispatch);
  EXPECT_THAT(take_messages(*alice),
              UnorderedElementsAre(status("pwa:alice001", true), status("pwa:bob00001", true)));
}

TEST_F(RegistryTest, AChannelWatchTellsOfChanges) {
  const FakeRef alice = joined("alice001");
  registry.watch_channel(*alice, channel, 10, dispatch);
  take_messages(*alice);
  const FakeRef bob = joined("bob00001");
  joined("carol001", &other_channel);
  registry.remove(*bob, dispatch);
  EXPECT_THAT(take_messages(*alice),
              ElementsAre(status("pwa:bob00001", true), status("pwa:bob00001", false)));
}

TEST_F(RegistryTest, WhoWatchesChannelAndAddressHearsOfAChangeOnce) {
  const FakeRef alice = joined("alice001");
  registry.watch_channel(*alice, channel, 10, dispatch);
  registry.watch(*alice, "pwa:bob00001", 10, dispatch);
  take_messages(*alice);
  joined("bob00001");
  EXPECT_THAT(take_messages(*alice), ElementsAre(status("pwa:bob00001", true)));
}

TEST_F(RegistryTest, WhileThereIsNoRoomOnlyTheLatestStatusOfAnAddressIsKept) {
  const FakeRef alice = joined("alice001");
  registry.watch(*alice, "pwa:bob00001", 10, dispatch);
  take_messages(*alice);
  alice->socket_room = 0;
  const std::string filling(Subscriber::kRoomBytes, 'x');
  alice->send(filling, filling.size(), dispatch);
  for (int i = 0; i < 10; ++i) {
    const FakeRef bob = joined("bob00001");
    registry.remove(*bob, dispatch);
  }
  dispatch.flush_all();
  alice->drain(SIZE_MAX);
  EXPECT_TRUE(alice->presence_continued);
  alice->received.clear();
  registry.continue_presence(*alice, dispatch);
  EXPECT_THAT(take_messages(*alice), ElementsAre(status("pwa:bob00001", false)));
}

TEST_F(RegistryTest, ALargeChannelIsToldAsRoomAllowsAndEndsNobody) {
  std::vector<FakeRef> peers;
  for (int i = 0; i < 5000; ++i) peers.push_back(joined("peer" + std::to_string(10'000 + i)));
  const FakeRef watcher = joined("watcher1");
  watcher->socket_room = 1000;
  registry.watch_channel(*watcher, channel, 10, dispatch);
  dispatch.flush_all();
  EXPECT_LT(watcher->waiting_bytes(), 3 * Subscriber::kRoomBytes);
  while (watcher->messages().size() < peers.size() + 1) {
    watcher->drain(50'000);
    registry.continue_presence(*watcher, dispatch);
    dispatch.flush_all();
  }
  EXPECT_EQ(watcher->finishes, 0);
  EXPECT_EQ(watcher->messages().size(), peers.size() + 1);
}

TEST_F(RegistryTest, ManyThreadsJoinReplaceWatchAndLeave) {
  constexpr int kThreads = 4;
  std::vector<std::thread> threads;
  for (int number = 0; number < kThreads; ++number) {
    threads.emplace_back([&, number] {
      Dispatch own{1 << 20};
      for (int round = 0; round < 300; ++round) {
        FakeRef made(new FakePeer(channel, "shared0" + std::to_string(round % 3)));
        made->open();
        const auto added = registry.add(*made, false, {}, own);
        // As in the relay, only who is registered watches.
        registry.watch(*made, "pwa:shared0" + std::to_string(number % 3), 10, own);
        registry.watch_channel(*made, channel, 10, own);
        if (added.replaced != nullptr) registry.drop_watches(*added.replaced);
        own.flush_all();
        made->lose(EndReason::closed);
        registry.remove(*made, own);
        registry.drop_watches(*made);
        own.flush_all();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(registry.size(), 0U);
  EXPECT_EQ(channel.active(), 0U);
}

}  // namespace
}  // namespace plugboard::peer
