// Who is there: watch, unwatch, whole channels.
#include "flow/suite.hpp"

#include <map>

namespace plugboard::test {
namespace {

class Presence : public SharedRelay<Presence> {
 public:
  static Manifest manifest() {
    return {.server = "max_watches = 20\n",
            .channels =
                "[[channel]]\nname = \"pwa\"\n"
                "[[channel]]\nname = \"lobby\"\npresence_list = true\n"};
  }

 protected:
  Peer alice_{endpoint(), fresh_id()};
};

TEST_F(Presence, AWatchIsAnsweredWithTheStatusOfNow) {
  const Peer bob(endpoint(), fresh_id());
  EXPECT_EQ(alice_.watch(bob.address()), peer_status(bob.address(), true));
  EXPECT_EQ(alice_.watch("pwa:nobody01"), peer_status("pwa:nobody01", false));
}

TEST_F(Presence, EachChangeIsTold) {
  const std::string id = fresh_id();
  alice_.watch("pwa:" + id);
  for (int i = 0; i < 3; ++i) {
    Peer bob(endpoint(), id);
    EXPECT_EQ(alice_.receive_json(), peer_status("pwa:" + id, true));
    bob.socket().close();
    EXPECT_EQ(alice_.receive_json(), peer_status("pwa:" + id, false));
  }
}

TEST_F(Presence, ALossOfTheTcpConnectionIsAChange) {
  const std::string id = fresh_id();
  RawSocket bob(endpoint());
  bob.upgrade("/pwa/" + id);
  ASSERT_TRUE(await([&] { return alice_.watch("pwa:" + id) == peer_status("pwa:" + id, true); }));
  bob.reset();
  EXPECT_EQ(alice_.receive_json(), peer_status("pwa:" + id, false));
}

TEST_F(Presence, AnUnwatchEndsIt) {
  const std::string id = fresh_id();
  alice_.watch("pwa:" + id);
  alice_.send_text(unwatch("pwa:" + id));
  alice_.fence();
  const Peer bob(endpoint(), id);
  alice_.fence();
}

TEST_F(Presence, AnUnwatchOfWhatIsNotWatchedIsHarmless) {
  alice_.send_text(unwatch("pwa:nobody01"));
  alice_.send_text(unwatch("nonsense"));
  alice_.fence();
}

TEST_F(Presence, WatchingTwiceIsWatchingOnceAndAnsweredEachTime) {
  const std::string id = fresh_id();
  EXPECT_EQ(alice_.watch("pwa:" + id), peer_status("pwa:" + id, false));
  EXPECT_EQ(alice_.watch("pwa:" + id), peer_status("pwa:" + id, false));
  const Peer bob(endpoint(), id);
  EXPECT_EQ(alice_.receive_json(), peer_status("pwa:" + id, true));
  alice_.fence();
}

TEST_F(Presence, APeerMayWatchItself) {
  EXPECT_EQ(alice_.watch(alice_.address()), peer_status(alice_.address(), true));
}

TEST_F(Presence, EveryWatcherIsTold) {
  const std::string id = fresh_id();
  std::vector<std::unique_ptr<Peer>> watchers;
  for (int i = 0; i < 10; ++i) {
    watchers.push_back(std::make_unique<Peer>(endpoint(), fresh_id()));
    watchers.back()->watch("pwa:" + id);
  }
  const Peer bob(endpoint(), id);
  for (const auto& watcher : watchers) {
    EXPECT_EQ(watcher->receive_json(), peer_status("pwa:" + id, true));
  }
}

TEST_F(Presence, AWatchEndsWithItsWatcher) {
  const std::string id = fresh_id();
  const std::string watcher_id = fresh_id();
  {
    Peer watcher(endpoint(), watcher_id);
    watcher.watch("pwa:" + id);
    watcher.socket().close();
  }
  Peer again(endpoint(), watcher_id);
  const Peer bob(endpoint(), id);
  again.fence();
}

TEST_F(Presence, AMemberOfTheMessageMayBeEscaped) {
  alice_.send_text(R"({"t\u0079pe":"w\u0061tch","\u0061ddress":"pwa\u003anobody01"})");
  EXPECT_EQ(alice_.receive_json(), peer_status("pwa:nobody01", false));
}

TEST_F(Presence, AnAnswerAndLaterChangesNeverArriveReversed) {
  // A peer goes at the moment at which another asks for it: "online" may come or not, but what
  // comes last must be the truth, which is "offline".
  for (int i = 0; i < 30; ++i) {
    const std::string id = fresh_id();
    const nlohmann::json online = peer_status("pwa:" + id, true);
    const nlohmann::json offline = peer_status("pwa:" + id, false);
    RawSocket bob(endpoint());
    bob.upgrade("/pwa/" + id, "", ping_frame("in"));
    ASSERT_TRUE(bob.frame().is(Opcode::kPong));
    alice_.send_text(watch("pwa:" + id));
    bob.reset();
    nlohmann::json last = alice_.receive_json();
    if (last == online) last = alice_.receive_json();
    ASSERT_EQ(last, offline);
    alice_.fence();
    alice_.send_text(unwatch("pwa:" + id));
  }
}

TEST_F(Presence, TooManyWatchesAreRefusedAndTheOthersStay) {
  for (int i = 0; i < 20; ++i) alice_.watch("pwa:watched" + std::to_string(100 + i));
  const nlohmann::json told = alice_.watch("pwa:onemore1");
  EXPECT_EQ(told.at("type"), "error");
  EXPECT_EQ(told.at("payload").at("code"), "TOO_MANY_WATCHES");
  const Peer bob(endpoint(), "watched100");
  EXPECT_EQ(alice_.receive_json(), peer_status("pwa:watched100", true));
  alice_.send_text(unwatch("pwa:watched119"));
  EXPECT_EQ(alice_.watch("pwa:onemore1"), peer_status("pwa:onemore1", false));
}

TEST_F(Presence, AWholeChannelIsListedTheWatcherIncluded) {
  Peer one(endpoint(), "lobbyist1", {.channel = "lobby"});
  const Peer two(endpoint(), "lobbyist2", {.channel = "lobby"});
  const Peer elsewhere(endpoint(), "lobbyist3");
  one.send_text(watch("lobby:*"));
  std::map<std::string, bool> seen;
  for (int i = 0; i < 2; ++i) {
    const nlohmann::json status = one.receive_json().at("payload");
    seen[status.at("address")] = status.at("online");
  }
  EXPECT_EQ(seen,
            (std::map<std::string, bool>{{"lobby:lobbyist1", true}, {"lobby:lobbyist2", true}}));
  one.fence();
}

TEST_F(Presence, AWholeChannelIsFollowed) {
  Peer watcher(endpoint(), fresh_id());
  watcher.send_text(watch("lobby:*"));
  watcher.fence();
  {
    Peer comer(endpoint(), "followed1", {.channel = "lobby"});
    EXPECT_EQ(watcher.receive_json(), peer_status("lobby:followed1", true));
    comer.socket().close();
  }
  EXPECT_EQ(watcher.receive_json(), peer_status("lobby:followed1", false));
  watcher.send_text(unwatch("lobby:*"));
  watcher.fence();
  const Peer unseen(endpoint(), "followed2", {.channel = "lobby"});
  watcher.fence();
}

TEST_F(Presence, WhereAChannelIsNotListedItsStarIsNobody) {
  EXPECT_EQ(alice_.watch("pwa:*"), peer_status("pwa:*", false));
  const Peer bob(endpoint(), fresh_id());
  alice_.fence();
}

TEST(PresenceOfACrowd, EndsNobodyHoweverSmallTheOutbox) {
  const RelayProcess relay({.server = "outbox_limit = \"16 KiB\"\nmax_message = \"8 KiB\"\n",
                            .channels = "[[channel]]\nname = \"lobby\"\npresence_list = true\n"});
  constexpr int kCrowd = 600;  // their statuses take four times the outbox
  std::vector<std::unique_ptr<RawSocket>> crowd;
  for (int i = 0; i < kCrowd; ++i) {
    crowd.push_back(std::make_unique<RawSocket>(relay.endpoint()));
    crowd.back()->upgrade("/lobby/crowd" + std::to_string(1000 + i), "", ping_frame("in"));
    ASSERT_TRUE(crowd.back()->frame().is(Opcode::kPong));
  }
  RawSocket watcher(relay.endpoint(), {.receive_buffer = 4096});
  watcher.upgrade("/lobby/watcher01");
  watcher.send(text_frame(watch("lobby:*")));
  std::map<std::string, int> seen;
  for (int i = 0; i < kCrowd + 1; ++i) {
    const auto status = nlohmann::json::parse(watcher.frame().payload);
    EXPECT_EQ(status.at("payload").at("online"), true);
    ++seen[status.at("payload").at("address")];
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(kCrowd) + 1);
}

}  // namespace
}  // namespace plugboard::test
