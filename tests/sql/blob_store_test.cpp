// blob-store-sql: the same promises as the store in memory, its limits shared between relays, and
// its tables through the releases.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "blob-store-sql/blob_schema.hpp"
#include "plugins/shipped_plugin.hpp"
#include "sql/support/test_database.hpp"

namespace plugboard::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class BlobStoreSql : public ::testing::TestWithParam<sql::Kind> {
 protected:
  [[nodiscard]] std::string config(const std::string& more = "") const {
    // Patient, unless the test says otherwise, so that a busy machine is no failure.
    const bool says = more.find("\"timeout\"") != std::string::npos;
    return R"({"connection":")" + database.url() + "\"" + (says ? "" : R"(,"timeout":"15s")") +
           more + "}";
  }
  void start(const std::string& more = "") { blobs = another(host, more); }
  [[nodiscard]] std::unique_ptr<ShippedPlugin> another(testing::TestHost& its_host,
                                                       const std::string& more = "") const {
    return std::make_unique<ShippedPlugin>("blob-store-sql", its_host, config(more));
  }
  std::uint64_t entries() { return blobs->blob_store().entries(blobs->self()); }
  /// What `entries` says is put right every five seconds.
  bool comes_to_count(std::uint64_t number) {
    for (int i = 0; i < 10; ++i) {
      if (host.wait_until([&] { return entries() == number; }, 200ms)) return true;
      host.advance(5s);
    }
    return false;
  }
  std::string check(const std::string& json) {
    const plugboard_plugin& plugin = shipped("blob-store-sql");
    testing::TestHost checked;
    const std::string text = completed(plugin, json);
    if (plugin.check(checked.table(), detail::bytes(text)) == PLUGBOARD_OK) return "";
    const auto problems = checked.problems();
    return problems.empty() ? "no problem told" : problems[0].pointer + ": " + problems[0].sentence;
  }
  std::string totals() {
    const auto rows = database.run("SELECT entries, total FROM plugboard_blobs_meta").rows;
    return rows.at(0).at(0).value() + " of " + rows.at(0).at(1).value() + " bytes";
  }
  /// What the table holds, as the totals should say it.
  std::string counted() {
    const auto rows =
        database.run("SELECT count(*), coalesce(sum(size), 0) FROM plugboard_blobs").rows;
    return rows.at(0).at(0).value() + " of " + rows.at(0).at(1).value() + " bytes";
  }

  /// What the plugin has said helps to understand a failure.
  ~BlobStoreSql() override {
    blobs.reset();
    if (!HasFailure()) return;
    for (const auto& line : host.log()) std::cerr << "log: " << line.text << "\n";
  }

  testing::TestHost host;
  TestDatabase database{GetParam()};
  std::unique_ptr<ShippedPlugin> blobs;
};

INSTANTIATE_TEST_SUITE_P(On, BlobStoreSql, kEveryDatabase, kind_name);

TEST_P(BlobStoreSql, FindsWhatWasPut) {
  start();
  EXPECT_EQ(blobs->put("key00001", "text").status, Status::kOk);
  EXPECT_EQ(blobs->get("key00001").blob, "text");
  EXPECT_TRUE(comes_to_count(1));
}

TEST_P(BlobStoreSql, DoesNotFindWhatWasNotPut) {
  start();
  EXPECT_EQ(blobs->get("key00001").status, Status::kNotFound);
  EXPECT_EQ(blobs->remove("key00001").status, Status::kNotFound);
}

TEST_P(BlobStoreSql, FindsTheLastOfSeveral) {
  start();
  blobs->put("key00001", "one");
  blobs->put("key00001", "and another");
  EXPECT_EQ(blobs->get("key00001").blob, "and another");
  EXPECT_TRUE(comes_to_count(1));
  EXPECT_EQ(totals(), "1 of 11 bytes");
}

TEST_P(BlobStoreSql, ForgetsWhatIsRemoved) {
  start();
  blobs->put("key00001", "text");
  EXPECT_EQ(blobs->remove("key00001").status, Status::kOk);
  EXPECT_EQ(blobs->get("key00001").status, Status::kNotFound);
  EXPECT_TRUE(comes_to_count(0));
  EXPECT_EQ(totals(), "0 of 0 bytes");
}

TEST_P(BlobStoreSql, TellsLetterCasesOfKeysApart) {
  start();
  blobs->put("Key00001", "upper");
  blobs->put("key00001", "lower");
  EXPECT_EQ(blobs->get("Key00001").blob, "upper");
  EXPECT_EQ(blobs->get("key00001").blob, "lower");
}

TEST_P(BlobStoreSql, GivesBackEveryCharacter) {
  start(R"(,"max_size":"1 MiB")");
  std::string ascii;
  for (int c = 0; c < 128; ++c) ascii += static_cast<char>(c);
  for (const std::string& text :
       {std::string(), ascii, std::string("a\0b\0", 4), std::string("'; DROP TABLE x; --\\"),
        std::string(":key :data ''\\'"), std::string("\\x00 \\\\ 0x41 %s $1 ?"),
        std::string("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xef\xbf\xbd"),
        std::string(500'000, 'x')}) {
    EXPECT_EQ(blobs->put("key00001", text).status, Status::kOk);
    EXPECT_EQ(blobs->get("key00001").blob, text);
  }
}

TEST_P(BlobStoreSql, StatesTheRouteOfItsConfig) {
  start(R"(,"max_size":"1 KiB","route_prefix":"/api/texts","require_key":true)");
  plugboard_blob_limits limits{};
  limits.size = sizeof limits;
  EXPECT_EQ(blobs->blob_store().limits(blobs->self(), &limits), PLUGBOARD_OK);
  EXPECT_EQ(limits.max_size, 1024u);
  EXPECT_EQ(detail::view(limits.route_prefix), "/api/texts");
  EXPECT_EQ(limits.flags, PLUGBOARD_BLOB_REQUIRE_KEY);
  EXPECT_EQ(blobs->put("key00001", std::string(1025, 'x')).status, Status::kTooLarge);
}

// --- Limits --------------------------------------------------------------------------------------

TEST_P(BlobStoreSql, IsFullAtItsNumberOfEntries) {
  start(R"(,"max_entries":2)");
  EXPECT_EQ(blobs->put("key00001", "1").status, Status::kOk);
  EXPECT_EQ(blobs->put("key00002", "2").status, Status::kOk);
  EXPECT_EQ(blobs->put("key00003", "3").status, Status::kFull);
  EXPECT_EQ(blobs->get("key00003").status, Status::kNotFound);
  EXPECT_EQ(blobs->put("key00001", "again").status, Status::kOk);
  EXPECT_EQ(totals(), "2 of 6 bytes");
}

TEST_P(BlobStoreSql, IsFullAtItsTotalSize) {
  start(R"(,"max_total":10)");
  EXPECT_EQ(blobs->put("key00001", "123456").status, Status::kOk);
  EXPECT_EQ(blobs->put("key00002", "12345").status, Status::kFull);
  EXPECT_EQ(blobs->put("key00002", "1234").status, Status::kOk);
  EXPECT_EQ(blobs->put("key00001", "1234567").status, Status::kFull);
  EXPECT_EQ(blobs->get("key00001").blob, "123456");
  EXPECT_EQ(blobs->put("key00003", std::string(11, 'x')).status, Status::kFull);
  EXPECT_EQ(totals(), "2 of 10 bytes");
}

TEST_P(BlobStoreSql, HasRoomAgainAfterARemovalAndAfterAShorterBlob) {
  start(R"(,"max_total":10)");
  blobs->put("key00001", "1234567890");
  blobs->put("key00001", "12345");
  EXPECT_EQ(blobs->put("key00002", "12345").status, Status::kOk);
  blobs->remove("key00001");
  EXPECT_EQ(blobs->put("key00003", "12345").status, Status::kOk);
}

TEST_P(BlobStoreSql, LowerBoundsLeaveWhatIsThereAndTakeNoMore) {
  start();
  blobs->put("key00001", "1");
  blobs->put("key00002", "2");
  EXPECT_TRUE(blobs->reconfigure(config(R"(,"max_entries":1,"max_total":1)")));
  EXPECT_EQ(blobs->get("key00002").blob, "2");
  EXPECT_EQ(blobs->put("key00003", "3").status, Status::kFull);
  EXPECT_EQ(blobs->put("key00001", "!").status, Status::kOk);
}

TEST_P(BlobStoreSql, KeepsItsBoundsWhenManyRelaysWrite) {
  constexpr int kRelays = 3;
  const std::string bounds = R"(,"max_entries":40,"max_total":500,"pool":2,"timeout":"15s")";
  std::atomic<bool> torn = false;
  std::vector<std::thread> relays;
  for (int r = 0; r < kRelays; ++r) {
    relays.emplace_back([&, r] {
      testing::TestHost its_host;
      const auto store = another(its_host, bounds);
      for (int i = 0; i < 60; ++i) {
        const std::string key = "key-" + std::to_string(1000 + (i * 7 + r * 13) % 60);
        if (i % 4 == 0) {
          if (store->remove(key).status == Status::kError) torn = true;
        } else if (store->put(key, std::string(static_cast<std::size_t>(i % 20), 'x')).status ==
                   Status::kError) {
          torn = true;
        }
        const auto blob = store->get(key).blob;
        if (blob && blob->find_first_not_of('x') != std::string::npos) torn = true;
      }
    });
  }
  for (auto& relay : relays) relay.join();
  EXPECT_FALSE(torn);
  EXPECT_EQ(totals(), counted());
  EXPECT_LE(std::stoi(database.run("SELECT count(*) FROM plugboard_blobs").only().value()), 40);
  EXPECT_LE(
      std::stoi(database.run("SELECT coalesce(sum(size), 0) FROM plugboard_blobs").only().value()),
      500);
}

TEST_P(BlobStoreSql, ThatManyShareTakesOneBlobForTheLastPlace) {
  constexpr int kRelays = 4;
  std::atomic<int> stored = 0;
  std::vector<std::thread> relays;
  for (int r = 0; r < kRelays; ++r) {
    relays.emplace_back([&, r] {
      testing::TestHost its_host;
      const auto store = another(its_host, R"(,"max_entries":1,"timeout":"15s")");
      stored += store->put("key-of-" + std::to_string(r), "x").status == Status::kOk ? 1 : 0;
    });
  }
  for (auto& relay : relays) relay.join();
  EXPECT_EQ(stored, 1);
}

// --- Time ----------------------------------------------------------------------------------------

TEST_P(BlobStoreSql, ForgetsBlobsAfterTheirTime) {
  start(R"(,"ttl":"10s")");
  blobs->put("key00001", "text");
  host.set_unix_time(1'700'000'009'999ms);
  EXPECT_EQ(blobs->get("key00001").blob, "text");
  host.set_unix_time(1'700'000'010'000ms);
  EXPECT_EQ(blobs->get("key00001").status, Status::kNotFound);
  EXPECT_EQ(blobs->remove("key00001").status, Status::kNotFound);
  EXPECT_EQ(totals(), "0 of 0 bytes");
}

TEST_P(BlobStoreSql, PuttingABlobAgainRenewsItsTime) {
  start(R"(,"ttl":"10s")");
  blobs->put("key00001", "one");
  host.set_unix_time(1'700'000'006'000ms);
  blobs->put("key00001", "two");
  host.set_unix_time(1'700'000'012'000ms);
  EXPECT_EQ(blobs->get("key00001").blob, "two");
}

TEST_P(BlobStoreSql, OldBlobsKeepNobodyOut) {
  start(R"(,"ttl":"500ms","max_entries":3)");
  for (const auto* key : {"key00001", "key00002", "key00003"}) blobs->put(key, "text");
  host.set_unix_time(1'700'000'001'000ms);
  EXPECT_EQ(blobs->put("key00004", "text").status, Status::kOk);
  EXPECT_EQ(totals(), "1 of 4 bytes");
}

TEST_P(BlobStoreSql, SweepsOldBlobsOutByItselfStepByStep) {
  start(R"(,"ttl":"10s")");
  EXPECT_EQ(blobs->put("key00001", "text").status, Status::kOk);
  std::string rows;
  for (int i = 0; i < 350; ++i) {
    rows += (i == 0 ? "('" : ", ('") + ("old-" + std::to_string(1000 + i)) + "', 'x', 1, " +
            std::to_string(1'600'000'000'000 + i) + ")";
  }
  database.run("INSERT INTO plugboard_blobs (blob_key, data, size, stored_at) VALUES " + rows);
  database.run("UPDATE plugboard_blobs_meta SET entries = 351, total = 354");
  host.advance(5s);
  EXPECT_TRUE(host.wait_until([&] { return totals() == "1 of 4 bytes"; }));
  EXPECT_EQ(totals(), counted());
  EXPECT_EQ(blobs->get("key00001").blob, "text");
  EXPECT_TRUE(comes_to_count(1));
}

TEST_P(BlobStoreSql, CountsWhatOtherRelaysPut) {
  start();
  testing::TestHost other_host;
  const auto other = another(other_host);
  other->put("key00001", "text");
  EXPECT_TRUE(comes_to_count(1));
  EXPECT_EQ(blobs->get("key00001").blob, "text");
}

// --- The tables ----------------------------------------------------------------------------------

class BlobTables : public BlobStoreSql {
 protected:
  /// As version 1 made them, with one blob.
  void make_version_1(const std::string& age_column = "stored_at") {
    const bool is_mysql = GetParam() == sql::Kind::kMysql;
    const std::string key = is_mysql ? "VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin" : "TEXT";
    const std::string bytes = is_mysql                               ? "LONGBLOB"
                              : GetParam() == sql::Kind::kPostgresql ? "BYTEA"
                                                                     : "BLOB";
    database.run("CREATE TABLE plugboard_blobs (blob_key " + key + " PRIMARY KEY, data " + bytes +
                 " NOT NULL, size BIGINT NOT NULL, " + age_column + " BIGINT NOT NULL)");
    database.run(
        "CREATE TABLE plugboard_blobs_meta (id INTEGER PRIMARY KEY, version INTEGER NOT NULL, "
        "entries BIGINT NOT NULL, total BIGINT NOT NULL)");
    database.run("INSERT INTO plugboard_blobs VALUES ('key00001', 'text', 4, 1700000000000)");
    database.run("INSERT INTO plugboard_blobs_meta VALUES (1, 1, 1, 4)");
  }
  std::string version() {
    return database.run("SELECT version FROM plugboard_blobs_meta").only().value();
  }
};
INSTANTIATE_TEST_SUITE_P(On, BlobTables, kEveryDatabase, kind_name);

TEST_P(BlobTables, AreMadeOfThePresentVersion) {
  start();
  EXPECT_EQ(blobs->put("key00001", "text").status, Status::kOk);
  EXPECT_EQ(version(), std::to_string(blob_store_sql::BlobSchema::kVersion));
}

TEST_P(BlobTables, CanHaveAnotherName) {
  start(R"(,"table":"other_blobs")");
  EXPECT_EQ(blobs->put("key00001", "text").status, Status::kOk);
  EXPECT_EQ(database.run("SELECT count(*) FROM other_blobs").only(), "1");
}

TEST_P(BlobTables, AreFoundAgainByTheNextRelay) {
  start();
  blobs->put("key00001", "text");
  blobs.reset();
  start();
  EXPECT_EQ(blobs->get("key00001").blob, "text");
}

TEST_P(BlobTables, OfAnEarlierVersionAreBroughtUpToDate) {
  make_version_1();
  start();
  EXPECT_EQ(blobs->get("key00001").blob, "text");
  EXPECT_EQ(version(), "2");
  EXPECT_EQ(blobs->put("key00002", "more").status, Status::kOk);
  EXPECT_EQ(totals(), "2 of 8 bytes");
}

TEST_P(BlobTables, ThatCannotBeBroughtUpToDateStayAsTheyWere) {
  make_version_1("misnamed");
  start(R"(,"timeout":"2s")");
  EXPECT_EQ(blobs->get("key00001").status, Status::kError);
  EXPECT_TRUE(host.wait_until([&] { return host.logged("stored_at"); }));
  EXPECT_EQ(version(), "1");
  EXPECT_EQ(database.run("SELECT count(*) FROM plugboard_blobs").only(), "1");
  // And once the obstacle has gone:
  database.run("ALTER TABLE plugboard_blobs RENAME COLUMN misnamed TO stored_at");
  EXPECT_TRUE(host.wait_until([&] { return blobs->get("key00001").blob == "text"; }));
  EXPECT_EQ(version(), "2");
}

TEST_P(BlobTables, OfALaterVersionAreLeftAlone) {
  make_version_1();
  database.run("UPDATE plugboard_blobs_meta SET version = 3");
  start();
  EXPECT_EQ(blobs->get("key00001").status, Status::kError);
  EXPECT_TRUE(host.wait_until([&] { return host.logged("newer release"); }));
  EXPECT_EQ(version(), "3");
  EXPECT_THAT(check(config()), HasSubstr("newer release"));
}

TEST_P(BlobTables, AreMadeOnceByRelaysThatStartTogether) {
  constexpr int kRelays = 4;
  std::atomic<int> stored = 0;
  std::vector<std::thread> relays;
  for (int r = 0; r < kRelays; ++r) {
    relays.emplace_back([&, r] {
      testing::TestHost its_host;
      const auto store = another(its_host, R"(,"timeout":"15s")");
      const std::string key = "key-of-" + std::to_string(r);
      stored += its_host.wait_until([&] { return store->put(key, "x").status == Status::kOk; });
    });
  }
  for (auto& relay : relays) relay.join();
  EXPECT_EQ(stored, kRelays);
  EXPECT_EQ(totals(), "4 of 4 bytes");
}

TEST_P(BlobTables, ThatAreLostMakeTheStoreUnavailableUntilTheyAreBack) {
  start();
  blobs->put("key00001", "text");
  database.run("ALTER TABLE plugboard_blobs RENAME TO elsewhere");
  EXPECT_EQ(blobs->get("key00001").status, Status::kError);
  EXPECT_EQ(blobs->put("key00002", "more").status, Status::kError);
  database.run("ALTER TABLE elsewhere RENAME TO plugboard_blobs");
  EXPECT_TRUE(host.wait_until([&] { return blobs->get("key00001").blob == "text"; }));
}

TEST_P(BlobTables, CheckChangesNothing) {
  EXPECT_EQ(check(config()), "");
  if (GetParam() == sql::Kind::kSqlite) {
    EXPECT_FALSE(std::filesystem::exists(database.file()));
  } else {
    EXPECT_THROW(database.run("SELECT * FROM plugboard_blobs"), sql::Failure);
  }
  make_version_1();
  EXPECT_EQ(check(config()), "");
  EXPECT_EQ(version(), "1");
}

// --- A database that is not well -----------------------------------------------------------------

class BlobsOnServer : public BlobStoreSql {
 protected:
  ~BlobsOnServer() override { database.server().continue_processes(); }
};
INSTANTIATE_TEST_SUITE_P(On, BlobsOnServer, kEveryServer, kind_name);

TEST_P(BlobsOnServer, SayErrorWhileItIsStoppedAndGoOnByThemselves) {
  start(R"(,"timeout":"500ms")");
  EXPECT_TRUE(
      host.wait_until([&] { return blobs->put("key00001", "text").status == Status::kOk; }));
  database.server().stop_processes();
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(blobs->put("key00002", "more").status, Status::kError);
  EXPECT_EQ(blobs->get("key00001").status, Status::kError);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
  database.server().continue_processes();
  EXPECT_TRUE(host.wait_until([&] { return blobs->get("key00001").blob == "text"; }));
  EXPECT_EQ(totals(), counted());
}

TEST_P(BlobsOnServer, ThatWereConfirmedSurviveItsKill) {
  start(R"(,"timeout":"5s")");
  std::atomic<bool> go_on = true;
  std::vector<std::string> confirmed;
  std::atomic<int> count = 0;
  std::thread writer([&] {
    for (int i = 0; go_on && i < 5000; ++i) {
      const std::string key = "key-" + std::to_string(10'000 + i);
      if (blobs->put(key, "text of " + key).status != Status::kOk) break;
      confirmed.push_back(key);
      ++count;
    }
  });
  EXPECT_TRUE(host.wait_until([&] { return count >= 50; }));
  database.disconnect();
  database.server().kill();
  go_on = false;
  writer.join();
  database.server().start_again();
  EXPECT_GE(confirmed.size(), 50u);
  for (const std::string& key : confirmed) {
    EXPECT_TRUE(host.wait_until([&] { return blobs->get(key).blob == "text of " + key; }, 10s))
        << key;
  }
  EXPECT_EQ(totals(), counted());
}

TEST_P(BlobsOnServer, CheckSaysWhatTheUserMayNotDo) {
  start();
  blobs->put("key00001", "text");
  const bool is_mysql = GetParam() == sql::Kind::kMysql;
  const std::string user = is_mysql ? "reader@'127.0.0.1'" : "reader";
  database.run((is_mysql ? "DROP USER IF EXISTS " : "DROP ROLE IF EXISTS ") + user);
  database.run(is_mysql ? "CREATE USER " + user : "CREATE ROLE " + user + " LOGIN");
  database.run("GRANT SELECT ON " + (is_mysql ? database.name() + ".*" : "plugboard_blobs") +
               " TO " + user);
  if (!is_mysql) database.run("GRANT SELECT ON plugboard_blobs_meta TO " + user);
  const std::string url = database.server().url(database.name(), "reader");
  EXPECT_THAT(check(R"({"connection":")" + url + "\"}"), HasSubstr("/table: "));
  const std::string rights = "GRANT INSERT, UPDATE, DELETE ON ";
  for (const std::string table : {"plugboard_blobs", "plugboard_blobs_meta"}) {
    database.run(rights + (is_mysql ? database.name() + "." + table : table) + " TO " + user);
  }
  EXPECT_EQ(check(R"({"connection":")" + url + "\"}"), "");
  database.run(is_mysql ? "DROP USER " + user : "DROP OWNED BY " + user);
}

class BlobsInFile : public BlobStoreSql {};
INSTANTIATE_TEST_SUITE_P(On, BlobsInFile, ::testing::Values(sql::Kind::kSqlite), kind_name);

TEST_P(BlobsInFile, AreWrittenAheadAndSynchronised) {
  start();
  blobs->put("key00001", "text");
  EXPECT_EQ(database.run("PRAGMA journal_mode").only(), "wal");
}

TEST_P(BlobsInFile, CheckNamesAFolderThatIsNotThere) {
  EXPECT_THAT(check(R"({"connection":"sqlite3:///no/such/folder/blobs.db"})"),
              HasSubstr("/connection: /no/such/folder"));
}

}  // namespace
}  // namespace plugboard::test
