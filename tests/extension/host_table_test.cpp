// What a plugin gets when it asks the relay for something.
#include "extension/host_table.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

#include "extension/await.hpp"
#include "extension/fake_plugin.hpp"

namespace plugboard::extension::test {
namespace {

plugboard_bytes bytes(std::string_view text) { return {text.data(), text.size()}; }

class HostTableTest : public testing::Test {
 protected:
  HostTableTest() {
    instance_ = stage_.add(plugin_, "team");
    host_ = plugin_.host;
  }

  FakePlugin plugin_;
  Stage stage_;  // ends before the plugin
  std::shared_ptr<Instance> instance_;
  const plugboard_host* host_ = nullptr;
};

TEST_F(HostTableTest, SaysWhoItIs) {
  EXPECT_EQ(host_->size, sizeof(plugboard_host));
  EXPECT_EQ(host_->abi_minor, PLUGBOARD_ABI_MINOR);
  EXPECT_EQ(text(host_->instance_name), "team");
  EXPECT_EQ(host_->extension(host_, "plugboard.later/1"), nullptr);
}

TEST_F(HostTableTest, LogsUnderTheInstancesName) {
  host_->log(host_, PLUGBOARD_LOG_WARN, bytes("two\nlines"));
  ASSERT_FALSE(stage_.services.lines().empty());
  const auto line = stage_.services.lines().back();
  EXPECT_EQ(line.level, PLUGBOARD_LOG_WARN);
  EXPECT_EQ(line.instance, "team");
  EXPECT_EQ(line.text, "two\\nlines");
}

TEST_F(HostTableTest, AnUnknownLogLevelIsTakenForTheNearest) {
  host_->log(host_, 99, bytes("x"));
  EXPECT_EQ(stage_.services.lines().back().level, PLUGBOARD_LOG_ERROR);
  host_->log(host_, -1, bytes("x"));
  EXPECT_EQ(stage_.services.lines().back().level, PLUGBOARD_LOG_TRACE);
}

TEST_F(HostTableTest, AProblemOutsideOfCreateIsLogged) {
  host_->problem(host_, bytes("/file"), bytes("went away"));
  EXPECT_TRUE(stage_.services.logged("went away"));
}

TEST_F(HostTableTest, TellsTheTime) {
  EXPECT_EQ(host_->monotonic_ns(host_), stage_.services.monotonic_ns());
  EXPECT_EQ(host_->unix_ms(host_), stage_.services.unix_ms());
}

TEST_F(HostTableTest, RunsJobsOnTheWorkers) {
  Mailbox<int> ran;
  EXPECT_EQ(host_->run(
                host_, [](void* context) { static_cast<Mailbox<int>*>(context)->put(1); }, &ran),
            PLUGBOARD_OK);
  EXPECT_TRUE(ran.take());
}

TEST_F(HostTableTest, AJobThatThrowsIsSurvived) {
  EXPECT_EQ(host_->run(
                host_, [](void*) { throw std::runtime_error("job"); }, nullptr),
            PLUGBOARD_OK);
  EXPECT_TRUE(await([&] { return stage_.services.logged("a job threw an exception: job"); }));
}

TEST_F(HostTableTest, FiresTimers) {
  Mailbox<int> fired;
  plugboard_timer timer = 0;
  EXPECT_EQ(host_->timer_start(
                host_, 1'000'000, 0,
                [](void* context) { static_cast<Mailbox<int>*>(context)->put(1); }, &fired, &timer),
            PLUGBOARD_OK);
  stage_.advance(std::chrono::milliseconds(1));
  EXPECT_TRUE(fired.take());
}

TEST_F(HostTableTest, FindsAndListsPeers) {
  stage_.services.add_peer(7, "pwa:alice001");
  stage_.services.add_peer(8, "lab:bob00001");
  plugboard_peer peer = 0;
  EXPECT_EQ(host_->peer_find(host_, bytes("pwa:alice001"), &peer), PLUGBOARD_OK);
  EXPECT_EQ(peer, 7u);
  EXPECT_EQ(host_->peer_find(host_, bytes("pwa:nobody01"), &peer), PLUGBOARD_NOT_FOUND);
  std::vector<plugboard_peer> seen;
  const auto collect = [](void* context, const plugboard_peer_info* info) {
    static_cast<std::vector<plugboard_peer>*>(context)->push_back(info->peer);
    return PLUGBOARD_OK;
  };
  EXPECT_EQ(host_->peer_list(host_, bytes("pwa"), collect, &seen), PLUGBOARD_OK);
  EXPECT_EQ(seen, std::vector<plugboard_peer>{7});
}

TEST_F(HostTableTest, AListingStopsWhenItIsToldTo) {
  stage_.services.add_peer(7);
  stage_.services.add_peer(8);
  int seen = 0;
  host_->peer_list(
      host_, {},
      [](void* context, const plugboard_peer_info*) {
        ++*static_cast<int*>(context);
        return PLUGBOARD_NEXT;
      },
      &seen);
  EXPECT_EQ(seen, 1);
}

TEST_F(HostTableTest, ACallbackThatThrowsIsSurvived) {
  stage_.services.add_peer(7);
  const auto each = [](void*, const plugboard_peer_info*) -> plugboard_status { throw 1; };
  EXPECT_EQ(host_->peer_list(host_, {}, each, nullptr), PLUGBOARD_OK);
  EXPECT_TRUE(stage_.services.logged("a callback threw"));
}

TEST_F(HostTableTest, LooksAtOnePeer) {
  stage_.services.add_peer(7);
  plugboard_peer seen = 0;
  const auto look = [](void* context, const plugboard_peer_info* info) {
    *static_cast<plugboard_peer*>(context) = info->peer;
  };
  EXPECT_EQ(host_->peer_get(host_, 7, look, &seen), PLUGBOARD_OK);
  EXPECT_EQ(seen, 7u);
  EXPECT_EQ(host_->peer_get(host_, 9, look, &seen), PLUGBOARD_GONE);
}

TEST_F(HostTableTest, SendsTextThatIsUtf8AndAnyBinary) {
  stage_.services.add_peer(7);
  EXPECT_EQ(host_->peer_send(host_, 7, bytes("{}"), PLUGBOARD_SEND_TEXT), PLUGBOARD_OK);
  EXPECT_EQ(host_->peer_send(host_, 7, bytes("\xff"), PLUGBOARD_SEND_TEXT), PLUGBOARD_INVALID);
  EXPECT_EQ(host_->peer_send(host_, 7, bytes("\xff"), PLUGBOARD_SEND_BINARY), PLUGBOARD_OK);
  EXPECT_EQ(host_->peer_send(host_, 9, bytes("{}"), PLUGBOARD_SEND_TEXT), PLUGBOARD_GONE);
  EXPECT_EQ(stage_.services.sent().size(), 2u);
}

TEST_F(HostTableTest, SendsErrors) {
  stage_.services.add_peer(7);
  EXPECT_EQ(host_->peer_send_error(host_, 7, bytes("RUDE"), bytes("Mind your words")),
            PLUGBOARD_OK);
  EXPECT_EQ(stage_.services.sent().back().message, "RUDE: Mind your words");
  EXPECT_EQ(host_->peer_send_error(host_, 7, bytes("\xff"), {}), PLUGBOARD_INVALID);
}

TEST_F(HostTableTest, ClosesPeersWithWhatMayBeSent) {
  stage_.services.add_peer(7);
  EXPECT_EQ(host_->peer_close(host_, 7, 4000, bytes("enough")), PLUGBOARD_OK);
  EXPECT_EQ(stage_.services.closed(), std::vector<std::string>{"7 4000 enough"});
  for (const std::uint32_t code : {0u, 999u, 1004u, 1005u, 1006u, 1015u, 2999u, 5000u, 66536u}) {
    EXPECT_EQ(host_->peer_close(host_, 7, code, {}), PLUGBOARD_INVALID) << code;
  }
  const std::string reason(124, 'x');
  EXPECT_EQ(host_->peer_close(host_, 7, 1000, bytes(reason)), PLUGBOARD_INVALID);
}

TEST_F(HostTableTest, ShowsTheStats) {
  std::string seen;
  EXPECT_EQ(host_->stats(
                host_,
                [](void* context, plugboard_bytes json) {
                  *static_cast<std::string*>(context) = text(json);
                },
                &seen),
            PLUGBOARD_OK);
  EXPECT_EQ(seen, R"({"totalConnections":3})");
}

TEST_F(HostTableTest, FunctionsThatAreNotThereAreInvalid) {
  EXPECT_EQ(host_->run(host_, nullptr, nullptr), PLUGBOARD_INVALID);
  EXPECT_EQ(host_->peer_list(host_, {}, nullptr, nullptr), PLUGBOARD_INVALID);
  EXPECT_EQ(host_->peer_get(host_, 7, nullptr, nullptr), PLUGBOARD_INVALID);
  EXPECT_EQ(host_->peer_find(host_, {}, nullptr), PLUGBOARD_INVALID);
  EXPECT_EQ(host_->stats(host_, nullptr, nullptr), PLUGBOARD_INVALID);
  EXPECT_EQ(host_->credential_list(host_, nullptr, nullptr), PLUGBOARD_INVALID);
  EXPECT_EQ(host_->credential_revoke(host_, 0), PLUGBOARD_INVALID);
}

TEST_F(HostTableTest, AfterTheEndEveryCallIsGone) {
  instance_.reset();
  stage_.end();
  plugboard_timer timer = 0;
  plugboard_peer peer = 0;
  host_->log(host_, PLUGBOARD_LOG_ERROR, bytes("from beyond"));
  EXPECT_FALSE(stage_.services.logged("from beyond"));
  EXPECT_EQ(host_->complete(host_, 65536, PLUGBOARD_OK, nullptr), PLUGBOARD_GONE);
  EXPECT_EQ(host_->run(
                host_, [](void*) {}, nullptr),
            PLUGBOARD_GONE);
  EXPECT_EQ(host_->timer_start(
                host_, 1, 0, [](void*) {}, nullptr, &timer),
            PLUGBOARD_GONE);
  EXPECT_EQ(host_->peer_find(host_, bytes("pwa:alice001"), &peer), PLUGBOARD_GONE);
  EXPECT_EQ(host_->credential_revoke(host_, 1), PLUGBOARD_GONE);
}

TEST(InstanceEnd, JobsThatWereAcceptedRunBeforeDestroy) {
  FakePlugin plugin;
  std::atomic<int> run = 0;
  std::atomic<int> run_at_destroy = -1;
  Stage stage;
  plugin.destroy = [&] { run_at_destroy = run.load(); };
  stage.add(plugin);
  for (int i = 0; i < 50; ++i) {
    plugin.host->run(
        plugin.host, [](void* context) { ++*static_cast<std::atomic<int>*>(context); }, &run);
  }
  stage.end();
  EXPECT_EQ(run_at_destroy, 50);
}

TEST(InstanceEnd, TheHostStillWorksWithinDestroy) {
  FakePlugin plugin;
  Stage stage;
  plugin.destroy = [&] { plugin.host->log(plugin.host, PLUGBOARD_LOG_INFO, bytes("goodbye")); };
  stage.add(plugin);
  stage.end();
  EXPECT_TRUE(stage.services.logged("goodbye"));
}

TEST(InstanceEnd, TimersThatAreLeftAreStoppedBeforeDestroy) {
  FakePlugin plugin;
  std::atomic<bool> destroyed = false;
  Stage stage;
  plugin.destroy = [&] { destroyed = true; };
  stage.add(plugin);
  plugboard_timer timer = 0;
  plugin.host->timer_start(
      plugin.host, 0, 1'000'000,
      [](void* context) { EXPECT_FALSE(static_cast<std::atomic<bool>*>(context)->load()); },
      &destroyed, &timer);
  stage.advance(std::chrono::milliseconds(1));
  stage.end();
  EXPECT_TRUE(destroyed);
}

TEST(InstanceCreate, OneThatFailsIsNotDestroyed) {
  FakePlugin plugin;
  Stage stage;
  plugin.create = [](auto&&...) { return PLUGBOARD_ERROR; };
  plugin.destroy = [] { ADD_FAILURE() << "there was nothing to destroy"; };
  stage.add(plugin);
  ASSERT_EQ(stage.problems.size(), 1u);
  stage.end();
}

TEST(InstanceCreate, ProblemsOfOneThatGoesOnAreWarnings) {
  FakePlugin plugin;
  Stage stage;
  plugin.create = [](const plugboard_host* host, const std::string&) {
    host->problem(host, bytes("/file"), bytes("is empty"));
    return PLUGBOARD_OK;
  };
  stage.add(plugin);
  EXPECT_TRUE(stage.problems.empty());
  EXPECT_TRUE(stage.services.logged("is empty"));
}

}  // namespace
}  // namespace plugboard::extension::test
