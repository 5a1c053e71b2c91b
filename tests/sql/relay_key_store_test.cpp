// key-store-sql in the real relay: who comes in, who is told to try again, who is revoked.
#include <gmock/gmock.h>
#include <signal.h>

#include <chrono>
#include <memory>
#include <string>

#include "flow/suite.hpp"
#include "sql/support/test_database.hpp"

namespace plugboard::test {
namespace {

using ::testing::HasSubstr;

class RelayWithKeyStoreSql : public ::testing::TestWithParam<sql::Kind> {
 protected:
  RelayWithKeyStoreSql() {
    database.run("CREATE TABLE access_keys (access_key " + database.text_type() + ", channels " +
                 database.text_type() + ", expires_at BIGINT)");
    add_key("alice-key");
  }

  void add_key(const std::string& key, const std::string& channels = "NULL",
               const std::string& expires_at = "NULL") {
    database.run("INSERT INTO access_keys VALUES (:key, " + channels + ", " + expires_at + ")",
                 {{"key", key}});
  }

  /// Of the [[plugin]] table, beyond the plugin's own, so that a busy machine is no failure.
  static constexpr const char* kPatience = "timeout = \"20s\"\n";

  /// `more`: further members of the config, with a comma in front. Its timeout is stated there, or
  /// long.
  [[nodiscard]] Manifest manifest(std::string more = "") const {
    if (more.find("timeout") == std::string::npos) more += ", timeout = \"15s\"";
    return {.channels = "[[channel]]\nname = \"pwa\"\n[[channel]]\nname = \"other\"\n",
            .plugins = plugin_table("keys", "key-store-sql",
                                    "connection = \"" + database.url() +
                                        "\", table = \"access_keys\", key_column = "
                                        "\"access_key\"" +
                                        more) +
                       kPatience,
            .chain = "key_store = [\"keys\"]\n"};
  }
  void start(const std::string& more = "") {
    relay = std::make_unique<RelayProcess>(manifest(more));
  }
  [[nodiscard]] const Endpoint& endpoint() const { return relay->endpoint(); }

  [[nodiscard]] bool opens(const std::string& key, const std::string& channel = "pwa") const {
    return comes_in(endpoint(), fresh_id(), {.channel = channel, .query = "key=" + key});
  }
  [[nodiscard]] Refusal refusal(const std::string& key, const std::string& channel = "pwa") const {
    return refusal_of(endpoint(), "/" + channel + "/" + fresh_id() + "?key=" + key);
  }

  TestDatabase database{GetParam()};
  std::unique_ptr<RelayProcess> relay;
};

INSTANTIATE_TEST_SUITE_P(On, RelayWithKeyStoreSql, kEveryDatabase, kind_name);

TEST_P(RelayWithKeyStoreSql, LetsInWhoHasAKeyAndNobodyElse) {
  start();
  EXPECT_TRUE(opens("alice-key"));
  EXPECT_EQ(refusal("mallory-key"), key_rejected());
}

TEST_P(RelayWithKeyStoreSql, KeepsToWhatTheRowAllows) {
  add_key("other-key", "'other'");
  add_key("former-key", "NULL", "1000000000");
  start();
  EXPECT_TRUE(opens("other-key", "other"));
  EXPECT_EQ(refusal("other-key").error.at("payload").at("code"), "FORBIDDEN_CHANNEL");
  EXPECT_EQ(refusal("former-key"), key_rejected());
}

TEST_P(RelayWithKeyStoreSql, RevokesPeersWhoseKeyIsDeleted) {
  add_key("bob-key-0");
  start(", poll = \"200ms\"");
  Peer alice(endpoint(), fresh_id(), {.query = "key=alice-key"});
  Peer bob(endpoint(), fresh_id(), {.query = "key=bob-key-0"});
  database.run("DELETE FROM access_keys WHERE access_key = 'alice-key'");
  EXPECT_EQ(await_refusal(alice.socket()),
            refused("KEY_REVOKED", "Access key revoked", 1008, "Key revoked"));
  bob.fence();
  EXPECT_EQ(refusal("alice-key"), key_rejected());
}

TEST_P(RelayWithKeyStoreSql, SaysTryAgainWhileTheTableIsGone) {
  start();
  EXPECT_TRUE(opens("alice-key"));
  database.run("ALTER TABLE access_keys RENAME TO elsewhere");
  const Refusal unavailable = refusal("bob-key-0");
  EXPECT_EQ(unavailable.error.at("payload").at("code"), "KEY_STORE_UNAVAILABLE");
  EXPECT_EQ(unavailable.close_code, 1013);
  EXPECT_TRUE(opens("alice-key"));  // remembered
  database.run("ALTER TABLE elsewhere RENAME TO access_keys");
  add_key("bob-key-0");
  EXPECT_TRUE(await([&] { return opens("bob-key-0"); }));
}

TEST_P(RelayWithKeyStoreSql, TakesOverFromAKeyFileAtAReload) {
  const TempDir folder;
  folder.write("keys.txt", "alice-key\nfile-only-key\n");
  Manifest before = manifest();
  before.plugins = plugin_table("keys", "key-store-file", "file = \"keys.txt\"");
  relay = std::make_unique<RelayProcess>(folder, before);
  Peer alice(endpoint(), fresh_id(), {.query = "key=alice-key"});
  Peer guest(endpoint(), fresh_id(), {.query = "key=file-only-key"});

  Manifest after = manifest();
  after.chain += "recheck = true\n";
  folder.write("plugboard.toml", after.text());
  relay->signal(SIGHUP);
  EXPECT_EQ(await_refusal(guest.socket()).error.at("payload").at("code"), "KEY_REVOKED");
  alice.fence();
  EXPECT_TRUE(opens("alice-key"));
  EXPECT_EQ(refusal("file-only-key"), key_rejected());
}

TEST_P(RelayWithKeyStoreSql, ARecheckClosesPeersOnChannelsThatTheirKeysNoLongerHold) {
  database.run("UPDATE access_keys SET channels = 'elsewhere' WHERE access_key = 'alice-key'");
  const TempDir folder;
  folder.write("keys.txt", "alice-key\n");
  Manifest before = manifest();
  before.plugins = plugin_table("keys", "key-store-file", "file = \"keys.txt\"");
  relay = std::make_unique<RelayProcess>(folder, before);
  Peer alice(endpoint(), fresh_id(), {.query = "key=alice-key"});

  Manifest after = manifest();
  after.chain += "recheck = true\n";
  folder.write("plugboard.toml", after.text());
  relay->signal(SIGHUP);
  EXPECT_EQ(await_refusal(alice.socket()).error.at("payload").at("code"), "KEY_REVOKED");
}

TEST_P(RelayWithKeyStoreSql, CheckNamesTheManifestsLine) {
  const TempDir folder;
  const std::string file = folder.write("relay.toml", manifest().text()).string();
  const Finished good = run_to_end({plugboard_program(), "check", file});
  EXPECT_EQ(good.code, 0) << good.err;

  database.run("ALTER TABLE access_keys RENAME TO elsewhere");
  const Finished bad = run_to_end({plugboard_program(), "check", file});
  EXPECT_EQ(bad.code, 2);
  EXPECT_THAT(bad.err, HasSubstr("relay.toml:"));
  EXPECT_THAT(bad.err, HasSubstr("access_keys"));
  EXPECT_THAT(bad.err, HasSubstr("plugin \"keys\""));
}

class RelayOnServer : public RelayWithKeyStoreSql {
 protected:
  ~RelayOnServer() override { database.server().continue_processes(); }
};
INSTANTIATE_TEST_SUITE_P(On, RelayOnServer, kEveryServer, kind_name);

TEST_P(RelayOnServer, SaysTryAgainWhileTheDatabaseHangsAndGoesOnByItself) {
  start(", timeout = \"1s\"");
  EXPECT_TRUE(opens("alice-key"));
  add_key("bob-key-0");
  Peer alice(endpoint(), fresh_id(), {.query = "key=alice-key"});
  database.server().stop_processes();
  const Refusal unavailable = refusal("bob-key-0");
  EXPECT_EQ(unavailable.error.at("payload").at("code"), "KEY_STORE_UNAVAILABLE");
  EXPECT_EQ(unavailable.close_code, 1013);
  alice.fence();
  EXPECT_TRUE(opens("alice-key"));  // remembered
  database.server().continue_processes();
  EXPECT_TRUE(await([&] { return opens("bob-key-0"); }));
}

TEST_P(RelayOnServer, StartsWhileTheDatabaseIsDownAndGoesOnByItself) {
  database.disconnect();
  database.server().kill();
  start(", timeout = \"1s\"");
  EXPECT_EQ(refusal("alice-key").close_code, 1013);
  EXPECT_TRUE(relay->await_log("cannot be asked"));
  database.server().start_again();
  EXPECT_TRUE(await([&] { return opens("alice-key"); }));
  EXPECT_TRUE(relay->await_log("answers again"));
}

TEST_P(RelayOnServer, NeverPrintsAPassword) {
  if (GetParam() == sql::Kind::kPostgresql) {
    database.run("DROP ROLE IF EXISTS guarded");
    database.run("CREATE ROLE guarded LOGIN PASSWORD 'right-word'");
  } else {
    database.run("DROP USER IF EXISTS guarded@'127.0.0.1'");
    database.run("CREATE USER guarded@'127.0.0.1' IDENTIFIED BY 'right-word'");
  }
  Manifest wrong = manifest();
  wrong.plugins = plugin_table("keys", "key-store-sql",
                               "connection = \"" +
                                   database.server().url(database.name(), "guarded:wrong-word") +
                                   "\", table = \"access_keys\", key_column = \"access_key\"");
  wrong.log = "level = \"trace\"\n";
  const TempDir folder;
  const std::string file = folder.write("relay.toml", wrong.text()).string();
  const Finished check = run_to_end({plugboard_program(), "check", file});
  EXPECT_EQ(check.code, 2);
  EXPECT_THAT(check.err, HasSubstr("guarded"));
  EXPECT_EQ((check.out + check.err).find("wrong-word"), std::string::npos) << check.err;

  relay = std::make_unique<RelayProcess>(wrong);
  EXPECT_EQ(refusal("alice-key").close_code, 1013);
  EXPECT_TRUE(relay->await_log("cannot be asked"));
  EXPECT_EQ(relay->standard_error().find("wrong-word"), std::string::npos);
}

}  // namespace
}  // namespace plugboard::test
