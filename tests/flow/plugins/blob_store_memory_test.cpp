// The plugin blob-store-memory: its bounds, its prefix, its door.
#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

Manifest with_blobs(const std::string& config) {
  return {.plugins = plugin_table("blobs", "blob-store-memory", config) +
                     plugin_table("env-keys", "key-store-env", "variable = \"TEST_KEYS\""),
          .chain = "key_store = [\"env-keys\"]\nblob_store = \"blobs\"\n"};
}

class BlobStoreMemory : public testing::Test {
 protected:
  void start(const std::string& config) {
    relay_ = std::make_unique<RelayProcess>(with_blobs(config),
                                            Environment{{"TEST_KEYS", "good-key-1"}});
    http_ = std::make_unique<HttpClient>(relay_->endpoint());
  }

  int put(const std::string& key, const std::string& data) const {
    return http_->put("/blob/" + key, data).status;
  }
  int get(const std::string& key) const { return http_->get("/blob/" + key).status; }

  std::unique_ptr<RelayProcess> relay_;
  std::unique_ptr<HttpClient> http_;
};

TEST_F(BlobStoreMemory, TakesBlobsUpToMaxSize) {
  start("max_size = 100");
  EXPECT_EQ(put("some-key-1", std::string(100, 'x')), 200);
  const HttpResponse response = http_->put("/blob/some-key-1", std::string(101, 'x'));
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(nlohmann::json::parse(response.body).at("error"), "Blob exceeds max size (100 bytes)");
}

TEST_F(BlobStoreMemory, TakesLargeBlobsWhereItMay) {
  start("max_size = 1000000");
  const std::string large(1'000'000, 'x');
  EXPECT_EQ(put("some-key-1", large), 200);
  EXPECT_EQ(nlohmann::json::parse(http_->get("/blob/some-key-1").body).at("data"), large);
}

TEST_F(BlobStoreMemory, HasMaxEntriesAndThenIsFull) {
  start("max_entries = 3");
  for (const char* key : {"some-key-1", "some-key-2", "some-key-3"}) EXPECT_EQ(put(key, "x"), 200);
  const HttpResponse response = http_->put("/blob/some-key-4", "x");
  EXPECT_EQ(response.status, 507);
  EXPECT_EQ(nlohmann::json::parse(response.body),
            nlohmann::json({{"error", "Blob store is full"}}));
  EXPECT_EQ(get("some-key-4"), 404);
}

TEST_F(BlobStoreMemory, ThatIsFullMayBeOverwritten) {
  start("max_entries = 1");
  EXPECT_EQ(put("some-key-1", "old"), 200);
  EXPECT_EQ(put("some-key-2", "x"), 507);
  EXPECT_EQ(put("some-key-1", "new"), 200);
  EXPECT_EQ(nlohmann::json::parse(http_->get("/blob/some-key-1").body).at("data"), "new");
}

TEST_F(BlobStoreMemory, ThatIsFullHasRoomAfterADelete) {
  start("max_entries = 1");
  EXPECT_EQ(put("some-key-1", "x"), 200);
  EXPECT_EQ(http_->request("DELETE", "/blob/some-key-1").status, 200);
  EXPECT_EQ(put("some-key-2", "x"), 200);
}

TEST_F(BlobStoreMemory, HasMaxTotalBytes) {
  start("max_total = 250");
  EXPECT_EQ(put("some-key-1", std::string(100, 'x')), 200);
  EXPECT_EQ(put("some-key-2", std::string(100, 'x')), 200);
  EXPECT_EQ(put("some-key-3", std::string(100, 'x')), 507);
  EXPECT_EQ(put("some-key-2", std::string(200, 'x')), 507);
  EXPECT_EQ(nlohmann::json::parse(http_->get("/blob/some-key-2").body).at("data"),
            std::string(100, 'x'));
  EXPECT_EQ(put("some-key-2", "x"), 200);
}

TEST_F(BlobStoreMemory, ForgetsBlobsAfterTheirTime) {
  start("ttl = \"300ms\"");
  EXPECT_EQ(put("some-key-1", "x"), 200);
  EXPECT_EQ(get("some-key-1"), 200);
  EXPECT_TRUE(await([&] { return get("some-key-1") == 404; }));
  EXPECT_EQ(http_->request("DELETE", "/blob/some-key-1").status, 404);
}

TEST_F(BlobStoreMemory, OverwritingBeginsTheTimeAnew) {
  start("max_entries = 1, ttl = \"300ms\"");
  EXPECT_EQ(put("some-key-1", "x"), 200);
  EXPECT_TRUE(await([&] { return put("some-key-2", "y") == 200; }));
  EXPECT_EQ(get("some-key-1"), 404);
}

TEST_F(BlobStoreMemory, HasAPrefixOfItsOwn) {
  start("route_prefix = \"/shelf/of/blobs\"");
  EXPECT_EQ(http_->put("/shelf/of/blobs/some-key-1", "x").status, 200);
  EXPECT_EQ(http_->get("/shelf/of/blobs/some-key-1").status, 200);
  EXPECT_EQ(http_->get("/blob/some-key-1").status, 404);
}

TEST_F(BlobStoreMemory, NeedsNoKeyByDefault) {
  start("");
  EXPECT_EQ(put("some-key-1", "x"), 200);
}

TEST_F(BlobStoreMemory, CanNeedAnAccessKey) {
  start("require_key = true");
  const auto status = [&](const char* method, const std::string& query,
                          const HttpHeaders& headers = {}) {
    return http_->request(method, "/blob/some-key-1" + query, headers, "x").status;
  };
  for (const char* method : {"PUT", "GET", "DELETE"}) {
    EXPECT_EQ(status(method, ""), 401) << method;
    EXPECT_EQ(status(method, "?key=wrong-key-1"), 403) << method;
    EXPECT_EQ(status(method, "", {{"Authorization", "Bearer wrong-key-1"}}), 403) << method;
  }
  EXPECT_EQ(status("PUT", "?key=good-key-1"), 200);
  EXPECT_EQ(status("GET", "", {{"Authorization", "Bearer good-key-1"}}), 200);
  EXPECT_EQ(status("DELETE", "?key=good-key-1"), 200);
}

TEST_F(BlobStoreMemory, ARefusedBodyDoesNotBecomeTheNextRequest) {
  start("require_key = true");
  RawSocket client(relay_->endpoint());
  const std::string body = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n";
  client.send("PUT /blob/some-key-1 HTTP/1.1\r\nHost: x\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n\r\n" + body);
  EXPECT_EQ(client.response().status, 401);
  client.finish_writing();
  EXPECT_EQ(client.rest(), "");
}

}  // namespace
}  // namespace plugboard::test
