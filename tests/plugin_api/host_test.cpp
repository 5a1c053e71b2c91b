#include <gtest/gtest.h>
#include <plugboard/host.hpp>
#include <plugboard/testing.hpp>

#include <stdexcept>
#include <vector>

using namespace std::chrono_literals;
using plugboard::Host;
using plugboard::Level;
using plugboard::PeerInfo;
using plugboard::Status;
using plugboard::Timer;
using plugboard::testing::TestHost;

namespace {

class HostOfAPlugin : public testing::Test {
 protected:
  TestHost relay;
  Host host{relay.table()};
};

}  // namespace

TEST_F(HostOfAPlugin, LogsLines) {
  host.warn("low on keys");
  ASSERT_EQ(relay.log().size(), 1u);
  EXPECT_EQ(relay.log()[0].level, Level::kWarn);
  EXPECT_EQ(relay.log()[0].text, "low on keys");
}

TEST_F(HostOfAPlugin, TellsTheTimesOfTheRelay) {
  const auto before = host.monotonic();
  relay.set_unix_time(1234ms);
  relay.advance(3s);
  EXPECT_EQ(host.monotonic() - before, 3s);
  EXPECT_EQ(host.unix_time(), 4234ms);
}

TEST_F(HostOfAPlugin, RunsJobsOnThePool) {
  int runs = 0;
  EXPECT_TRUE(host.run([&] { ++runs; }));
  EXPECT_EQ(runs, 0);
  relay.run_jobs();
  EXPECT_EQ(runs, 1);
}

TEST_F(HostOfAPlugin, SaysWhenThePoolIsFull) {
  relay.set_job_limit(0);
  bool ran = false;
  EXPECT_FALSE(host.run([&] { ran = true; }));
  relay.run_jobs();
  EXPECT_FALSE(ran);
}

TEST_F(HostOfAPlugin, LogsWhatJobsThrow) {
  host.run([] { throw std::runtime_error("no disk"); });
  relay.run_jobs();
  EXPECT_TRUE(relay.logged("job failed: no disk"));
}

TEST_F(HostOfAPlugin, FiresATimerOnce) {
  int fired = 0;
  const Timer timer = host.after(10ms, [&] { ++fired; });
  relay.advance(9ms);
  EXPECT_EQ(fired, 0);
  relay.advance(1ms);
  EXPECT_EQ(fired, 1);
  relay.advance(1h);
  EXPECT_EQ(fired, 1);
}

TEST_F(HostOfAPlugin, FiresATimerAgainAndAgain) {
  int fired = 0;
  const Timer timer = host.every(10ms, [&] { ++fired; });
  relay.advance(35ms);
  EXPECT_EQ(fired, 3);
}

TEST_F(HostOfAPlugin, StopsATimerThatIsDestroyed) {
  int fired = 0;
  {
    const Timer timer = host.every(10ms, [&] { ++fired; });
  }
  relay.advance(1s);
  EXPECT_EQ(fired, 0);
}

TEST_F(HostOfAPlugin, StopsATimerThatIsAssignedTo) {
  int first = 0;
  int second = 0;
  Timer timer = host.every(10ms, [&] { ++first; });
  timer = host.every(10ms, [&] { ++second; });
  relay.advance(10ms);
  EXPECT_EQ(first, 0);
  EXPECT_EQ(second, 1);
}

TEST_F(HostOfAPlugin, LetsATimerDestroyItself) {
  Timer timer;
  std::vector<int> runs;
  timer = host.every(10ms, [&, kept = std::vector<int>(100, 7)] {
    timer = Timer();
    runs.push_back(kept.back());
  });
  relay.advance(1s);
  EXPECT_EQ(runs, std::vector<int>{7});
}

TEST_F(HostOfAPlugin, LogsWhatTimersThrow) {
  const Timer timer = host.after(1ms, [] { throw std::runtime_error("no net"); });
  relay.advance(1ms);
  EXPECT_TRUE(relay.logged("timer failed: no net"));
}

TEST_F(HostOfAPlugin, ThrowsWhenThereAreTooManyTimers) {
  std::vector<Timer> timers;
  for (int i = 0; i < 1024; ++i) timers.push_back(host.every(1s, [] {}));
  EXPECT_THROW((void)host.every(1s, [] {}), std::runtime_error);
}

TEST_F(HostOfAPlugin, FindsPeersByAddress) {
  const auto alice = relay.add_peer({.channel = "pwa", .id = "alice001"});
  EXPECT_EQ(host.find("pwa:alice001"), alice);
  EXPECT_FALSE(host.find("pwa:bob00001").has_value());
}

TEST_F(HostOfAPlugin, ListsThePeersOfAChannel) {
  relay.add_peer({.channel = "pwa", .id = "alice001"});
  relay.add_peer({.channel = "ext", .id = "carol001"});
  relay.add_peer({.channel = "pwa", .id = "bob00001"});
  std::vector<std::string> seen;
  host.for_each_peer("pwa", [&](const PeerInfo& peer) { seen.emplace_back(peer.id); });
  EXPECT_EQ(seen, (std::vector<std::string>{"alice001", "bob00001"}));
}

TEST_F(HostOfAPlugin, StopsListingWhenTold) {
  relay.add_peer({.channel = "pwa", .id = "alice001"});
  relay.add_peer({.channel = "pwa", .id = "bob00001"});
  int seen = 0;
  host.for_each_peer("", [&](const PeerInfo&) { return ++seen < 1; });
  EXPECT_EQ(seen, 1);
}

TEST_F(HostOfAPlugin, PassesOnWhatACallbackThrows) {
  relay.add_peer({.channel = "pwa", .id = "alice001"});
  const auto listing = [&] {
    host.for_each_peer("", [](const PeerInfo&) { throw std::runtime_error("enough"); });
  };
  EXPECT_THROW(listing(), std::runtime_error);
}

TEST_F(HostOfAPlugin, ShowsAPeer) {
  const auto alice =
      relay.add_peer({.channel = "pwa", .id = "alice001", .attributes = R"({"role":"admin"})"});
  std::string attributes;
  EXPECT_TRUE(host.with_peer(alice, [&](const PeerInfo& peer) { attributes = peer.attributes; }));
  EXPECT_EQ(attributes, R"({"role":"admin"})");
  relay.remove_peer(alice);
  EXPECT_FALSE(host.with_peer(alice, [](const PeerInfo&) {}));
}

TEST_F(HostOfAPlugin, SendsToPeersAndClosesThem) {
  const auto alice = relay.add_peer({.channel = "pwa", .id = "alice001"});
  EXPECT_EQ(host.send(alice, "{}"), Status::kOk);
  EXPECT_EQ(host.send_binary(alice, "{ }"), Status::kOk);
  EXPECT_EQ(host.send_error(alice, "ODD", "It is odd"), Status::kOk);
  EXPECT_EQ(host.close(alice, 4000, "bye"), Status::kOk);
  const auto peer = relay.peer(alice);
  EXPECT_EQ(peer->sent, (std::vector<std::string>{
                            "{}", "{ }",
                            R"({"type":"error","payload":{"code":"ODD","message":"It is odd"}})"}));
  EXPECT_EQ(peer->close_code, 4000u);
  EXPECT_EQ(peer->close_reason, "bye");
}

TEST_F(HostOfAPlugin, SaysWhenAPeerHasGone) {
  const auto alice = relay.add_peer({.channel = "pwa", .id = "alice001"});
  relay.remove_peer(alice);
  EXPECT_EQ(host.send(alice, "{}"), Status::kGone);
  EXPECT_EQ(host.close(alice, 1000, ""), Status::kGone);
  EXPECT_EQ(host.set_data(alice, 1), Status::kGone);
  EXPECT_EQ(host.data(alice), 0u);
}

TEST_F(HostOfAPlugin, KeepsANumberForEachPeer) {
  const auto alice = relay.add_peer({.channel = "pwa", .id = "alice001"});
  EXPECT_EQ(host.data(alice), 0u);
  EXPECT_EQ(host.set_data(alice, 42), Status::kOk);
  EXPECT_EQ(host.data(alice), 42u);
}

TEST_F(HostOfAPlugin, RevokesCredentials) {
  relay.set_credential(5, 2);
  EXPECT_TRUE(host.revoke(5));
  EXPECT_FALSE(host.revoke(6));
  EXPECT_EQ(relay.revoked(), (std::vector<std::uint64_t>{5, 6}));
}

TEST_F(HostOfAPlugin, ListsCredentials) {
  relay.set_credential(5, 2);
  relay.set_credential(6, 1);
  std::vector<std::uint64_t> seen;
  host.for_each_credential([&](std::uint64_t credential, std::uint64_t connections) {
    seen.push_back(credential * 10 + connections);
  });
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{52, 61}));
}

TEST_F(HostOfAPlugin, CopiesTheStats) { EXPECT_EQ(host.stats(), R"({"totalConnections":0})"); }

TEST_F(HostOfAPlugin, NamesItself) {
  EXPECT_EQ(host.relay_version(), "0.0.0-test");
  EXPECT_EQ(host.instance_name(), "under-test");
}
