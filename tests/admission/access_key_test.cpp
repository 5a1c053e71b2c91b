#include "admission/access_key.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "admission/id_form.hpp"

namespace plugboard::admission {
namespace {

/// A request's query, Authorization and subprotocol key, and which key it brings.
struct Case {
  const char* name;
  const char* query;
  std::optional<std::string_view> authorization;
  const char* subprotocol;
  std::optional<std::string_view> key;

  friend std::ostream& operator<<(std::ostream& out, const Case& one) { return out << one.name; }
};

class KeyOf : public testing::TestWithParam<Case> {};

TEST_P(KeyOf, IsTheFirstPresent) {
  const auto found =
      find_access_key(GetParam().query, GetParam().authorization, GetParam().subprotocol);
  EXPECT_EQ(found ? std::optional<std::string_view>(found->key) : std::nullopt, GetParam().key);
}

INSTANTIATE_TEST_SUITE_P(
    Requests, KeyOf,
    testing::Values(Case{"None", "", {}, "", {}}, Case{"Query", "key=query-01", {}, "", "query-01"},
                    Case{"QueryAmongOthers", "a=b&key=query-01&c", {}, "", "query-01"},
                    Case{"FirstOfQueries", "key=query-01&key=query-02", {}, "", "query-01"},
                    Case{"EmptyQueryIsNotPresent", "key=&key=query-02", {}, "", "query-02"},
                    Case{"QueryIsDecoded", "key=%71uery%2D01", {}, "", "query-01"},
                    Case{"QueryNameIsDecoded", "%6Bey=query-01", {}, "", "query-01"},
                    Case{"QueryMayHoldAPlus", "key=a+b", {}, "", "a+b"},
                    Case{"OtherNames", "keys=1&Key=2&ke=3", {}, "", {}},
                    Case{"Bearer", "", "Bearer bearer-1", "", "bearer-1"},
                    Case{"BearerIsNotDecoded", "", "Bearer a%20b", "", "a%20b"},
                    Case{"OtherSchemeIsNotPresent", "", "Basic abc", "", {}},
                    Case{"EmptyBearerIsNotPresent", "", "Bearer ", "subproto1", "subproto1"},
                    Case{"Subprotocol", "", {}, "subproto1", "subproto1"},
                    Case{"SubprotocolIsDecoded", "", {}, "a%2Fb%3D", "a/b="},
                    Case{"SubprotocolThatIsNoEscapeStands", "", {}, "a%b", "a%b"},
                    Case{"QueryBeforeBearer", "key=query-01", "Bearer bearer-1", "subproto1",
                         "query-01"},
                    Case{"BearerBeforeSubprotocol", "", "Bearer bearer-1", "subproto1", "bearer-1"},
                    Case{"EmptyQueryThenBearer", "key=", "Bearer bearer-1", "", "bearer-1"},
                    Case{"IllFormedQueryStillCounts", "key=!", "Bearer bearer-1", "", "!"}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(AccessKey, TellsItsPlace) {
  EXPECT_EQ(find_access_key("key=a", "Bearer b", "c")->place, KeyPlace::query);
  EXPECT_EQ(find_access_key("", "Bearer b", "c")->place, KeyPlace::bearer);
  EXPECT_EQ(find_access_key("", std::nullopt, "c")->place, KeyPlace::subprotocol);
}

TEST(DefaultForm, HasEightTo64Characters) {
  EXPECT_FALSE(has_default_form("aaaaaaa"));
  EXPECT_TRUE(has_default_form("aaaaaaaa"));
  EXPECT_TRUE(has_default_form(std::string(64, 'a')));
  EXPECT_FALSE(has_default_form(std::string(65, 'a')));
}

TEST(DefaultForm, HoldsLettersDigitsDashAndUnderscore) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9') || c == '_' || c == '-';
    EXPECT_EQ(has_default_form(std::string(8, c)), allowed) << byte;
  }
}

TEST(DefaultForm, IsThatOfKeys) {
  EXPECT_TRUE(has_default_key_form("abc-DEF_123"));
  EXPECT_FALSE(has_default_key_form("abc-DEF.123"));
}

}  // namespace
}  // namespace plugboard::admission
