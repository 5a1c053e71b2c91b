#include "sql/database_url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace plugboard::sql {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

std::string translated(const std::string& url) {
  return DatabaseUrl::parse(url, "/etc/plugboard").soci_text(3s);
}

std::string refusal(const std::string& url) {
  try {
    (void)DatabaseUrl::parse(url, "/etc/plugboard");
    return "accepted";
  } catch (const BadUrl& bad) {
    return bad.what();
  }
}

TEST(DatabaseUrl, TakesSqlitePathsFromItsFolder) {
  EXPECT_EQ(DatabaseUrl::parse("sqlite3://data/keys.db", "/etc/plugboard").file,
            "/etc/plugboard/data/keys.db");
  EXPECT_EQ(DatabaseUrl::parse("sqlite3://../keys.db", "/etc/plugboard").file, "/etc/keys.db");
  EXPECT_EQ(DatabaseUrl::parse("sqlite3:///var/keys.db", "/etc/plugboard").file, "/var/keys.db");
}

TEST(DatabaseUrl, DecodesSqlitePaths) {
  EXPECT_EQ(DatabaseUrl::parse("sqlite3:///my%20keys%3F.db", "/").file, "/my keys?.db");
}

TEST(DatabaseUrl, RefusesSqlitePathsThatNameNoFile) {
  for (const char* url : {"sqlite3://", "sqlite3:///", "sqlite3:///folder/",
                          "sqlite3://:memory:", "sqlite3://a.db?mode=ro", "sqlite3:///a%22b"}) {
    EXPECT_NE(refusal(url), "accepted") << url;
  }
}

TEST(DatabaseUrl, TranslatesPostgresqlUrls) {
  EXPECT_EQ(translated("postgresql://alice:secret@db.example:5433/relay?sslmode=require"),
            "user='alice' password='secret' host='db.example' port='5433' dbname='relay' "
            "sslmode='require' connect_timeout='3' application_name='plugboard' "
            "client_encoding='UTF8'");
}

TEST(DatabaseUrl, TranslatesMysqlUrls) {
  EXPECT_EQ(translated("mysql://alice:secret@db.example:3307/relay?sslca=/etc/ca.pem"),
            "user='alice' password='secret' host='db.example' port='3307' dbname='relay' "
            "sslca='/etc/ca.pem' connect_timeout='3' charset='utf8mb4' read_timeout='3'");
}

TEST(DatabaseUrl, KnowsTheOtherNamesOfTheKinds) {
  EXPECT_EQ(DatabaseUrl::parse("postgres://h/d", "/").kind, Kind::kPostgresql);
  EXPECT_EQ(DatabaseUrl::parse("mariadb://h/d", "/").kind, Kind::kMysql);
  EXPECT_EQ(DatabaseUrl::parse("sqlite:///d", "/").kind, Kind::kSqlite);
}

TEST(DatabaseUrl, DecodesAndQuotesEveryPart) {
  EXPECT_THAT(translated("postgresql://al%40ice:p%27%5C%2F%20w@h/my%20db"),
              HasSubstr(R"(user='al@ice' password='p\'\\/ w' host='h' dbname='my db')"));
}

TEST(DatabaseUrl, TakesAPasswordThatShouldHaveBeenEncodedForWhatItIs) {
  EXPECT_THAT(translated("postgresql://alice:p@s/s#1:@h/d"),
              HasSubstr("user='alice' password='p@s/s#1:' host='h'"));
}

TEST(DatabaseUrl, TakesSocketsAndAddresses) {
  EXPECT_THAT(translated("postgresql:///d?host=/run/postgresql"),
              HasSubstr("host='/run/postgresql'"));
  EXPECT_THAT(translated("postgresql://%2Frun%2Fpostgresql/d"),
              HasSubstr("host='/run/postgresql'"));
  EXPECT_THAT(translated("mysql:///d?host=/run/mysqld/mysqld.sock"),
              HasSubstr("unix_socket='/run/mysqld/mysqld.sock'"));
  EXPECT_THAT(translated("mysql:///d?socket=/run/mysqld/mysqld.sock"),
              HasSubstr("unix_socket='/run/mysqld/mysqld.sock'"));
  EXPECT_THAT(translated("postgresql://[2001:db8::7]:5433/d"),
              HasSubstr("host='2001:db8::7' port='5433'"));
}

TEST(DatabaseUrl, TakesSeveralPostgresqlHosts) {
  EXPECT_THAT(translated("postgresql://a:1,b,c:3/d?target_session_attrs=read-write"),
              HasSubstr("host='a,b,c' port='1,,3'"));
  EXPECT_THAT(refusal("mysql://a,b/d"), HasSubstr("more than one host"));
}

TEST(DatabaseUrl, WaitsAtLeastTwoSecondsForAConnection) {
  EXPECT_THAT(DatabaseUrl::parse("postgresql://h/d", "/").soci_text(100ms),
              HasSubstr("connect_timeout='2'"));
}

TEST(DatabaseUrl, LeavesAConnectTimeoutThatIsGiven) {
  EXPECT_THAT(translated("postgresql://h/d?connect_timeout=9"), HasSubstr("connect_timeout='9'"));
  EXPECT_THAT(translated("postgresql://h/d?connect_timeout=9"),
              Not(HasSubstr("connect_timeout='3'")));
}

TEST(DatabaseUrl, RefusesWhatItDoesNotUnderstand) {
  for (const char* url : {"", "keys.db", "oracle://h/d", "postgresql://h", "postgresql://h/",
                          "postgresql://h:0/d", "postgresql://h:99999/d", "postgresql://h:pass/d",
                          "postgresql://h/d/e", "mysql://h/d?ssl=1", "postgresql://h/d?=1",
                          "postgresql://h/d?SSL=1", "postgresql://%zz@h/d", "postgresql://u%00@h/d",
                          "postgresql://[::1/d", "postgresql://h/d#x"}) {
    EXPECT_NE(refusal(url), "accepted") << url;
  }
}

TEST(DatabaseUrl, TellsNoSecretInItsRefusals) {
  for (const char* url : {"oracle://u:hunter22@h/d", "postgresql://u:hunter22?@h/d",
                          "mysql://u:hunter22@h:x/d", "postgresql://u:hunter22%@h/d", "hunter22"}) {
    EXPECT_NE(refusal(url), "accepted") << url;
    EXPECT_THAT(refusal(url), Not(HasSubstr("hunter22"))) << url;
  }
}

TEST(DatabaseUrl, HidesSecretsInMessages) {
  const DatabaseUrl url =
      DatabaseUrl::parse("postgresql://u:p%40ssword@h/d?sslpassword=other", "/");
  EXPECT_EQ(url.without_secrets("p@ssword, p%40ssword and other"), "***, *** and ***");
  EXPECT_EQ(url.place, "the PostgreSQL database d at h");
}

}  // namespace
}  // namespace plugboard::sql
