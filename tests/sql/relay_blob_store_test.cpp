// blob-store-sql in the real relay: what was answered 200 is there after any end, and for every
// relay that shares the table.
#include <gmock/gmock.h>
#include <signal.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "flow/suite.hpp"
#include "sql/support/test_database.hpp"

namespace plugboard::test {
namespace {

std::string text_of(const std::string& key) { return "what was put under " + key; }

/// What a GET answers; nothing unless it is 200.
std::string blob(HttpClient& http, const std::string& key) {
  const HttpResponse response = http.get("/blob/" + key);
  return response.status != 200 ? "" : nlohmann::json::parse(response.body).at("data");
}

class RelayWithBlobStoreSql : public ::testing::TestWithParam<sql::Kind> {
 protected:
  [[nodiscard]] Manifest manifest(const std::string& more = "") const {
    return {.plugins = plugin_table("blobs", "blob-store-sql",
                                    "connection = \"" + database.url() + "\"" + more),
            .chain = "key_store = \"open\"\nblob_store = \"blobs\"\n"};
  }
  /// A relay whose store has connected and made its tables.
  [[nodiscard]] std::unique_ptr<RelayProcess> relay(const std::string& more = "") const {
    auto made = std::make_unique<RelayProcess>(manifest(more));
    HttpClient http(made->endpoint());
    EXPECT_TRUE(await([&] { return http.get("/blob/some-key-1").status != 503; }));
    return made;
  }

  /// Puts blobs one after the other until that fails; those that were confirmed.
  class Writer {
   public:
    explicit Writer(const Endpoint& endpoint) {
      thread_ = std::thread([this, endpoint] {
        try {
          HttpClient http(endpoint);
          for (int i = 0; i < 100'000; ++i) {
            const std::string key = "key-" + std::to_string(100'000 + i);
            if (http.put("/blob/" + key, text_of(key)).status != 200) return;
            keys_.push_back(key);
            ++count_;
          }
        } catch (const std::exception&) {
          // The relay has gone in the middle of a request.
        }
      });
    }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    ~Writer() {
      if (thread_.joinable()) thread_.join();
    }
    [[nodiscard]] bool await_confirmed(int count) const {
      return await([&] { return count_ >= count; });
    }
    [[nodiscard]] const std::vector<std::string>& confirmed() {
      thread_.join();
      return keys_;
    }

   private:
    std::atomic<int> count_ = 0;
    std::vector<std::string> keys_;
    std::thread thread_;
  };

  static void expect_all(const RelayProcess& relay, const std::vector<std::string>& keys) {
    HttpClient http(relay.endpoint());
    for (const std::string& key : keys) EXPECT_EQ(blob(http, key), text_of(key));
  }

  TestDatabase database{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(On, RelayWithBlobStoreSql, kEveryDatabase, kind_name);

TEST_P(RelayWithBlobStoreSql, PutsGetsAndDeletes) {
  const auto served = relay(", max_entries = 1, max_size = 100");
  HttpClient http(served->endpoint());
  EXPECT_EQ(http.put("/blob/some-key-1", "t\xc3\xa9xt \"quoted\" 'too' \\").status, 200);
  EXPECT_EQ(blob(http, "some-key-1"), "t\xc3\xa9xt \"quoted\" 'too' \\");
  EXPECT_EQ(http.put("/blob/some-key-2", "x").status, 507);
  EXPECT_EQ(http.put("/blob/some-key-1", std::string(101, 'x')).status, 413);
  EXPECT_EQ(http.request("DELETE", "/blob/some-key-1").status, 200);
  EXPECT_EQ(http.request("DELETE", "/blob/some-key-1").status, 404);
  EXPECT_EQ(http.get("/blob/some-key-1").status, 404);
}

TEST_P(RelayWithBlobStoreSql, SharesItsTableAndItsLimitsWithOtherRelays) {
  const auto one = relay(", max_entries = 1");
  const auto other = relay(", max_entries = 1");
  HttpClient at_one(one->endpoint());
  HttpClient at_other(other->endpoint());
  EXPECT_EQ(at_one.put("/blob/some-key-1", "text").status, 200);
  EXPECT_EQ(blob(at_other, "some-key-1"), "text");
  EXPECT_EQ(at_other.put("/blob/some-key-2", "text").status, 507);
  EXPECT_EQ(at_other.request("DELETE", "/blob/some-key-1").status, 200);
  EXPECT_EQ(at_one.get("/blob/some-key-1").status, 404);
  EXPECT_EQ(at_one.put("/blob/some-key-2", "text").status, 200);
}

TEST_P(RelayWithBlobStoreSql, LosesNothingThatWasConfirmedWhenItIsKilled) {
  std::vector<std::string> confirmed;
  {
    const auto killed = relay();
    Writer writer(killed->endpoint());
    EXPECT_TRUE(writer.await_confirmed(30));
    killed->signal(SIGKILL);
    EXPECT_TRUE(killed->await_any_end());
    confirmed = writer.confirmed();
  }
  EXPECT_GE(confirmed.size(), 30u);
  expect_all(*relay(), confirmed);
}

class RelayWithBlobsOnServer : public RelayWithBlobStoreSql {
 protected:
  ~RelayWithBlobsOnServer() override { database.server().continue_processes(); }
};
INSTANTIATE_TEST_SUITE_P(On, RelayWithBlobsOnServer, kEveryServer, kind_name);

TEST_P(RelayWithBlobsOnServer, LosesNothingThatWasConfirmedWhenTheDatabaseIsKilled) {
  const auto served = relay();
  Writer writer(served->endpoint());
  EXPECT_TRUE(writer.await_confirmed(30));
  database.server().kill();
  const std::vector<std::string> confirmed = writer.confirmed();
  database.server().start_again();
  HttpClient http(served->endpoint());
  EXPECT_TRUE(await([&] { return http.get("/blob/no-such-key").status == 404; }));
  expect_all(*served, confirmed);
}

TEST_P(RelayWithBlobsOnServer, AnswersTryAgainWhileTheDatabaseHangs) {
  const auto served = relay(", timeout = \"500ms\"");
  HttpClient http(served->endpoint());
  EXPECT_EQ(http.put("/blob/some-key-1", "text").status, 200);
  Peer peer(served->endpoint(), fresh_id());
  database.server().stop_processes();
  EXPECT_EQ(http.put("/blob/some-key-2", "text").status, 503);
  EXPECT_EQ(http.get("/health").status, 200);
  peer.fence();
  database.server().continue_processes();
  EXPECT_TRUE(await([&] { return blob(http, "some-key-1") == "text"; }));
}

}  // namespace
}  // namespace plugboard::test
