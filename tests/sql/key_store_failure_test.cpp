// key-store-sql while its database is not well: it says "error" in time, remembers what it may, and
// comes back by itself.
#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "sql/key_store_fixture.hpp"
#include "support/deadline.hpp"

namespace plugboard::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class KeyStoreSqlFailing : public KeyStoreSql {
 protected:
  /// Answers soon: remembers for long, since what is tested are keys that it has not seen.
  void start_quick(const std::string& more = "") {
    start(R"(,"timeout":"500ms","cache_ttl":"1h","negative_cache_ttl":0)" + more);
  }
};

class KeyStoreSqlOnServer : public KeyStoreSqlFailing {
 protected:
  ~KeyStoreSqlOnServer() override {
    // For the tests after this one.
    database.server().continue_processes();
  }
};

INSTANTIATE_TEST_SUITE_P(On, KeyStoreSqlFailing, kEveryDatabase, kind_name);
INSTANTIATE_TEST_SUITE_P(On, KeyStoreSqlOnServer, kEveryServer, kind_name);

TEST_P(KeyStoreSqlFailing, StartsWithoutItsTableAndGoesOnOnceItIsThere) {
  database.run("CREATE TABLE other (x INTEGER)");
  start_quick();
  EXPECT_EQ(status("alice-key"), Status::kError);
  EXPECT_TRUE(host.logged("access_keys"));
  make_table();
  add_key("alice-key");
  EXPECT_TRUE(comes_to(Status::kOk, "alice-key"));
}

TEST_P(KeyStoreSqlFailing, LosesItsTableAndGetsItBack) {
  make_table();
  add_key("alice-key");
  add_key("bob-key-0");
  start_quick();
  EXPECT_EQ(status("alice-key"), Status::kOk);
  database.run("ALTER TABLE access_keys RENAME TO elsewhere");
  EXPECT_EQ(status("bob-key-0"), Status::kError);
  EXPECT_EQ(status("alice-key"), Status::kOk);  // remembered
  database.run("ALTER TABLE elsewhere RENAME TO access_keys");
  EXPECT_TRUE(comes_to(Status::kOk, "bob-key-0"));
}

TEST_P(KeyStoreSqlFailing, GivesUpASlowAnswerInTime) {
  make_table();
  add_key("alice-key");
  std::string slow = "SELECT 1 FROM access_keys WHERE access_key = :key AND ";
  slow += GetParam() == sql::Kind::kPostgresql
              ? "(access_key <> 'slow-key-1' OR pg_sleep(60) IS NOT NULL)"
          : GetParam() == sql::Kind::kMysql
              ? "(access_key <> 'slow-key-1' OR SLEEP(60) = 0)"
              : "(access_key <> 'slow-key-1' OR (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
                "SELECT i + 1 FROM n) SELECT count(*) FROM n) > 0)";
  add_key("slow-key-1");
  start_with(R"({"connection":")" + database.url() + R"(","timeout":"500ms","pool":1,"query":")" +
             slow + "\"}");
  EXPECT_TRUE(comes_to(Status::kOk, "alice-key"));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(status("slow-key-1"), Status::kError);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
  EXPECT_TRUE(comes_to(Status::kNext, "bob-key-0"));
}

TEST_P(KeyStoreSqlOnServer, AServerThatIsStoppedHoldsNobodyUp) {
  make_table();
  add_key("alice-key");
  add_key("bob-key-0");
  start_quick();
  EXPECT_EQ(status("alice-key"), Status::kOk);
  database.server().stop_processes();
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(status("bob-key-0"), Status::kError);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
  EXPECT_EQ(status("alice-key"), Status::kOk);  // remembered
  database.server().continue_processes();
  EXPECT_TRUE(comes_to(Status::kOk, "bob-key-0"));
}

TEST_P(KeyStoreSqlOnServer, HoldsNoMoreQuestionsThanItsBoundWhileTheServerIsStopped) {
  constexpr int kQuestions = 3000;
  constexpr int kBound = 1024;
  make_table();
  start_quick();
  EXPECT_EQ(status("alice-key"), Status::kNext);
  database.server().stop_processes();
  std::vector<plugboard_token> tokens;
  for (int i = 0; i < kQuestions; ++i) {
    const std::string key = "stranger-" + std::to_string(i);
    plugboard_key_request request{};
    request.size = sizeof request;
    request.purpose = PLUGBOARD_KEY_FOR_PEER;
    request.key = detail::bytes(key);
    tokens.push_back(host.open_question(testing::TestHost::Question::kKey));
    EXPECT_EQ(store->key_store().lookup(store->self(), &request, tokens.back()), PLUGBOARD_PENDING);
  }
  const auto answered = [&] {
    return std::count_if(tokens.begin(), tokens.end(), [&](plugboard_token token) {
      return host.answer(token).status == Status::kError;
    });
  };
  EXPECT_GE(answered(), kQuestions - kBound - 4);  // four are being asked
  EXPECT_TRUE(host.wait_until([&] { return answered() == kQuestions; }));
}

TEST_P(KeyStoreSqlOnServer, EndsInTimeWhileTheServerIsStopped) {
  make_table();
  start_quick();
  EXPECT_EQ(status("alice-key"), Status::kNext);
  database.server().stop_processes();
  EXPECT_EQ(status("alice-key"), Status::kError);
  const auto begin = std::chrono::steady_clock::now();
  store.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
}

TEST_P(KeyStoreSqlOnServer, AServerThatIsKilledAndStartedAgainIsFoundAgain) {
  make_table();
  add_key("alice-key");
  add_key("bob-key-0");
  start_quick();
  EXPECT_EQ(status("alice-key"), Status::kOk);
  database.disconnect();
  database.server().kill();
  EXPECT_EQ(status("bob-key-0"), Status::kError);
  EXPECT_EQ(status("alice-key"), Status::kOk);  // remembered
  EXPECT_TRUE(host.wait_until([&] { return host.logged("cannot be asked"); }));
  database.server().start_again();
  EXPECT_TRUE(comes_to(Status::kOk, "bob-key-0"));
  EXPECT_TRUE(host.wait_until([&] {
    (void)status("carol-key");
    return host.logged("answers again");
  }));
}

TEST_P(KeyStoreSqlOnServer, ARestartBetweenTwoQuestionsIsNotNoticed) {
  make_table();
  add_key("alice-key");
  add_key("bob-key-0");
  start_quick(R"(,"pool":1)");
  EXPECT_EQ(status("alice-key"), Status::kOk);
  database.disconnect();
  database.server().kill();
  database.server().start_again();
  EXPECT_EQ(status("bob-key-0"), Status::kOk);
}

TEST_P(KeyStoreSqlOnServer, StartsWithoutItsServer) {
  make_table();
  add_key("alice-key");
  database.disconnect();
  database.server().kill();
  start_quick();
  EXPECT_EQ(status("alice-key"), Status::kError);
  database.server().start_again();
  EXPECT_TRUE(comes_to(Status::kOk, "alice-key"));
}

TEST_P(KeyStoreSqlOnServer, WorksOverAUnixSocket) {
  make_table();
  add_key("alice-key");
  start_with(R"({"connection":")" + database.server().socket_url(database.name()) +
             R"(","table":"access_keys","key_column":"access_key"})");
  EXPECT_EQ(status("alice-key"), Status::kOk);
}

TEST_P(KeyStoreSqlOnServer, CheckSaysThatAServerDoesNotAnswer) {
  const std::string refused =
      std::string(GetParam() == sql::Kind::kMysql ? "mysql" : "postgresql") + "://me@127.0.0.1:1/x";
  EXPECT_THAT(check(R"({"connection":")" + refused + R"(","table":"t","key_column":"k"})"),
              HasSubstr("/connection: "));
}

TEST_P(KeyStoreSqlOnServer, CheckSaysThatAPasswordIsWrongWithoutTellingIt) {
  if (GetParam() == sql::Kind::kPostgresql) {
    database.run("DROP ROLE IF EXISTS guarded");
    database.run("CREATE ROLE guarded LOGIN PASSWORD 'right-word'");
  } else {
    database.run("DROP USER IF EXISTS guarded@'127.0.0.1'");
    database.run("CREATE USER guarded@'127.0.0.1' IDENTIFIED BY 'right-word'");
  }
  const std::string url = database.server().url(database.name(), "guarded:wr%2Fng%40word");
  const std::string said =
      check(R"({"connection":")" + url + R"(","table":"access_keys","key_column":"access_key"})");
  EXPECT_THAT(said, HasSubstr("/connection: "));
  EXPECT_THAT(said, HasSubstr("guarded"));
  EXPECT_EQ(said.find("wr/ng"), std::string::npos) << said;
  EXPECT_EQ(said.find("wr%2F"), std::string::npos) << said;
}

TEST_P(KeyStoreSqlOnServer, CheckSaysThatThereIsNoSuchDatabase) {
  const std::string url = database.server().url("no_such_database");
  const std::string said =
      check(R"({"connection":")" + url + R"(","table":"access_keys","key_column":"access_key"})");
  EXPECT_THAT(said, HasSubstr("/connection: "));
  EXPECT_THAT(said, HasSubstr("no_such_database"));
}

// --- SQLite's file -------------------------------------------------------------------------------

class KeyStoreSqlOnFile : public KeyStoreSqlFailing {};
INSTANTIATE_TEST_SUITE_P(On, KeyStoreSqlOnFile, ::testing::Values(sql::Kind::kSqlite), kind_name);

TEST_P(KeyStoreSqlOnFile, IsNotMadeIfItIsNotThere) {
  start_quick();
  EXPECT_EQ(status("alice-key"), Status::kError);
  EXPECT_FALSE(std::filesystem::exists(database.file()));
  EXPECT_THAT(check(config()), HasSubstr("there is no file"));
  make_table();
  add_key("alice-key");
  EXPECT_TRUE(comes_to(Status::kOk, "alice-key"));
}

TEST_P(KeyStoreSqlOnFile, IsFollowedWhenAnotherTakesItsPlace) {
  make_table();
  add_key("alice-key");
  start_quick();
  EXPECT_EQ(status("alice-key"), Status::kOk);
  database.disconnect();
  std::filesystem::rename(database.file(), database.folder().path() / "old.db");
  make_table();
  add_key("bob-key-0");
  EXPECT_TRUE(comes_to(Status::kOk, "bob-key-0"));
}

TEST_P(KeyStoreSqlOnFile, ThatSomebodyHoldsLockedIsWaitedForAndThenGivenUp) {
  make_table();
  add_key("alice-key");
  start_quick();
  EXPECT_EQ(status("bob-key-0"), Status::kNext);
  database.run("BEGIN EXCLUSIVE");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(status("alice-key"), Status::kError);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
  database.run("COMMIT");
  EXPECT_TRUE(comes_to(Status::kOk, "alice-key"));
}

TEST_P(KeyStoreSqlOnFile, ThatIsNoDatabaseIsReported) {
  database.folder().write("test.db",
                          "this is no database, but long enough to be taken for one..."
                          "......................................................");
  EXPECT_THAT(check(config()), HasSubstr("/connection: "));
}

TEST_P(KeyStoreSqlOnFile, MayLieWhereTheManifestDoes) {
  make_table();
  add_key("alice-key");
  start_with(R"({"connection":"sqlite3://test.db","folder":")" + database.folder().path().string() +
             R"(","table":"access_keys","key_column":"access_key"})");
  EXPECT_EQ(status("alice-key"), Status::kOk);
}

}  // namespace
}  // namespace plugboard::test
