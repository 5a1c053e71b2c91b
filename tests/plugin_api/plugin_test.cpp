// The life of a plugin class: described, made, reconfigured, destroyed.
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <stdexcept>
#include <string>

#include "plugin_api/described.hpp"

using plugboard::Config;
using plugboard::Host;
using plugboard::Plugin;
using plugboard::testing::TestHost;

namespace {

struct Minimal : Plugin {
  plugboard::Verdict lookup(const plugboard::KeyRequest&) { return plugboard::allow(); }
};

struct Complete : Plugin {
  static std::string_view config_schema() { return R"({"type":"object"})"; }
  static std::string_view summary() { return "Does everything."; }
  static constexpr bool blocking() { return true; }
  static void check(Host host, const Config& config) { host.info(config.string("file")); }

  explicit Complete(const Config& config) : word(config.string("word", "none")) {
    host().info("made with " + word);
  }
  ~Complete() { host().info("destroyed with " + word); }

  auto reconfigure(const Config& config) {
    return [this, next = config.string("word")] { word = next; };
  }
  void drain() { host().info("drained"); }
  void cancel(plugboard_token token) { host().info("cancelled " + std::to_string(token)); }
  void peer_connected(const plugboard::PeerInfo&) {}

  std::string word;
};

struct ByHand : Plugin {
  void peer_connected(const plugboard::PeerInfo&) { host().info("active " + active); }
  void prepare(const Config& config) { prepared = config.string("word"); }
  void commit() { active = prepared; }
  void abort() { prepared.clear(); }
  std::string active = "none";
  std::string prepared;
};

struct Refusing : Plugin {
  explicit Refusing(const Config& config) {
    if (config.has("file")) config.fail("file", "cannot be read");
    if (config.has("odd")) throw std::runtime_error("something else");
    if (config.has("strange")) throw 1;  // NOLINT: what a careless plugin may do
  }
  plugboard::Verdict lookup(const plugboard::KeyRequest&) { return plugboard::allow(); }
};

struct Final final : Plugin {
  void peer_connected(const plugboard::PeerInfo&) {}
};

std::string view(plugboard_bytes bytes) { return std::string(plugboard::detail::view(bytes)); }

}  // namespace

TEST(PluginClass, DescribesItself) {
  const plugboard_plugin& plugin = described<Complete>();
  EXPECT_EQ(plugin.size, sizeof plugin);
  EXPECT_EQ(plugin.abi_major, PLUGBOARD_ABI_MAJOR);
  EXPECT_EQ(plugin.abi_minor, PLUGBOARD_ABI_MINOR);
  EXPECT_EQ(view(plugin.name), "under-test");
  EXPECT_EQ(view(plugin.version), "1.2.3");
  EXPECT_EQ(view(plugin.summary), "Does everything.");
  EXPECT_EQ(view(plugin.config_schema), R"({"type":"object"})");
  EXPECT_EQ(plugin.flags, PLUGBOARD_FLAG_BLOCKING);
}

TEST(PluginClass, LeavesOutWhatItHasNot) {
  const plugboard_plugin& plugin = described<Minimal>();
  EXPECT_EQ(plugin.flags, 0u);
  EXPECT_EQ(plugin.prepare, nullptr);
  EXPECT_EQ(plugin.commit, nullptr);
  EXPECT_EQ(plugin.abort, nullptr);
  EXPECT_EQ(plugin.drain, nullptr);
  EXPECT_EQ(plugin.cancel, nullptr);
}

TEST(PluginClass, TakesNoConfigIfItsConstructorTakesNone) {
  EXPECT_EQ(view(described<Minimal>().config_schema), "");
}

TEST(PluginClass, TakesAnyConfigIfItDescribesNone) {
  EXPECT_EQ(view(described<Refusing>().config_schema),
            R"({"type":"object","additionalProperties":true})");
}

TEST(PluginClass, IsOfTheKindsItHasMethodsFor) {
  const plugboard_plugin& plugin = described<Minimal>();
  EXPECT_NE(plugin.kind(PLUGBOARD_KEY_STORE_ID), nullptr);
  EXPECT_EQ(plugin.kind(PLUGBOARD_HOOK_ID), nullptr);
  EXPECT_EQ(plugin.kind(PLUGBOARD_RATE_LIMITER_ID), nullptr);
  EXPECT_EQ(plugin.kind(PLUGBOARD_HTTP_HANDLER_ID), nullptr);
  EXPECT_EQ(plugin.kind(PLUGBOARD_BLOB_STORE_ID), nullptr);
  EXPECT_EQ(plugin.kind(PLUGBOARD_ID_PARSER_ID), nullptr);
  EXPECT_EQ(plugin.kind("plugboard.key-store/2"), nullptr);
}

TEST(PluginClass, MayBeFinal) { EXPECT_NE(described<Final>().kind(PLUGBOARD_HOOK_ID), nullptr); }

TEST(PluginClass, HasItsHostFromConstructorToDestructor) {
  TestHost host;
  { const Instance<Complete> instance(host, R"({"word":"one"})"); }
  EXPECT_TRUE(host.logged("made with one"));
  EXPECT_TRUE(host.logged("drained"));
  EXPECT_TRUE(host.logged("destroyed with one"));
}

TEST(PluginClass, InstancesHaveHostsOfTheirOwn) {
  TestHost first;
  TestHost second;
  const Instance<Complete> one(first, R"({"word":"one"})");
  const Instance<Complete> two(second, R"({"word":"two"})");
  EXPECT_TRUE(first.logged("made with one"));
  EXPECT_FALSE(first.logged("made with two"));
  EXPECT_TRUE(second.logged("made with two"));
}

TEST(PluginClass, RefusedMembersOfTheConfigAreProblemsWithAPlace) {
  TestHost host;
  EXPECT_THROW(Instance<Refusing>(host, R"({"file":"x"})"), std::runtime_error);
  ASSERT_EQ(host.problems().size(), 1u);
  EXPECT_EQ(host.problems()[0].pointer, "/file");
  EXPECT_EQ(host.problems()[0].sentence, "cannot be read");
}

TEST(PluginClass, OtherExceptionsOfAConstructorAreProblemsOfTheWhole) {
  TestHost host;
  EXPECT_THROW(Instance<Refusing>(host, R"({"odd":1})"), std::runtime_error);
  EXPECT_THROW(Instance<Refusing>(host, R"({"strange":1})"), std::runtime_error);
  ASSERT_EQ(host.problems().size(), 2u);
  EXPECT_EQ(host.problems()[0].sentence, "something else");
  EXPECT_EQ(host.problems()[1].sentence, "failed with an exception of unknown type");
}

TEST(PluginClass, ReconfiguringCountsOnceCommitted) {
  TestHost host;
  Instance<Complete> instance(host, R"({"word":"one"})");
  EXPECT_TRUE(instance.reconfigure(R"({"word":"two"})"));
  EXPECT_EQ(plugboard::detail::Instance<Complete>::from(instance.self()).object.word, "two");
}

TEST(PluginClass, AnAbortedConfigIsForgotten) {
  TestHost host;
  const Instance<Complete> instance(host, R"({"word":"one"})");
  const plugboard_plugin& plugin = described<Complete>();
  const auto config = plugboard::detail::bytes(R"({"word":"two"})");
  ASSERT_EQ(plugin.prepare(instance.self(), config), PLUGBOARD_OK);
  plugin.abort(instance.self());
  plugin.commit(instance.self());
  EXPECT_EQ(plugboard::detail::Instance<Complete>::from(instance.self()).object.word, "one");
}

TEST(PluginClass, ARefusedReconfigurationIsAProblemAndChangesNothing) {
  TestHost host;
  Instance<Complete> instance(host, R"({"word":"one"})");
  EXPECT_FALSE(instance.reconfigure(R"({"word":2})"));
  ASSERT_EQ(host.problems().size(), 1u);
  EXPECT_EQ(host.problems()[0].pointer, "/word");
  EXPECT_EQ(plugboard::detail::Instance<Complete>::from(instance.self()).object.word, "one");
}

TEST(PluginClass, CanBePreparedAndCommittedByHand) {
  TestHost host;
  Instance<ByHand> instance(host);
  EXPECT_TRUE(instance.reconfigure(R"({"word":"two"})"));
  instance.hook().peer_connected(instance.self(), [] {
    static plugboard_peer_info info{};
    info.size = sizeof info;
    return &info;
  }());
  EXPECT_TRUE(host.logged("active two"));
}

TEST(PluginClass, CancelIsPassedOn) {
  TestHost host;
  const Instance<Complete> instance(host, R"({"word":"one"})");
  described<Complete>().cancel(instance.self(), 77);
  EXPECT_TRUE(host.logged("cancelled 77"));
}

TEST(PluginClass, CheckIsItsOwnIfThereIsOne) {
  TestHost host;
  const plugboard_plugin& plugin = described<Complete>();
  EXPECT_EQ(plugin.check(host.table(), plugboard::detail::bytes(R"({"file":"keys"})")),
            PLUGBOARD_OK);
  EXPECT_TRUE(host.logged("keys"));
  EXPECT_EQ(plugin.check(host.table(), plugboard::detail::bytes("{}")), PLUGBOARD_ERROR);
  EXPECT_EQ(host.problems().at(0).pointer, "/file");
}

TEST(PluginClass, CheckMakesAnInstanceIfThereIsNone) {
  TestHost host;
  const plugboard_plugin& plugin = described<Refusing>();
  EXPECT_EQ(plugin.check(host.table(), plugboard::detail::bytes("{}")), PLUGBOARD_OK);
  EXPECT_EQ(plugin.check(host.table(), plugboard::detail::bytes(R"({"file":1})")), PLUGBOARD_ERROR);
  EXPECT_EQ(host.problems().at(0).pointer, "/file");
}
