// Every way in which a plugin can be broken gives a readable sentence and a process that goes on.
#include <gtest/gtest.h>

#include "extension/manifest_room.hpp"

namespace plugboard::extension::test {
namespace {

constexpr auto kShort = std::chrono::milliseconds(200);

std::string refusal_of(const std::string& library) {
  ManifestRoom room(std::chrono::milliseconds(500));
  return room.refusal(store_of(library));
}

#define EXPECT_HOLDS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

TEST(BadPlugins, ALibraryThatIsNowhereIsNamedWithTheFoldersLookedInto) {
  const std::string text = refusal_of("livly");
  EXPECT_HOLDS(text, "plugboard.toml:5:11: error: plugin \"keys\": there is no library \"livly\"");
  EXPECT_HOLDS(text, "tests/bad_plugins");
  EXPECT_HOLDS(text, "did you mean \"lively\"?");
}

TEST(BadPlugins, AFileThatIsNoLibraryIsRefused) {
  ManifestRoom room;
  const auto path = room.folder.write("plain.so", "#!/bin/sh\n");
  EXPECT_HOLDS(room.refusal(store_of(path.string())), "plain.so cannot be used: it is no ELF file");
}

TEST(BadPlugins, ALibraryThatIsCutOffIsRefusedBeforeItCanCrash) {
  ManifestRoom room;
  const auto path = room.folder.copy("lively", "cut.so");
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 4);
  EXPECT_HOLDS(room.refusal(store_of(path.string())), "cut.so cannot be used: it is cut off");
}

TEST(BadPlugins, WithoutAnEntryItIsNoPlugin) {
  EXPECT_HOLDS(refusal_of("no_entry"), "it exports no function plugboard_plugin_v1");
}

TEST(BadPlugins, TheEntryOfAnotherMajorVersionNamesBoth) {
  const std::string text = refusal_of("next_major_entry");
  EXPECT_HOLDS(text, "plugboard_plugin_v2");
  EXPECT_HOLDS(text, "this relay speaks 1.0");
}

TEST(BadPlugins, AWrongMajorVersionNamesBoth) {
  EXPECT_HOLDS(refusal_of("wrong_major"),
               "it was built for plugin ABI 7.3, and this relay speaks 1.0");
}

TEST(BadPlugins, NoDescriptorIsSaid) {
  EXPECT_HOLDS(refusal_of("null_descriptor"), "returned no descriptor");
}

TEST(BadPlugins, AShortDescriptorIsSaid) {
  EXPECT_HOLDS(refusal_of("short_descriptor"), "less than plugin ABI 1.0 has");
}

TEST(BadPlugins, CreateWithoutDestroyIsRefused) {
  EXPECT_HOLDS(refusal_of("create_without_destroy"), "create but no destroy");
}

TEST(BadPlugins, PrepareWithoutCommitIsRefused) {
  EXPECT_HOLDS(refusal_of("prepare_without_commit"), "it must have all or none");
}

TEST(BadPlugins, HalfAKindNamesWhatIsMissing) {
  EXPECT_HOLDS(refusal_of("half_blob_store"),
               "plugboard.blob-store/1 only in part: get and remove are missing");
}

TEST(BadPlugins, AShortTableReadsAsMissingItsFunction) {
  EXPECT_HOLDS(refusal_of("short_table"), "plugboard.key-store/1 only in part: lookup is missing");
}

TEST(BadPlugins, AFunctionThatNobodyHasIsNamed) {
  EXPECT_HOLDS(refusal_of("missing_symbol"), "nobody_has_this_function");
}

TEST(BadPlugins, AnExceptionWhileDescribingIsCaught) {
  EXPECT_HOLDS(refusal_of("throws_in_describe"),
               "threw an exception while describing itself: not today");
}

TEST(BadPlugins, AnExceptionInCreateIsCaught) {
  EXPECT_HOLDS(refusal_of("throws_in_create"), "create threw an exception: the coffee is out");
}

TEST(BadPlugins, ADescriptionThatHangsIsGivenUp) {
  EXPECT_HOLDS(refusal_of("hangs_in_describe"), "it did not describe itself in time");
}

TEST(BadPlugins, ACreateThatHangsIsGivenUp) {
  ManifestRoom room(kShort);
  EXPECT_HOLDS(room.refusal(store_of("hangs_in_create")), "create has not returned within 200 ms");
}

TEST(BadPlugins, TheRoomGoesOnAfterACreateThatHangs) {
  ManifestRoom room(kShort);
  (void)room.refusal(store_of("hangs_in_create"));
  EXPECT_NE(room.apply(store_of("lively")), nullptr);
}

TEST(BadPlugins, ARefusalIsToldAtTheMemberThatItIsAbout) {
  ManifestRoom room;
  const std::string text = room.refusal(store_of("refuses", "config = { file = \"keys.txt\" }\n"));
  EXPECT_HOLDS(text,
               "plugboard.toml:6:19: error: plugin \"keys\": "
               "keys.txt cannot be opened:\\nNo such file");
}

TEST(BadPlugins, ARefusalWithoutAReasonSaysSo) {
  EXPECT_HOLDS(refusal_of("refuses_silently"), "create failed with status 3, without saying why");
}

TEST(BadPlugins, AnInstanceThatCannotBeDestroyedIsLeftAlone) {
  ManifestRoom room(kShort);
  room.apply(store_of("hangs_in_destroy"));
  room.extensions->shutdown();
  EXPECT_TRUE(room.services.logged("destroy has not returned within 200 ms") ||
              room.services.logged("does not end"));
}

TEST(BadPlugins, APluginThatGoesOnAfterItsEndHarmsNobody) {
  ManifestRoom room;
  room.apply(store_of("keeps_going"));
  room.apply(store_of("lively"));
  ASSERT_TRUE(await([&] { return room.extensions->stats().contains("keys"); }));
  room.extensions->shutdown();
  // Its thread still calls the table of an instance that has gone.
  EXPECT_FALSE(room.services.logged("does not end"));
}

/// A chain of one broken plugin that got as far as being created.
class BadAnswers : public testing::Test {
 protected:
  ChainsPointer chains(const std::string& library, const std::string& settings = "") {
    return room_.apply(
        "[chain]\nkey_store = [\"bad\"]\nrate_limiter = [\"bad\"]\nhook = [\"bad\"]\n"
        "[[plugin]]\nname = \"bad\"\nlibrary = \"" +
        library + "\"\n" + settings);
  }
  KeyVerdict::Kind ask(const Chains& chains) {
    Mailbox<KeyVerdict::Kind> answer;
    const Question question =
        chains.keys.ask({PLUGBOARD_KEY_FOR_PEER, "team-key-1", "192.0.2.7", "/pwa/x", 1},
                        [&](const KeyVerdict& verdict) { answer.put(verdict.kind); });
    return *answer.take();
  }

  ManifestRoom room_;
  plugboard_message message_ = {sizeof message_, 0, 1, {"pwa:a", 5}, {"pwa:b", 5}, {"{}", 2}};
};

class NoReplacement final : public ReplacementJudge {
 public:
  plugboard_status judge(std::string_view, std::string&) override { return PLUGBOARD_INVALID; }
};

TEST_F(BadAnswers, UnknownCodesFromAStoreAreNoAnswer) {
  EXPECT_EQ(ask(*chains("unknown_codes")), KeyVerdict::Kind::kUnavailable);
}

TEST_F(BadAnswers, UnknownCodesFromALimiterRefuse) {
  EXPECT_TRUE(std::holds_alternative<LimitRefusal>(
      chains("unknown_codes")->limiters.connect("192.0.2.7", 1)));
}

TEST_F(BadAnswers, UnknownCodesFromAHookDropTheMessage) {
  NoReplacement judge;
  Routing routing(judge);
  EXPECT_EQ(chains("unknown_codes")->hooks.routed_message(message_, routing),
            HookChain::RouteVerdict::kDrop);
}

TEST_F(BadAnswers, UnknownCodesFromAHookThatMayBeSkippedForwardTheMessage) {
  NoReplacement judge;
  Routing routing(judge);
  EXPECT_EQ(
      chains("unknown_codes", "on_error = \"skip\"\n")->hooks.routed_message(message_, routing),
      HookChain::RouteVerdict::kForward);
}

TEST_F(BadAnswers, ExceptionsFromRealLibrariesAreCaught) {
  const auto generation = chains("throws_later");
  NoReplacement judge;
  Routing routing(judge);
  EXPECT_EQ(ask(*generation), KeyVerdict::Kind::kUnavailable);
  EXPECT_TRUE(std::holds_alternative<LimitRefusal>(generation->limiters.connect("192.0.2.7", 1)));
  EXPECT_EQ(generation->hooks.routed_message(message_, routing), HookChain::RouteVerdict::kDrop);
  plugboard_peer_info info = {};
  generation->hooks.peer_connected(info);
  EXPECT_TRUE(room_.services.logged("lookup threw an exception: lookup is not in the mood"));
}

class BadStores : public testing::Test {
 protected:
  /// Asks the one store of a manifest.
  Question ask(const ChainsPointer& chains, Mailbox<KeyVerdict::Kind>& answer) {
    return chains->keys.ask({PLUGBOARD_KEY_FOR_PEER, "team-key-1", "192.0.2.7", "/pwa/x", 1},
                            [&](const KeyVerdict& verdict) { answer.put(verdict.kind); });
  }
  void pass_time() {
    room_.services.advance(6'000'000'000);
    room_.extensions->wake_timers();
  }

  ManifestRoom room_;
  Mailbox<KeyVerdict::Kind> answer_;
};

TEST_F(BadStores, OneThatNeverCompletesIsUnavailable) {
  const auto chains = room_.apply(store_of("never_completes"));
  const Question question = ask(chains, answer_);
  pass_time();
  EXPECT_EQ(answer_.take(), KeyVerdict::Kind::kUnavailable);
}

TEST_F(BadStores, OfTwoAnswersTheFirstCounts) {
  const auto chains = room_.apply(store_of("completes_twice"));
  const Question question = ask(chains, answer_);
  EXPECT_EQ(answer_.take(), KeyVerdict::Kind::kAllowed);
  EXPECT_TRUE(room_.services.logged("a question was answered a second time"));
}

TEST_F(BadStores, AnAnswerAfterThePeerHasLeftGoesNowhere) {
  const auto chains = room_.apply(store_of("completes_late"));
  ask(chains, answer_).cancel();
  ASSERT_TRUE(await([&] { return room_.services.logged("late answer came to 5"); }));
  EXPECT_FALSE(answer_.has());
}

TEST_F(BadStores, OneThatHangsOnAWorkerIsUnavailable) {
  ManifestRoom room(kShort);
  const auto chains = room.apply(store_of("hangs_in_lookup"));
  const Question question = ask(chains, answer_);
  ASSERT_TRUE(await([&] { return room.extensions->stats()["keys"]["calls"] == 1; }));
  room.services.advance(6'000'000'000);
  room.extensions->wake_timers();
  EXPECT_EQ(answer_.take(), KeyVerdict::Kind::kUnavailable);
}

TEST(GoodPlugins, ANewerMinorVersionIsAccepted) {
  ManifestRoom room;
  EXPECT_NE(room.apply(store_of("newer_minor")), nullptr);
}

TEST(GoodPlugins, APlugInThatLacksTheKindOfItsPlaceIsToldItsKinds) {
  ManifestRoom room;
  const std::string text = room.refusal(
      "[chain]\nkey_store = \"open\"\nrate_limiter = [\"keys\"]\n"
      "[[plugin]]\nname = \"keys\"\nlibrary = \"lively\"\n");
  EXPECT_HOLDS(text, "plugboard.toml:3:17: error: plugin \"keys\": stands in chain.rate_limiter");
  EXPECT_HOLDS(text, "is no rate-limiter: it implements key-store, hook");
}

}  // namespace
}  // namespace plugboard::extension::test
