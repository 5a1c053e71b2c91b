#include <gtest/gtest.h>

#include "plugins/examples/example.hpp"

using plugboard::testing::TestHost;
using plugboard::testing::TestInstance;

TEST(Greeter, GreetsPeersAndCountsTheirTime) {
  TestHost host;
  const TestHost::TestPeer alice{.channel = "pwa", .id = "ali\"ce01"};
  const auto peer = host.add_peer(alice);
  {
    const TestInstance greeter(example("greeter"), host, "{}");
    TestHost::with_info(peer, alice, [&](const plugboard_peer_info& info) {
      greeter.hook().peer_connected(greeter.self(), &info);
      plugboard_peer_end end{};
      end.size = sizeof end;
      end.peer = &info;
      end.duration_ms = 1234;
      greeter.hook().peer_disconnected(greeter.self(), &end);
    });
  }
  EXPECT_EQ(host.peer(peer)->sent,
            std::vector<std::string>{R"({"type":"welcome","payload":{"id":"ali\"ce01"}})"});
  EXPECT_TRUE(host.logged("greeted 1 peers, who stayed 1234 ms in all"));
}

TEST(Greeter, DoesNotCountPeersThatHaveGone) {
  TestHost host;
  {
    const TestInstance greeter(example("greeter"), host, "{}");
    TestHost::with_info(99, {.channel = "pwa", .id = "alice001"},
                        [&](const plugboard_peer_info& info) {
                          greeter.hook().peer_connected(greeter.self(), &info);
                        });
  }
  EXPECT_TRUE(host.logged("greeted 0 peers"));
}

TEST(Greeter, HasATableThatEndsEarly) {
  const plugboard_plugin& plugin = plugboard::testing::load_plugin(example("greeter"));
  const auto* hook = static_cast<const plugboard_hook*>(plugin.kind(PLUGBOARD_HOOK_ID));
  ASSERT_NE(hook, nullptr);
  EXPECT_EQ(hook->size, offsetof(plugboard_hook, message));
  EXPECT_EQ(plugin.size, sizeof(plugboard_plugin));
  EXPECT_EQ(plugin.kind(PLUGBOARD_KEY_STORE_ID), nullptr);
}
