// The plugin key-store-env, seen through the door that it guards.
#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

Manifest manifest() {
  return {.plugins = plugin_table("env-keys", "key-store-env", "variable = \"RELAY_KEYS\""),
          .chain = "key_store = [\"env-keys\"]\n"};
}

TEST(KeyStoreEnv, EachKeyOfTheVariableOpens) {
  const RelayProcess relay(manifest(), {{"RELAY_KEYS", "first-key,second-key,third_key-3"}});
  for (const char* key : {"first-key", "second-key", "third_key-3"}) {
    EXPECT_TRUE(comes_in(relay.endpoint(), fresh_id(), {.query = std::string("key=") + key}))
        << key;
  }
  EXPECT_EQ(refusal_of(relay.endpoint(), "/pwa/alice001?key=fourth-key"), key_rejected());
}

TEST(KeyStoreEnv, SpacesAroundKeysDoNotMatter) {
  const RelayProcess relay(manifest(), {{"RELAY_KEYS", " first-key , second-key,\n"}});
  EXPECT_TRUE(comes_in(relay.endpoint(), fresh_id(), {.query = "key=first-key"}));
  EXPECT_TRUE(comes_in(relay.endpoint(), fresh_id(), {.query = "key=second-key"}));
}

struct Bad {
  const char* name;
  Environment environment;
};

class BadKeyStoreEnv : public testing::TestWithParam<Bad> {};

TEST_P(BadKeyStoreEnv, RefusesTheStartAndNamesTheVariable) {
  const TempDir folder;
  const std::string file = folder.write("relay.toml", manifest().text()).string();
  const Finished done =
      run_to_end({plugboard_program(), "serve", "--config", file}, GetParam().environment);
  EXPECT_EQ(done.code, 2);
  EXPECT_EQ(done.out, "");
  EXPECT_NE(done.err.find("RELAY_KEYS"), std::string::npos) << done.err;
  for (const char* key : {"secret-key-1", "ill.formed.key"}) {
    EXPECT_EQ(done.err.find(key), std::string::npos) << done.err;
  }
}

INSTANTIATE_TEST_SUITE_P(Variables, BadKeyStoreEnv,
                         testing::Values(Bad{"Unset", {}}, Bad{"Empty", {{"RELAY_KEYS", ""}}},
                                         Bad{"NoKeysInIt", {{"RELAY_KEYS", " , ,,"}}},
                                         Bad{"IllFormed",
                                             {{"RELAY_KEYS", "secret-key-1,ill.formed.key"}}},
                                         Bad{"TooShort", {{"RELAY_KEYS", "secret-key-1,short"}}}),
                         [](const auto& bad) { return bad.param.name; });

}  // namespace
}  // namespace plugboard::test
