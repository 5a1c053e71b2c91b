// Messages between peers while the database of keys hangs and clients keep asking for it: relayed
// as fast as before.
#include <gmock/gmock.h>

#include <atomic>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "flow/suite.hpp"
#include "sql/support/test_database.hpp"

namespace plugboard::test {
namespace {

struct Latency {
  double p99_us = 0;
  long long lost = 0;
};

/// Paced messages between peers that hold a key which the relay knows by now.
Latency relayed_latency(const RelayProcess& relay) {
  const TempDir folder;
  const std::string report = (folder.path() / "report.json").string();
  const Finished done =
      run_to_end({PLUGBOARD_BUILD_DIR "/bin/plugboard-load", "paced", "--url",
                  "ws://" + relay.endpoint().authority(), "--channel", "pwa", "--key", "alice-key",
                  "--pairs", "20", "--rate", "2000", "--seconds", "1", "--json", report});
  EXPECT_EQ(done.code, 0) << done.out << done.err;
  const auto read = nlohmann::json::parse(folder.read("report.json"));
  return {.p99_us = read.at("latency_us").at("p99"), .lost = read.at("messages").at("lost")};
}

class RelayingWhileTheDatabaseHangs : public ::testing::TestWithParam<sql::Kind> {
 protected:
  ~RelayingWhileTheDatabaseHangs() override { database.server().continue_processes(); }

  TestDatabase database{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(On, RelayingWhileTheDatabaseHangs, kEveryServer, kind_name);

TEST_P(RelayingWhileTheDatabaseHangs, IsAsFastAsBefore) {
  database.run("CREATE TABLE access_keys (access_key " + database.text_type() + ")");
  database.run("INSERT INTO access_keys VALUES ('alice-key')");
  const RelayProcess relay(
      {.plugins = plugin_table("keys", "key-store-sql",
                               "connection = \"" + database.url() +
                                   "\", table = \"access_keys\", key_column = \"access_key\", "
                                   "timeout = \"1s\""),
       .chain = "key_store = [\"keys\"]\n"});
  ASSERT_TRUE(
      await([&] { return comes_in(relay.endpoint(), fresh_id(), {.query = "key=alice-key"}); }));
  const Latency before = relayed_latency(relay);

  database.server().stop_processes();
  std::atomic<bool> go_on = true;
  std::atomic<int> unanswered = 0;
  std::vector<std::thread> strangers;
  for (int s = 0; s < 8; ++s) {
    strangers.emplace_back([&, s] {
      for (int i = 0; go_on; ++i) {
        const std::string key = "stranger-" + std::to_string(s) + "-" + std::to_string(i);
        const Refusal refusal =
            refusal_of(relay.endpoint(), "/pwa/stranger-" + std::to_string(s) + "?key=" + key);
        unanswered += refusal.close_code == 1013 ? 1 : 0;
      }
    });
  }
  const Latency hanging = relayed_latency(relay);
  go_on = false;
  for (auto& stranger : strangers) stranger.join();
  EXPECT_GT(unanswered, 0);

  std::cout << "p99 " << before.p99_us << " us before, " << hanging.p99_us << " us while "
            << unanswered << " questions went unanswered\n";
  EXPECT_EQ(hanging.lost, 0);
  // A relay that waits for its database would be late by a second. This leaves room for what else
  // the machine may be doing.
  EXPECT_LT(hanging.p99_us, before.p99_us * 3 + 500'000);
}

}  // namespace
}  // namespace plugboard::test
