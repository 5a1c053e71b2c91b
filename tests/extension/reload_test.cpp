// A manifest becomes instances and chains as one transaction, at the start and at each reload.
#include <gtest/gtest.h>

#include <map>

#include "extension/manifest_room.hpp"

namespace plugboard::extension::test {
namespace {

using Life = std::vector<std::string>;

#define EXPECT_HOLDS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

/// A manifest whose hooks are these instances of the library, each with its config.
std::string hooks(const std::vector<std::pair<std::string, std::string>>& instances,
                  const std::string& library = "lively") {
  std::string names;
  std::string tables;
  for (const auto& [name, config] : instances) {
    names += (names.empty() ? "\"" : ", \"") + name + "\"";
    tables += "[[plugin]]\nname = \"" + name + "\"\nlibrary = \"" + library +
              "\"\nconfig = " + config + "\n";
  }
  return "[chain]\nkey_store = \"open\"\nhook = [" + names + "]\n" + tables;
}

class Reload : public testing::Test {
 protected:
  [[nodiscard]] bool lived(const std::string& instance, const Life& life) {
    return await([&] { return room_.life(instance) == life; });
  }

  ManifestRoom room_;
};

TEST_F(Reload, AnInstanceLivesFromCreateToDestroy) {
  room_.apply(hooks({{"a", "{}"}}));
  room_.extensions->shutdown();
  EXPECT_EQ(room_.life("a"), (Life{"create 1", "drain", "destroy"}));
}

TEST_F(Reload, GenerationsAreCounted) {
  EXPECT_EQ(room_.apply(hooks({{"a", "{}"}}))->generation, 1u);
  EXPECT_EQ(room_.apply(hooks({{"a", "{}"}}))->generation, 2u);
}

TEST_F(Reload, TheSameNameAndLibraryIsReconfigured) {
  room_.apply(hooks({{"a", "{}"}}));
  room_.apply(hooks({{"a", "{ note = \"x\" }"}}));
  EXPECT_EQ(room_.life("a"), (Life{"create 1", "prepare", "commit"}));
}

TEST_F(Reload, AnUnchangedConfigIsPreparedAndCommittedToo) {
  room_.apply(hooks({{"a", "{}"}}));
  room_.apply(hooks({{"a", "{}"}}));
  EXPECT_EQ(room_.life("a"), (Life{"create 1", "prepare", "commit"}));
}

TEST_F(Reload, AnInstanceThatLeavesIsDrainedAndDestroyed) {
  room_.apply(hooks({{"a", "{}"}, {"b", "{}"}}));
  room_.apply(hooks({{"b", "{}"}}));
  EXPECT_TRUE(lived("a", {"create 1", "drain", "destroy"}));
}

TEST_F(Reload, AnInstanceIsDrainedOnceTheLastSnapshotWithItHasGone) {
  auto before = room_.apply(hooks({{"a", "{}"}}));
  room_.apply(hooks({}));
  EXPECT_EQ(room_.life("a"), (Life{"create 1"}));
  before.reset();
  EXPECT_TRUE(lived("a", {"create 1", "drain", "destroy"}));
}

TEST_F(Reload, AQuestionUnderWayKeepsItsInstanceInService) {
  auto chains = room_.apply(store_of("lively"));
  Question question = chains->keys.ask({PLUGBOARD_KEY_FOR_PEER, "pending-key", "", "", 1},
                                       [](const KeyVerdict&) { ADD_FAILURE(); });
  chains.reset();
  room_.apply(hooks({}));
  EXPECT_EQ(room_.life("keys"), (Life{"create 1"}));
  question.cancel();
  EXPECT_TRUE(lived("keys", {"create 1", "drain", "destroy"}));
}

TEST_F(Reload, AnAdmissionKeepsItsStoreFromBeingDestroyedButNotFromBeingDrained) {
  auto chains = room_.apply(store_of("lively"));
  KeyAdmission admission;
  const Question question =
      chains->keys.ask({PLUGBOARD_KEY_FOR_PEER, "team-key-1", "", "", 1},
                       [&](KeyVerdict verdict) { admission = std::move(verdict.admission); });
  chains.reset();
  room_.apply(hooks({}));
  EXPECT_TRUE(lived("keys", {"create 1", "drain"}));
  admission = {};
  EXPECT_TRUE(lived("keys", {"create 1", "drain", "destroy"}));
}

TEST_F(Reload, ANewBuildStartsAfreshAndTheLogSaysSo) {
  room_.apply(hooks({{"a", "{}"}}));
  room_.apply(hooks({{"a", "{}"}}, "lively_2"));
  EXPECT_TRUE(room_.services.logged("replaced: its library is another build, and lively 2.0.0"));
  EXPECT_TRUE(await([&] {
    const Life life = room_.life("a");
    return std::find(life.begin(), life.end(), "create 2") != life.end() &&
           std::find(life.begin(), life.end(), "destroy") != life.end();
  }));
}

TEST_F(Reload, AFileReplacedUnderItsNameIsANewBuild) {
  const auto path = room_.folder.copy("lively", "plugin.so");
  room_.apply(hooks({{"a", "{}"}}, path.string()));
  room_.folder.copy("lively_2", "plugin.so");
  room_.apply(hooks({{"a", "{}"}}, path.string()));
  const Life life = room_.life("a");
  EXPECT_NE(std::find(life.begin(), life.end(), "create 2"), life.end());
}

TEST_F(Reload, WhatCannotBeReconfiguredIsMadeAnewWhenItsConfigChanges) {
  room_.apply(hooks({{"a", "{}"}}, "lively_fixed"));
  room_.apply(hooks({{"a", "{ note = \"x\" }"}}, "lively_fixed"));
  EXPECT_TRUE(room_.services.logged("replaced: it cannot be reconfigured, and lively"));
}

TEST_F(Reload, WhatCannotBeReconfiguredStaysWhenItsConfigDoes) {
  room_.apply(hooks({{"a", "{}"}}, "lively_fixed"));
  room_.apply(hooks({{"a", "{}"}}, "lively_fixed"));
  EXPECT_EQ(room_.life("a"), (Life{"create 1"}));
}

TEST_F(Reload, OneThatRefusesItsNewConfigKeepsEverythingAsItWas) {
  room_.apply(hooks({{"a", "{}"}, {"b", "{}"}}));
  const std::string text = room_.refusal(hooks({{"a", "{}"}, {"b", "{ reject = true }"}}));
  EXPECT_HOLDS(text, "plugin \"b\": was told to refuse");
  EXPECT_EQ(room_.life("a"), (Life{"create 1", "prepare", "abort"}));
  EXPECT_EQ(room_.life("b"), (Life{"create 1", "prepare"}));
  EXPECT_EQ(room_.apply(hooks({{"a", "{}"}, {"b", "{}"}}))->generation, 2u);
}

TEST_F(Reload, ANewInstanceIsDestroyedWhenAnotherRefuses) {
  room_.apply(hooks({{"a", "{}"}}));
  (void)room_.refusal(hooks({{"new", "{}"}, {"a", "{ reject = true }"}}));
  EXPECT_TRUE(lived("new", {"create 1", "drain", "destroy"}));
}

TEST_F(Reload, AFailureInTheLastOfFivePluginsLeavesTheOtherFourAsTheyWere) {
  const std::vector<std::pair<std::string, std::string>> five = {
      {"a", "{}"}, {"b", "{}"}, {"c", "{}"}, {"d", "{}"}, {"e", "{}"}};
  room_.apply(hooks(five));
  auto changed = five;
  for (auto& [name, config] : changed) config = "{ note = \"new\" }";
  changed.back().second = "{ reject = true }";
  EXPECT_HOLDS(room_.refusal(hooks(changed)), "plugin \"e\": was told to refuse");
  for (const char* name : {"a", "b", "c", "d"}) {
    EXPECT_EQ(room_.life(name), (Life{"create 1", "prepare", "abort"})) << name;
  }
  EXPECT_EQ(room_.life("e"), (Life{"create 1", "prepare"}));
  EXPECT_EQ(room_.apply(hooks(five))->generation, 2u);
}

TEST_F(Reload, EachInstanceHasOneLineInTheLogThatSaysWhatBecameOfIt) {
  const std::string fixed = "[[plugin]]\nname = \"f\"\nlibrary = \"lively_fixed\"\n";
  room_.apply("[chain]\nkey_store = \"open\"\nhook = [\"a\", \"b\", \"f\", \"gone\"]\n" + fixed +
              "[[plugin]]\nname = \"a\"\nlibrary = \"lively\"\n"
              "[[plugin]]\nname = \"b\"\nlibrary = \"lively\"\n"
              "[[plugin]]\nname = \"gone\"\nlibrary = \"lively\"\n");
  const std::size_t before = room_.services.lines().size();
  room_.apply("[chain]\nkey_store = \"open\"\nhook = [\"a\", \"b\", \"f\", \"new\"]\n" + fixed +
              "[[plugin]]\nname = \"a\"\nlibrary = \"lively\"\n"
              "[[plugin]]\nname = \"b\"\nlibrary = \"lively_2\"\n"
              "[[plugin]]\nname = \"new\"\nlibrary = \"lively\"\n");
  std::map<std::string, std::vector<std::string>> told;
  const auto lines = room_.services.lines();
  for (std::size_t i = before; i < lines.size(); ++i) {
    const std::string word = lines[i].text.substr(0, lines[i].text.find(':'));
    if (word != lines[i].text) told[lines[i].instance].push_back(word);
  }
  EXPECT_EQ(told, (std::map<std::string, std::vector<std::string>>{{"a", {"reconfigured"}},
                                                                   {"b", {"replaced"}},
                                                                   {"f", {"kept"}},
                                                                   {"gone", {"retired"}},
                                                                   {"new", {"created"}}}));
}

TEST_F(Reload, OnePluginThatCannotBeMadeLeavesTheOldChain) {
  ManifestRoom room(std::chrono::milliseconds(300));
  room.apply(hooks({{"a", "{}"}}));
  for (const char* library : {"refuses", "throws_in_create", "hangs_in_create"}) {
    (void)room.refusal(
        "[chain]\nkey_store = [\"new\"]\nhook = [\"a\"]\n"
        "[[plugin]]\nname = \"a\"\nlibrary = \"lively\"\n"
        "[[plugin]]\nname = \"new\"\nlibrary = \"" +
        std::string(library) + "\"\n");
  }
  const Life undone = {"create 1", "prepare", "abort", "prepare", "abort", "prepare", "abort"};
  EXPECT_EQ(room.life("a"), undone);
  EXPECT_EQ(room.apply(hooks({{"a", "{}"}}))->generation, 2u);
}

TEST_F(Reload, AllRefusalsAreToldAtOnce) {
  const std::string text =
      room_.refusal(hooks({{"a", "{ reject = true }"}, {"b", "{ reject = true }"}}));
  EXPECT_HOLDS(text, "plugin \"a\"");
  EXPECT_HOLDS(text, "plugin \"b\"");
}

TEST_F(Reload, AMistakeInAConfigIsToldWithItsPlaceBeforeAnythingIsCreated) {
  const std::string text = room_.refusal(hooks({{"a", "{ reject = 3 }"}}));
  EXPECT_HOLDS(text, "plugboard.toml:7:");
  EXPECT_TRUE(room_.life("a").empty());
}

TEST_F(Reload, ALibraryThatFailsToLoadCreatesNothing) {
  (void)room_.refusal(
      "[chain]\nkey_store = [\"bad\"]\nhook = [\"a\"]\n"
      "[[plugin]]\nname = \"a\"\nlibrary = \"lively\"\n"
      "[[plugin]]\nname = \"bad\"\nlibrary = \"no_entry\"\n");
  EXPECT_TRUE(room_.life("a").empty());
}

TEST_F(Reload, APluginThatNoChainNamesDoesNotRun) {
  room_.apply("[chain]\nkey_store = \"open\"\n[[plugin]]\nname = \"a\"\nlibrary = \"lively\"\n");
  EXPECT_TRUE(room_.life("a").empty());
}

TEST_F(Reload, OneInstanceMayServeInTwoChains) {
  const auto chains = room_.apply(
      "[chain]\nkey_store = [\"a\"]\nhook = [\"a\"]\n[[plugin]]\nname = \"a\"\nlibrary = "
      "\"lively\"\n");
  EXPECT_EQ(room_.life("a"), (Life{"create 1"}));
  EXPECT_FALSE(chains->keys.open());
  EXPECT_TRUE(chains->hooks.wants_connected());
}

TEST_F(Reload, APreparedGenerationThatIsGivenUpLeavesNothingBehind) {
  room_.apply(hooks({{"a", "{}"}}));
  {
    auto prepared = room_.extensions->prepare(room_.manifest(hooks({{"a", "{}"}, {"b", "{}"}})));
    ASSERT_TRUE(std::holds_alternative<NewGeneration>(prepared));
  }
  EXPECT_EQ(room_.life("a"), (Life{"create 1", "prepare", "abort"}));
  EXPECT_TRUE(lived("b", {"create 1", "drain", "destroy"}));
}

TEST_F(Reload, AHookHearsTheEndOfThosePeersOnlyWhoseBeginningItHeard) {
  plugboard_peer_info peer = {};
  peer.size = sizeof peer;
  peer.peer = 7;
  plugboard_peer_end end = {};
  end.size = sizeof end;
  end.peer = &peer;
  const auto before = room_.apply(hooks({{"old", "{}"}}));
  const std::uint64_t connected = before->hooks.peer_connected(peer);
  const auto after = room_.apply(hooks({{"old", "{}"}, {"new", "{}"}}));
  after->hooks.peer_disconnected(end, connected);
  EXPECT_EQ(room_.life("old"),
            (Life{"create 1", "connected", "prepare", "commit", "disconnected"}));
  EXPECT_EQ(room_.life("new"), (Life{"create 1"}));
}

TEST_F(Reload, NothingIsAppliedAfterTheEnd) {
  room_.extensions->shutdown();
  EXPECT_HOLDS(room_.refusal(hooks({{"a", "{}"}})), "the relay is stopping");
}

TEST_F(Reload, CheckTriesEveryPluginWithoutMakingAnInstance) {
  const auto problems = room_.extensions->check(
      room_.manifest("[chain]\nkey_store = \"open\"\n[[plugin]]\nname = \"a\"\nlibrary = "
                     "\"lively\"\nconfig = { reject = true }\n"));
  EXPECT_HOLDS(manifest::to_text(problems),
               "plugboard.toml:6:21: error: plugin \"a\": was told to");
  EXPECT_TRUE(lived("a", {"check"}));
}

TEST_F(Reload, CheckIsFineWithAGoodManifest) {
  EXPECT_TRUE(room_.extensions->check(room_.manifest(hooks({{"a", "{}"}}))).empty());
}

TEST_F(Reload, DescribeListsWhatIsOnThePath) {
  const auto all = room_.extensions->describe(nullptr);
  const auto lively = std::find_if(all.begin(), all.end(), [](const LibraryDescription& library) {
    return library.library == "lively";
  });
  ASSERT_NE(lively, all.end());
  EXPECT_EQ(lively->name, "lively");
  EXPECT_EQ(lively->version, "1.0.0");
  EXPECT_EQ(lively->kinds, (std::vector<std::string>{"key-store", "hook"}));
  EXPECT_TRUE(lively->reconfigurable);
  EXPECT_TRUE(lively->config_schema["properties"].contains("reject"));
}

TEST_F(Reload, StatsCountWhatAnInstanceDoes) {
  const auto chains = room_.apply(hooks({{"a", "{}"}}));
  plugboard_peer_info peer = {};
  chains->hooks.peer_connected(peer);
  const auto stats = room_.extensions->stats();
  EXPECT_EQ(stats["a"]["calls"], 1);
  EXPECT_EQ(stats["a"]["errors"], 0);
  EXPECT_EQ(stats["a"]["version"], "1.0.0");
}

}  // namespace
}  // namespace plugboard::extension::test
