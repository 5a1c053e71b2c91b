// key-store-sql while its database is well: what it allows, what it remembers, whom it revokes.
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sql/key_store_fixture.hpp"

namespace plugboard::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

INSTANTIATE_TEST_SUITE_P(On, KeyStoreSql, kEveryDatabase, kind_name);

// --- Keys ----------------------------------------------------------------------------------------

TEST_P(KeyStoreSql, AllowsTheKeysOfItsTableAndAbstainsOnOthers) {
  make_table();
  add_key("alice-key");
  start();
  EXPECT_EQ(status("alice-key"), Status::kOk);
  EXPECT_EQ(status("mallory-key"), Status::kNext);
}

TEST_P(KeyStoreSql, AllowsTheKeysThatAQueryFinds) {
  make_table(", active INTEGER");
  database.run("INSERT INTO access_keys VALUES ('alice-key', 1), ('former-key', 0)");
  start_with(query_config("SELECT 1 FROM access_keys WHERE access_key = :key AND active = 1;"));
  EXPECT_EQ(status("alice-key"), Status::kOk);
  EXPECT_EQ(status("former-key"), Status::kNext);
}

TEST_P(KeyStoreSql, TakesAQueryThatNamesTheKeyTwice) {
  make_table(", alias " + database.text_type());
  database.run("INSERT INTO access_keys VALUES ('alice-key', 'alice-alias')");
  start_with(query_config("SELECT 1 FROM access_keys WHERE access_key = :key OR alias = :key"));
  EXPECT_EQ(status("alice-key"), Status::kOk);
  EXPECT_EQ(status("alice-alias"), Status::kOk);
  EXPECT_EQ(status("bob-key-0"), Status::kNext);
}

TEST_P(KeyStoreSql, TellsLetterCasesApartWhateverTheCollation) {
  make_table();
  add_key("Alice-Key");
  start();
  EXPECT_EQ(status("Alice-Key"), Status::kOk);
  EXPECT_EQ(status("alice-key"), Status::kNext);
}

TEST_P(KeyStoreSql, FindsKeysThatPaddingFollows) {
  database.run("CREATE TABLE access_keys (access_key CHAR(64))");
  add_key("alice-key");
  start();
  EXPECT_EQ(status("alice-key"), Status::kOk);
}

TEST_P(KeyStoreSql, TakesReservedWordsForNames) {
  const char quote = GetParam() == sql::Kind::kPostgresql ? '"' : '`';
  const auto quoted = [&](const std::string& name) { return quote + name + quote; };
  database.run("CREATE TABLE " + quoted("order") + " (" + quoted("key") + " " +
               database.text_type() + ")");
  database.run("INSERT INTO " + quoted("order") + " VALUES ('alice-key')");
  start_with(R"({"connection":")" + database.url() + R"(","table":"order","key_column":"key"})");
  EXPECT_EQ(status("alice-key"), Status::kOk);
}

TEST_P(KeyStoreSql, CanHoldHashesInPlaceOfKeys) {
  make_table();
  // SHA-256 of alice-key.
  add_key("72ee9d4355ccb9d3a4c9dbf37382e38e75c1b1a225b5bd1f729ee91bbda30c20");
  start(R"(,"hashed":true)");
  EXPECT_EQ(status("alice-key"), Status::kOk);
  EXPECT_EQ(status("72ee9d4355ccb9d3a4c9dbf37382e38e75c1b1a225b5bd1f729ee91bbda30c20"),
            Status::kNext);
}

TEST_P(KeyStoreSql, ARecheckAsksTheDatabaseWhateverIsRemembered) {
  make_table();
  add_key("alice-key");
  start();
  ASSERT_EQ(status("alice-key"), Status::kOk);
  database.run("DELETE FROM access_keys");
  ASSERT_EQ(status("alice-key"), Status::kOk);
  EXPECT_EQ(store->lookup("alice-key", KeyPurpose::kRecheck).status, Status::kNext);
  EXPECT_EQ(status("alice-key"), Status::kNext);
}

TEST_P(KeyStoreSql, DoesNotMindColumnsOfOtherTypes) {
  make_table(GetParam() == sql::Kind::kPostgresql
                 ? ", u UUID DEFAULT gen_random_uuid(), j JSONB DEFAULT '{}', i INET"
                 : ", j JSON, d DATE, b BLOB");
  add_key("alice-key");
  start();
  EXPECT_EQ(status("alice-key"), Status::kOk);
}

TEST_P(KeyStoreSql, GoesOnWhenTheTableGetsAnotherShape) {
  make_table(", note INTEGER, expires_at BIGINT");
  database.run("INSERT INTO access_keys VALUES ('alice-key', 1, 5)");
  start(R"(,"cache_ttl":0)");
  EXPECT_EQ(store->lookup("alice-key").grant.value().expires_at_ms, 5000);
  database.run("ALTER TABLE access_keys DROP COLUMN note");
  EXPECT_EQ(store->lookup("alice-key").grant.value().expires_at_ms, 5000);
  database.run("ALTER TABLE access_keys ADD COLUMN ids " + database.text_type());
  EXPECT_EQ(store->lookup("alice-key").grant.value().expires_at_ms, 5000);
}

TEST_P(KeyStoreSql, AnEmptyPatternForIdsAllowsNoneAndNullAny) {
  make_table(", ids " + database.text_type());
  database.run("INSERT INTO access_keys VALUES ('no-ids-at-all', '')");
  database.run("INSERT INTO access_keys VALUES ('any-id-at-all', NULL)");
  start();
  EXPECT_EQ(store->lookup("no-ids-at-all").grant.value().ids, "(?:)");
  EXPECT_EQ(store->lookup("any-id-at-all").grant.value().ids, "");
}

TEST_P(KeyStoreSql, PutsNothingIntoTheQueryButBound) {
  make_table();
  add_key("alice-key");
  start();
  for (const std::string key :
       {"' OR '1'='1", "'; DROP TABLE access_keys; --", "\\' OR 1=1 -- ", "\" OR \"\"=\"",
        "alice-key' --", "%", "alice%", "_________", "\xbf\x27 OR 1=1 -- ", "0x616c696365", ":key",
        "alice-key\\", "$1", "NULL", "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"}) {
    EXPECT_NE(status(key), Status::kOk) << key;
  }
  EXPECT_EQ(status("alice-key"), Status::kOk);
  EXPECT_EQ(database.run("SELECT count(*) FROM access_keys").only(), "1");
}

TEST_P(KeyStoreSql, AbstainsOnKeysThatItsColumnCannotHold) {
  if (GetParam() != sql::Kind::kPostgresql) return;  // the others compare whatever with whatever
  database.run("CREATE TABLE access_keys (access_key UUID)");
  add_key("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
  start();
  EXPECT_EQ(status("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), Status::kOk);
  EXPECT_EQ(status("no-uuid-at-all"), Status::kNext);
}

TEST_P(KeyStoreSql, FindsEachOfTenThousandKeys) {
  constexpr int kKeys = 10'000;
  const auto key = [](int number) { return "key-number-" + std::to_string(100'000 + number); };
  make_table(", ids " + database.text_type());
  if (GetParam() == sql::Kind::kMysql || GetParam() == sql::Kind::kPostgresql) {
    database.run("CREATE UNIQUE INDEX by_key ON access_keys (access_key)");
  } else {
    database.run("CREATE UNIQUE INDEX by_key ON access_keys (access_key)");
  }
  for (int at = 0; at < kKeys; at += 1000) {
    std::string rows;
    for (int i = at; i < at + 1000; ++i) {
      rows += (rows.empty() ? "('" : ", ('") + key(i) + "', 'id-" + std::to_string(i) + "')";
    }
    database.run("INSERT INTO access_keys VALUES " + rows);
  }
  start();
  const plugboard_key_store& table = store->key_store();
  int right = 0;
  for (int at = 0; at < kKeys; at += 500) {
    std::map<plugboard_token, int> asked;
    for (int i = at; i < at + 500; ++i) {
      const std::string text = key(i);
      plugboard_key_request request{};
      request.size = sizeof request;
      request.purpose = PLUGBOARD_KEY_FOR_PEER;
      request.key = detail::bytes(text);
      const auto token = host.open_question(testing::TestHost::Question::kKey);
      EXPECT_EQ(table.lookup(store->self(), &request, token), PLUGBOARD_PENDING);
      asked[token] = i;
    }
    for (const auto& [token, number] : asked) {
      (void)host.wait_until([&, t = token] { return host.answer(t).status != Status::kPending; });
      const auto grant = host.answer(token).grant;
      right += grant && grant->ids == "id-" + std::to_string(number) ? 1 : 0;
    }
  }
  EXPECT_EQ(right, kKeys);
}

// --- Grants --------------------------------------------------------------------------------------

TEST_P(KeyStoreSql, GrantsWhatTheColumnsSay) {
  const std::string text = " " + database.text_type();
  make_table(", channels" + text + ", reach" + text + ", ids" + text + ", attributes" + text +
             ", expires_at BIGINT");
  database.run("INSERT INTO access_keys VALUES (:key, :channels, :reach, :ids, :attributes, 5)",
               {{"key", "alice-key"},
                {"channels", "pwa, room/one ,"},
                {"reach", "pwa"},
                {"ids", "alice-[0-9]{4}"},
                {"attributes", R"({"name":"Ren\u00e9e \"R\" \\ O'Hara €😀"})"}});
  start();
  const Grant grant = store->lookup("alice-key").grant.value();
  EXPECT_EQ(grant.channels, (std::vector<std::string>{"pwa", "room/one"}));
  EXPECT_EQ(grant.reach, std::vector<std::string>{"pwa"});
  EXPECT_EQ(grant.ids, "alice-[0-9]{4}");
  EXPECT_EQ(grant.attributes, R"({"name":"Ren\u00e9e \"R\" \\ O'Hara €😀"})");
  EXPECT_EQ(grant.expires_at_ms, 5000);
}

TEST_P(KeyStoreSql, NullsRestrictNothing) {
  const std::string text = " " + database.text_type();
  make_table(", channels" + text + ", reach" + text + ", ids" + text + ", attributes" + text +
             ", expires_at BIGINT");
  add_key("alice-key");
  start();
  const Grant grant = store->lookup("alice-key").grant.value();
  EXPECT_FALSE(grant.channels);
  EXPECT_FALSE(grant.reach);
  EXPECT_EQ(grant.ids, "");
  EXPECT_EQ(grant.attributes, "");
  EXPECT_EQ(grant.expires_at_ms, 0);
}

TEST_P(KeyStoreSql, AnEmptyListAllowsNothing) {
  make_table(", channels " + database.text_type());
  database.run("INSERT INTO access_keys VALUES ('alice-key', '')");
  start();
  EXPECT_EQ(store->lookup("alice-key").grant.value().channels, std::vector<std::string>());
}

TEST_P(KeyStoreSql, ATimeOfZeroIsLongAgoAndNotNever) {
  make_table(", expires_at BIGINT");
  database.run("INSERT INTO access_keys VALUES ('alice-key', 0)");
  start();
  EXPECT_EQ(store->lookup("alice-key").grant.value().expires_at_ms, 1);
}

TEST_P(KeyStoreSql, ReadsTimesOfItsDatabaseAsTheMomentsTheyAre) {
  // Noon in Kathmandu.
  const std::string values[] = {"'2030-01-01 12:00:00'"};
  std::string type = "TEXT";
  std::string moment = "'2030-01-01 12:00:00+05:45'";
  if (GetParam() == sql::Kind::kPostgresql) {
    type = "TIMESTAMP WITH TIME ZONE";
    database.run("ALTER DATABASE " + database.name() + " SET TimeZone TO 'America/New_York'");
  } else if (GetParam() == sql::Kind::kMysql) {
    type = "TIMESTAMP NULL";
    database.run("SET SESSION time_zone = '+05:45'");
    moment = values[0];
  }
  make_table(", expires_at " + type);
  database.run("INSERT INTO access_keys VALUES ('alice-key', " + moment + ")");
  start();
  EXPECT_EQ(store->lookup("alice-key").grant.value().expires_at_ms, 1893478500000);
}

TEST_P(KeyStoreSql, ATimeWithoutZoneIsUtc) {
  make_table(GetParam() == sql::Kind::kPostgresql ? ", expires_at TIMESTAMP"
             : GetParam() == sql::Kind::kMysql    ? ", expires_at DATETIME"
                                                  : ", expires_at TEXT");
  database.run("INSERT INTO access_keys VALUES ('alice-key', '2030-01-01 12:00:00')");
  start();
  EXPECT_EQ(store->lookup("alice-key").grant.value().expires_at_ms, 1893499200000);
}

TEST_P(KeyStoreSql, ReadsFractionsOfSeconds) {
  make_table(", expires_at NUMERIC(20, 3)");
  database.run("INSERT INTO access_keys VALUES ('alice-key', 1893499200.25)");
  start();
  EXPECT_EQ(store->lookup("alice-key").grant.value().expires_at_ms, 1893499200250);
}

TEST_P(KeyStoreSql, ATimeThatCannotBeReadIsNotNever) {
  make_table(", expires_at " + database.text_type());
  database.run("INSERT INTO access_keys VALUES ('alice-key', 'next year')");
  start();
  EXPECT_EQ(status("alice-key"), Status::kError);
  EXPECT_TRUE(host.logged("expires_at"));
  EXPECT_FALSE(host.logged("alice-key"));
}

// --- What it remembers ---------------------------------------------------------------------------

TEST_P(KeyStoreSql, RemembersAKeyForItsTime) {
  make_table();
  add_key("alice-key");
  start(R"(,"cache_ttl":"60s")");
  EXPECT_EQ(status("alice-key"), Status::kOk);
  remove_key("alice-key");
  host.advance(59s);
  EXPECT_EQ(status("alice-key"), Status::kOk);
  host.advance(1s);
  EXPECT_EQ(status("alice-key"), Status::kNext);
}

TEST_P(KeyStoreSql, RemembersThatThereIsNoSuchKeyForItsTime) {
  make_table();
  start(R"(,"negative_cache_ttl":"5s")");
  EXPECT_EQ(status("alice-key"), Status::kNext);
  add_key("alice-key");
  host.advance(4s);
  EXPECT_EQ(status("alice-key"), Status::kNext);
  host.advance(1s);
  EXPECT_EQ(status("alice-key"), Status::kOk);
}

TEST_P(KeyStoreSql, RemembersNothingIfNotAllowedTo) {
  make_table();
  start(R"(,"cache_ttl":0,"negative_cache_ttl":0)");
  EXPECT_EQ(status("alice-key"), Status::kNext);
  add_key("alice-key");
  EXPECT_EQ(status("alice-key"), Status::kOk);
  remove_key("alice-key");
  EXPECT_EQ(status("alice-key"), Status::kNext);
}

// --- Revocation ----------------------------------------------------------------------------------

TEST_P(KeyStoreSql, RevokesConnectedKeysThatHaveGone) {
  make_table();
  std::vector<std::uint64_t> credentials;
  std::set<std::uint64_t> gone;
  std::string rows;
  for (int i = 0; i < 250; ++i) {
    rows += (i == 0 ? "('" : ", ('") + ("peer-key-" + std::to_string(1000 + i)) + "')";
  }
  database.run("INSERT INTO access_keys VALUES " + rows);
  start(R"(,"poll":"30s")");
  for (int i = 0; i < 250; ++i) {
    credentials.push_back(credential("peer-key-" + std::to_string(1000 + i)));
    host.set_credential(credentials.back(), 1);
  }
  for (const int i : {0, 99, 100, 249}) {
    remove_key("peer-key-" + std::to_string(1000 + i));
    gone.insert(credentials[static_cast<std::size_t>(i)]);
  }
  host.advance(30s);
  EXPECT_TRUE(host.wait_until([&] { return host.revoked().size() >= gone.size(); }));
  const auto revoked = host.revoked();
  EXPECT_EQ(std::set<std::uint64_t>(revoked.begin(), revoked.end()), gone);
  EXPECT_EQ(status("peer-key-1000"), Status::kNext);
  EXPECT_EQ(status("peer-key-1001"), Status::kOk);
}

TEST_P(KeyStoreSql, RevokesConnectedKeysThatExpireEarlierThanItWasSaid) {
  make_table(", expires_at BIGINT");
  add_key("alice-key");
  start(R"(,"poll":"30s")");
  host.set_credential(credential("alice-key"), 1);
  database.run("UPDATE access_keys SET expires_at = 1700000000");
  host.advance(30s);
  EXPECT_TRUE(host.wait_until([&] { return host.revoked().size() == 1; }));
}

TEST_P(KeyStoreSql, PollsWithAQueryOfItsOwnToo) {
  make_table();
  add_key("alice-key");
  add_key("bob-key-0");
  start_with(query_config("SELECT 1 FROM access_keys WHERE access_key = :key"));
  const std::uint64_t alice = credential("alice-key");
  host.set_credential(alice, 1);
  host.set_credential(credential("bob-key-0"), 1);
  remove_key("alice-key");
  host.advance(30s);
  EXPECT_TRUE(host.wait_until([&] { return !host.revoked().empty(); }));
  EXPECT_EQ(host.revoked(), std::vector<std::uint64_t>{alice});
}

TEST_P(KeyStoreSql, RevokesNobodyIfTheDatabaseCannotSay) {
  make_table();
  add_key("alice-key");
  start(R"(,"poll":"30s")");
  host.set_credential(credential("alice-key"), 1);
  database.run("ALTER TABLE access_keys RENAME TO elsewhere");
  host.advance(30s);
  EXPECT_TRUE(host.wait_until([&] { return host.logged("cannot be asked"); }));
  EXPECT_TRUE(host.revoked().empty());
}

TEST_P(KeyStoreSql, DoesNotPollIfNotAskedTo) {
  make_table();
  add_key("alice-key");
  start(R"(,"poll":0,"cache_ttl":"1s")");
  host.set_credential(credential("alice-key"), 1);
  remove_key("alice-key");
  host.advance(1h);
  EXPECT_EQ(status("alice-key"), Status::kNext);  // whatever was to be asked has been
  EXPECT_TRUE(host.revoked().empty());
}

// --- Reloads -------------------------------------------------------------------------------------

TEST_P(KeyStoreSql, AReloadWithTheSameSourceForgetsNothing) {
  make_table();
  add_key("alice-key");
  start();
  EXPECT_EQ(status("alice-key"), Status::kOk);
  remove_key("alice-key");
  EXPECT_TRUE(store->reconfigure(config(R"(,"timeout":"15s","cache_ttl":"30s")")));
  EXPECT_EQ(status("alice-key"), Status::kOk);
  host.advance(30s);
  EXPECT_EQ(status("alice-key"), Status::kNext);
}

TEST_P(KeyStoreSql, AReloadCanNameAnotherTable) {
  make_table();
  add_key("alice-key");
  database.run("CREATE TABLE others (k " + database.text_type() + ")");
  database.run("INSERT INTO others VALUES ('bob-key-0')");
  start();
  host.set_credential(credential("alice-key"), 1);
  EXPECT_TRUE(store->reconfigure(R"({"connection":")" + database.url() +
                                 R"(","table":"others","key_column":"k"})"));
  EXPECT_EQ(status("bob-key-0"), Status::kOk);
  EXPECT_EQ(status("alice-key"), Status::kNext);
  host.advance(30s);  // who is connected by the old table is looked for in the new one
  EXPECT_TRUE(host.wait_until([&] { return host.revoked().size() == 1; }));
}

// --- plugboard check -----------------------------------------------------------------------------

TEST_P(KeyStoreSql, CheckIsContentWithAGoodDatabase) {
  make_table();
  EXPECT_EQ(check(config()), "");
}

TEST_P(KeyStoreSql, CheckNamesAMissingTable) {
  database.run("CREATE TABLE other (x INTEGER)");
  EXPECT_THAT(check(config()), HasSubstr("/table: "));
  EXPECT_THAT(check(config()), HasSubstr("access_keys"));
}

TEST_P(KeyStoreSql, CheckNamesAMissingColumn) {
  database.run("CREATE TABLE access_keys (x INTEGER)");
  EXPECT_THAT(check(config()), HasSubstr("/key_column: "));
  EXPECT_THAT(check(config()), HasSubstr("access_key"));
}

TEST_P(KeyStoreSql, CheckSaysWhatIsWrongWithAQuery) {
  make_table();
  EXPECT_THAT(check(query_config("SELECT 1 FROM nowhere WHERE k = :key")), HasSubstr("/query: "));
  EXPECT_THAT(check(query_config("SELEKT 1 FROM access_keys WHERE access_key = :key")),
              HasSubstr("/query: "));
}

TEST_P(KeyStoreSql, RefusesConfigsThatAreNone) {
  const std::string connection = R"({"connection":")" + database.url() + "\"";
  EXPECT_THAT(refusal("key-store-sql", connection + "}"), HasSubstr("needs table and key_column"));
  EXPECT_THAT(refusal("key-store-sql", connection + R"(,"table":"t"})"),
              HasSubstr("/key_column: "));
  EXPECT_THAT(refusal("key-store-sql", connection + R"(,"query":"SELECT 1"})"),
              HasSubstr("does not hold :key"));
  EXPECT_THAT(refusal("key-store-sql", connection + R"(,"query":"SELECT ':key'"})"),
              HasSubstr("does not hold :key"));
  EXPECT_THAT(refusal("key-store-sql", connection + R"(,"query":"SELECT :key, :id"})"),
              HasSubstr(":id"));
  EXPECT_THAT(
      refusal("key-store-sql",
              connection + R"(,"table":"t","key_column":"k","query":"SELECT 1 WHERE :key"})"),
      HasSubstr("/query: "));
}

}  // namespace
}  // namespace plugboard::test
