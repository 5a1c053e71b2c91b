#include "sql/names.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace plugboard::sql {
namespace {

using Names = std::vector<std::string>;

TEST(Names, AreQuotedInEachDatabasesWay) {
  EXPECT_EQ(quoted_name(Kind::kPostgresql, "order"), "\"order\"");
  EXPECT_EQ(quoted_name(Kind::kMysql, "order"), "`order`");
  EXPECT_EQ(quoted_name(Kind::kSqlite, "order"), "`order`");
}

TEST(Names, AreQuotedPartByPart) {
  EXPECT_EQ(quoted_name(Kind::kPostgresql, "app.keys"), "\"app\".\"keys\"");
}

TEST(Names, CannotEndTheirQuotation) {
  EXPECT_EQ(quoted_name(Kind::kPostgresql, "a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(quoted_name(Kind::kMysql, "a`b"), "`a``b`");
}

TEST(ParameterNames, AreFoundInTheirOrder) {
  EXPECT_EQ(parameter_names("SELECT 1 WHERE a = :key AND b=:other_1 OR c = (:key)"),
            (Names{"key", "other_1", "key"}));
}

TEST(ParameterNames, AreNotFoundInQuotationMarks) {
  EXPECT_EQ(parameter_names("SELECT ':a', \":b\", `:c`, 'it''s :d' WHERE x = :key"), Names{"key"});
  EXPECT_EQ(parameter_names("SELECT ':key"), Names{});
}

TEST(ParameterNames, AreNotCastsAndAssignments) {
  EXPECT_EQ(parameter_names("SELECT a::text, @x:=1 WHERE k = :key::text"), Names{"key"});
}

TEST(ParameterNames, AreNotColonsAlone) { EXPECT_EQ(parameter_names("SELECT 1 : 2 :"), Names{}); }

}  // namespace
}  // namespace plugboard::sql
