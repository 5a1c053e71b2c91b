#include <gtest/gtest.h>

#include "manifest_text.hpp"

namespace plugboard::manifest {
namespace {

/// A channel and the plugins "keys" and "limits": eight lines.
constexpr std::string_view kAround =
    "[[channel]]\nname = 'pwa'\n"
    "[[plugin]]\nname = 'keys'\nlibrary = 'k'\n"
    "[[plugin]]\nname = 'limits'\nlibrary = 'l'\n";

Chain chain_of(std::string_view members) {
  return manifest_of(std::string(kAround) + "[chain]\n" + std::string(members)).chain;
}

/// What is said of the chain, whose members begin at line 10; not that plugins have no use.
std::string complaints_of(std::string_view members) {
  const std::string all =
      complaints_about(std::string(kAround) + "[chain]\n" + std::string(members));
  std::string lines;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = all.find('\n', at) + 1;
    const std::string line = all.substr(at, end - at);
    if (line.find("does not run") == std::string::npos) lines += line;
    at = end;
  }
  return lines;
}

/// A chain that nothing is said of, and `members`.
std::string fit_and(std::string_view members) {
  return "key_store = ['keys']\nrate_limiter = ['limits']\n" + std::string(members);
}

constexpr std::string_view kKeyStoreForms =
    "; allowed: a list of names of [[plugin]] tables, or \"open\" to let anyone connect\n";

TEST(ChainTable, HasTheDefaultsOfItsReference) {
  const Chain chain = chain_of("key_store = ['keys']");
  EXPECT_TRUE(chain.rate_limiter.empty());
  EXPECT_TRUE(chain.hook.empty());
  EXPECT_TRUE(chain.http.empty());
  EXPECT_EQ(chain.blob_store, std::nullopt);
  EXPECT_FALSE(chain.recheck);
}

TEST(ChainTable, ThatNobodyFilledIsNotOpen) {
  EXPECT_FALSE(std::holds_alternative<OpenAccess>(Chain{}.key_store));
}

TEST(KeyStoreKey, IsNeeded) {
  EXPECT_EQ(complaints_of("rate_limiter = ['limits']"),
            "9:1: error: chain.key_store is missing: open access must be a decision" +
                std::string(kKeyStoreForms));
}

TEST(KeyStoreKey, IsNeededWithoutAnyChainToo) {
  EXPECT_EQ(complaints_about("[[channel]]\nname = 'pwa'\n"),
            "1:1: error: chain.key_store is missing: open access must be a decision" +
                std::string(kKeyStoreForms) +
                "1:1: warning: chain.rate_limiter names no plugin: nothing is rate limited\n");
}

TEST(KeyStoreKey, KeepsNamesInTheirOrderWithTheirPlaces) {
  const Chain chain = chain_of("key_store = ['limits', 'keys']");
  const auto& names = std::get<std::vector<Name>>(chain.key_store);
  ASSERT_EQ(names.size(), 2U);
  EXPECT_EQ(names[0].text, "limits");
  EXPECT_EQ(names[1].text, "keys");
  EXPECT_EQ(names[1].position, (Position{10, 24}));
}

TEST(KeyStoreKey, OpenLetsAnyoneInWithAWarning) {
  EXPECT_EQ(complaints_of("key_store = 'open'\nrate_limiter = ['limits']"),
            "10:13: warning: chain.key_store is \"open\": anyone may connect\n");
}

TEST(KeyStoreKey, OpenKeepsItsPlace) {
  EXPECT_EQ(std::get<OpenAccess>(chain_of("key_store = 'open'").key_store).position,
            (Position{10, 13}));
}

TEST(KeyStoreKey, IsNotEmpty) {
  EXPECT_EQ(complaints_of("key_store = []\nrate_limiter = ['limits']"),
            "10:13: error: chain.key_store is empty: open access must be a decision; found a list" +
                std::string(kKeyStoreForms));
}

TEST(KeyStoreKey, OtherStringIsNoDecision) {
  EXPECT_EQ(complaints_of("key_store = 'keys'\nrate_limiter = ['limits']"),
            "10:13: error: chain.key_store has an unknown value; found 'keys'" +
                std::string(kKeyStoreForms));
}

TEST(KeyStoreKey, SlipInOpenIsUnderstood) {
  EXPECT_EQ(complaints_of("key_store = 'Open'\nrate_limiter = ['limits']"),
            "10:13: error: chain.key_store has an unknown value; found 'Open'; allowed: a list of "
            "names of [[plugin]] tables, or \"open\" to let anyone connect; did you mean "
            "\"open\"?\n");
}

TEST(KeyStoreKey, FalseIsNoDecision) {
  EXPECT_EQ(complaints_of("key_store = false\nrate_limiter = ['limits']"),
            "10:13: error: chain.key_store has the wrong type; found false" +
                std::string(kKeyStoreForms));
}

TEST(KeyStoreKey, OpenStandsAlone) {
  EXPECT_EQ(complaints_of("key_store = ['keys', 'open']\nrate_limiter = ['limits']"),
            "10:22: error: chain.key_store holds \"open\", which stands alone; found 'open'" +
                std::string(kKeyStoreForms));
}

TEST(ChainNames, NameThePluginsNearestToThem) {
  EXPECT_EQ(complaints_of(fit_and("hook = ['limts']")),
            "12:9: error: chain.hook names no [[plugin]]; found 'limts'; allowed: \"keys\", "
            "\"limits\"; did you mean \"limits\"?\n");
}

TEST(ChainNames, StandOnceInAChain) {
  EXPECT_EQ(complaints_of(fit_and("http = ['keys', 'keys']")),
            "12:17: error: chain.http names one plugin twice; found 'keys'\n");
}

TEST(ChainNames, MayStandInSeveralChains) {
  EXPECT_EQ(complaints_of(fit_and("hook = ['keys']\nhttp = ['keys']\nblob_store = 'keys'")), "");
}

TEST(ChainNames, OfAPluginThatIsWrongOtherwiseAreFine) {
  EXPECT_EQ(complaints_about("[[channel]]\nname = 'pwa'\n[[plugin]]\nname = 'keys'\n"
                             "chain = {}\n[chain]\nkey_store = ['keys']\nrate_limiter = ['keys']"),
            "3:1: error: plugin.library is missing; allowed: a file name without ending, found on "
            "plugins.path, or a path\n"
            "5:1: error: plugin.chain is not a known key; allowed: name, library, sha256, timeout, "
            "on_error, config\n");
}

TEST(ChainNames, AreLists) {
  EXPECT_EQ(complaints_of(fit_and("hook = 'keys'")),
            "12:8: error: chain.hook has the wrong type; found 'keys'; allowed: a list of strings, "
            "each the name of a [[plugin]]\n");
}

TEST(RateLimiterKey, MissingIsWarnedOf) {
  EXPECT_EQ(complaints_of("key_store = ['keys']"),
            "9:1: warning: chain.rate_limiter names no plugin: nothing is rate limited\n");
}

TEST(RateLimiterKey, EmptyIsWarnedOf) {
  EXPECT_EQ(complaints_of("key_store = ['keys']\nrate_limiter = []"),
            "11:16: warning: chain.rate_limiter names no plugin: nothing is rate limited\n");
}

TEST(RateLimiterKey, NamesPlugins) {
  EXPECT_EQ(chain_of(fit_and("")).rate_limiter, (std::vector<Name>{{"limits", {}}}));
}

TEST(BlobStoreKey, NamesAPlugin) {
  EXPECT_EQ(chain_of(fit_and("blob_store = 'keys'")).blob_store, (Name{"keys", {}}));
}

TEST(BlobStoreKey, MayBeFalse) {
  EXPECT_EQ(chain_of(fit_and("blob_store = false")).blob_store, std::nullopt);
}

TEST(BlobStoreKey, IsNotTrue) {
  EXPECT_EQ(complaints_of(fit_and("blob_store = true")),
            "12:14: error: chain.blob_store has an unknown value; found true; allowed: the name of "
            "a [[plugin]], or false\n");
}

TEST(BlobStoreKey, IsNoList) {
  EXPECT_EQ(complaints_of(fit_and("blob_store = ['keys']")),
            "12:14: error: chain.blob_store has the wrong type; found a list; allowed: the name of "
            "a [[plugin]], or false\n");
}

TEST(BlobStoreKey, NamesAKnownPlugin) {
  EXPECT_EQ(complaints_of(fit_and("blob_store = 'blobs'")),
            "12:14: error: chain.blob_store names no [[plugin]]; found 'blobs'; allowed: "
            "\"keys\", \"limits\"\n");
}

TEST(RecheckKey, IsTrueOrFalse) { EXPECT_TRUE(chain_of(fit_and("recheck = true")).recheck); }

TEST(ChainTable, NamesTheNearestKey) {
  EXPECT_EQ(complaints_of(fit_and("hooks = []")),
            "12:1: error: chain.hooks is not a known key; allowed: key_store, rate_limiter, hook, "
            "http, blob_store, recheck; did you mean \"hook\"?\n");
}

TEST(RootTable, NamesAreShortenedAndEscaped) {
  EXPECT_EQ(complaints_of(fit_and("\"a\\u001b" + std::string(99, 'b') + "\" = 1")),
            "12:1: error: chain.a\\u001B" + std::string(58, 'b') +
                "... is not a known key; allowed: key_store, rate_limiter, hook, http, blob_store, "
                "recheck\n");
}

TEST(RootTable, NamesTheNearestTable) {
  EXPECT_EQ(complaints_of(fit_and("[servr]\nthreads = 1")),
            "12:2: error: servr is not a known key; allowed: server, stats, channel, plugins, "
            "plugin, chain, log; did you mean \"server\"?\n");
}

TEST(RootTable, EverythingWrongIsToldAtOnceInTheFilesOrder) {
  EXPECT_EQ(complaints_about("[log]\nlevel = 3\n[chain]\nhook = ['x']\n[server]\nthreads = 'x'\n"
                             "[[plugin]]\n"),
            "1:1: error: there is no channel; allowed: at least one [[channel]] with a name\n"
            "2:9: error: log.level has the wrong type; found 3; allowed: \"trace\", \"debug\", "
            "\"info\", \"warn\", \"error\", \"off\"\n"
            "3:1: error: chain.key_store is missing: open access must be a decision" +
                std::string(kKeyStoreForms) +
                "3:1: warning: chain.rate_limiter names no plugin: nothing is rate limited\n"
                "4:9: error: chain.hook names no [[plugin]]; found 'x'; allowed: the name of a "
                "[[plugin]]; there is none\n"
                "6:11: error: server.threads has the wrong type; found 'x'; allowed: a whole "
                "number from 0 to 1024\n"
                "7:1: error: plugin.name is missing; allowed: a string of up to 128 bytes without "
                "control characters\n"
                "7:1: error: plugin.library is missing; allowed: a file name without ending, found "
                "on plugins.path, or a path\n");
}

}  // namespace
}  // namespace plugboard::manifest
