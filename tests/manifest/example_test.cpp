#include <gtest/gtest.h>

#include "manifest_text.hpp"

namespace plugboard::manifest {
namespace {

constexpr std::string_view kExample = R"([server]
listen = ["0.0.0.0:8080"]          # host:port, [v6]:port, unix:/path; port 0 picks a free one
threads = 0                        # I/O threads; 0 = one per core
cors = "*"                         # "*", an origin, or false
on_invalid_key = "close-after-connect"   # or "reject-upgrade"
heartbeat_interval = "30s"         # durations: ms, s, m, h
max_message = "2 MiB"              # sizes: a number of bytes, or B, KiB, MiB
max_connections = 100000
max_watches = 1000                 # one peer's
outbox_limit = "4 MiB"             # bytes waiting for one peer
slow_consumer = "close"            # or "drop"
handshake_timeout = "10s"
trusted_proxies = []               # addresses, CIDRs, "unix"
forwarded_header = "X-Forwarded-For"   # or "Forwarded"; only this one is read
origins = []                       # browser origins that may connect; empty: any
shutdown_grace = "10s"
compression = false
reload = "signal"                  # or "watch": also when this file changes
[server.tls]                       # wss:// and https:// on the same listeners; files re-read on reload
certificate = "cert.pem"
private_key = "key.pem"

[stats]
window = "1h"
history = 24
keys = "masked"                    # "plain", "masked", "off"
key_secret = "${STATS_SECRET}"     # optional: masked names stay the same across restarts
access = "public"                  # "loopback", "token"
token = "${STATS_TOKEN}"

[[channel]]                        # at least one
name = "pwa"
on_duplicate = "replace"           # or "reject"
id_pattern = "[A-Za-z0-9_-]{8,64}" # or id_parser = "<plugin name>"
undeliverable = "silent"           # or "notify"
presence_list = false
stale_evict = "0s"

[plugins]
path = ["plugins"]                 # folders searched for libraries, relative to this file

[[plugin]]
name = "team-keys"                 # this instance
library = "key-store-file"         # file name without ending, found on the path; or a path
sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCDEF"
timeout = "5s"                     # for each answer it owes
on_error = "refuse"                # hooks and HTTP handlers that fail
config = { file = "keys.txt", watch = true }

[[plugin]]
name = "env-keys"
library = "key-store-env"
config.variable = "RELAY_KEYS"

[[plugin]]
name = "limits"
library = "rate-limiter"

[[plugin]]
name = "audit"
library = "access-log"

[[plugin]]
name = "word-filter"
library = "./build/word-filter.so"

[[plugin]]
name = "site"
library = "site"

[[plugin]]
name = "blobs"
library = "blob-store-memory"

[chain]
key_store = ["env-keys", "team-keys"]    # required
rate_limiter = ["limits"]                # every one must allow
hook = ["audit", "word-filter"]          # each event passes down the list
http = ["site"]                          # asked in order before the built-in routes
blob_store = "blobs"                     # one; left out or false: none
recheck = false                          # ask for all keys again at a reload

[log]
level = "info"                     # trace, debug, info, warn, error, off; the log goes to stderr
format = "text"                    # or "json"
)";

Manifest example() {
  return manifest_of(kExample, {{"STATS_SECRET", "0f1e2d"}, {"STATS_TOKEN", "t0ken"}});
}

std::vector<std::string> texts(const std::vector<Name>& names) {
  std::vector<std::string> result;
  for (const Name& name : names) result.push_back(name.text);
  return result;
}

TEST(ExampleManifest, ItsServerIsTheDefaultOneWithTls) {
  Server expected;
  expected.tls = Tls{{"/etc/relay/cert.pem", {}}, {"/etc/relay/key.pem", {}}};
  EXPECT_EQ(example().server, expected);
}

TEST(ExampleManifest, ItsStatsTakeSecretsFromTheEnvironment) {
  Stats expected;
  expected.key_secret = "0f1e2d";
  expected.token = "t0ken";
  EXPECT_EQ(example().stats, expected);
}

TEST(ExampleManifest, ItsChannelIsTheDefaultOne) {
  Channel expected;
  expected.name.text = "pwa";
  EXPECT_EQ(example().channels, std::vector<Channel>{expected});
}

TEST(ExampleManifest, ItsPluginFolderIsBesideIt) {
  EXPECT_EQ(example().plugin_path, (std::vector<Path>{{"/etc/relay/plugins", {}}}));
}

TEST(ExampleManifest, ItsFirstPluginIsReadWhole) {
  const Manifest manifest = example();
  const PluginEntry* plugin = manifest.plugin("team-keys");
  ASSERT_NE(plugin, nullptr);
  EXPECT_EQ(plugin->library.text, "key-store-file");
  EXPECT_EQ(plugin->library_path, std::nullopt);
  EXPECT_EQ(plugin->sha256->text,
            "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
  EXPECT_EQ(plugin->timeout, std::chrono::seconds(5));
  EXPECT_EQ(plugin->on_error, OnError::kRefuse);
  EXPECT_EQ(plugin->config, nlohmann::json({{"file", "keys.txt"}, {"watch", true}}));
}

TEST(ExampleManifest, LibraryWithASlashIsAPathFromTheManifest) {
  const Manifest manifest = example();
  EXPECT_EQ(manifest.plugin("word-filter")->library_path,
            (Path{"/etc/relay/build/word-filter.so", {}}));
}

TEST(ExampleManifest, ItsChainsKeepTheirOrder) {
  const Chain chain = example().chain;
  EXPECT_EQ(texts(std::get<std::vector<Name>>(chain.key_store)),
            (std::vector<std::string>{"env-keys", "team-keys"}));
  EXPECT_EQ(texts(chain.rate_limiter), std::vector<std::string>{"limits"});
  EXPECT_EQ(texts(chain.hook), (std::vector<std::string>{"audit", "word-filter"}));
  EXPECT_EQ(texts(chain.http), std::vector<std::string>{"site"});
  EXPECT_EQ(chain.blob_store, (Name{"blobs", {}}));
  EXPECT_FALSE(chain.recheck);
}

TEST(ExampleManifest, ItsLogIsTheDefaultOne) { EXPECT_EQ(example().log, Log{}); }

TEST(ExampleManifest, NothingInItIsWarnedOf) { EXPECT_EQ(to_text(example().warnings), ""); }

TEST(ExampleManifest, PlacesOfConfigMembersAreKept) {
  const Manifest manifest = example();
  const Source watch = manifest.plugin("team-keys")->config_sources.at("/watch");
  EXPECT_EQ(watch.value, (Position{48, 39}));
  EXPECT_EQ(watch.key, (Position{48, 31}));
  EXPECT_EQ(watch.written, "true");
}

}  // namespace
}  // namespace plugboard::manifest
