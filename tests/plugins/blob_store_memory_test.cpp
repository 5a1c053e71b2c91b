#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "plugins/shipped_plugin.hpp"

namespace plugboard::test {
namespace {

using namespace std::chrono_literals;

class BlobStoreMemory : public ::testing::Test {
 protected:
  void start(const std::string& config = "{}") {
    blobs = std::make_unique<ShippedPlugin>("blob-store-memory", host, config);
  }
  struct Limits {
    std::uint64_t max_size;
    std::string route_prefix;
    bool require_key;
  };
  Limits limits() {
    plugboard_blob_limits limits{};
    limits.size = sizeof limits;
    EXPECT_EQ(blobs->blob_store().limits(blobs->self(), &limits), PLUGBOARD_OK);
    return {limits.max_size, std::string(detail::view(limits.route_prefix)),
            (limits.flags & PLUGBOARD_BLOB_REQUIRE_KEY) != 0};
  }
  std::uint64_t entries() { return blobs->blob_store().entries(blobs->self()); }

  testing::TestHost host;
  std::unique_ptr<ShippedPlugin> blobs;
};

TEST_F(BlobStoreMemory, FindsWhatWasPut) {
  start();
  EXPECT_EQ(blobs->put("key00001", "text").status, Status::kOk);
  EXPECT_EQ(blobs->get("key00001").blob, "text");
  EXPECT_EQ(entries(), 1u);
}

TEST_F(BlobStoreMemory, DoesNotFindWhatWasNotPut) {
  start();
  EXPECT_EQ(blobs->get("key00001").status, Status::kNotFound);
  EXPECT_EQ(blobs->remove("key00001").status, Status::kNotFound);
}

TEST_F(BlobStoreMemory, FindsTheLastOfSeveral) {
  start();
  blobs->put("key00001", "one");
  blobs->put("key00001", "two");
  EXPECT_EQ(blobs->get("key00001").blob, "two");
  EXPECT_EQ(entries(), 1u);
}

TEST_F(BlobStoreMemory, ForgetsWhatIsRemoved) {
  start();
  blobs->put("key00001", "text");
  EXPECT_EQ(blobs->remove("key00001").status, Status::kOk);
  EXPECT_EQ(blobs->get("key00001").status, Status::kNotFound);
  EXPECT_EQ(entries(), 0u);
}

TEST_F(BlobStoreMemory, KeepsEmptyBlobs) {
  start();
  EXPECT_EQ(blobs->put("key00001", "").status, Status::kOk);
  EXPECT_EQ(blobs->get("key00001").status, Status::kOk);
  EXPECT_EQ(blobs->get("key00001").blob, "");
}

TEST_F(BlobStoreMemory, HasTheDefaultsOfTheRoute) {
  start();
  EXPECT_EQ(limits().max_size, 8192u);
  EXPECT_EQ(limits().route_prefix, "/blob");
  EXPECT_FALSE(limits().require_key);
}

TEST_F(BlobStoreMemory, StatesTheRouteOfItsConfig) {
  start(R"({"max_size":"1 KiB","route_prefix":"/api/texts","require_key":true})");
  EXPECT_EQ(limits().max_size, 1024u);
  EXPECT_EQ(limits().route_prefix, "/api/texts");
  EXPECT_TRUE(limits().require_key);
}

TEST_F(BlobStoreMemory, RefusesBlobsOverTheirSize) {
  start(R"({"max_size":4})");
  EXPECT_EQ(blobs->put("key00001", "1234").status, Status::kOk);
  EXPECT_EQ(blobs->put("key00001", "12345").status, Status::kTooLarge);
  EXPECT_EQ(blobs->get("key00001").blob, "1234");
}

TEST_F(BlobStoreMemory, IsFullAtItsNumberOfEntries) {
  start(R"({"max_entries":2})");
  EXPECT_EQ(blobs->put("key00001", "1").status, Status::kOk);
  EXPECT_EQ(blobs->put("key00002", "2").status, Status::kOk);
  EXPECT_EQ(blobs->put("key00003", "3").status, Status::kFull);
  EXPECT_EQ(blobs->get("key00003").status, Status::kNotFound);
  EXPECT_EQ(entries(), 2u);
}

TEST_F(BlobStoreMemory, IsFullAtItsTotalSize) {
  start(R"({"max_total":10})");
  EXPECT_EQ(blobs->put("key00001", "123456").status, Status::kOk);
  EXPECT_EQ(blobs->put("key00002", "12345").status, Status::kFull);
  EXPECT_EQ(entries(), 1u);
  EXPECT_EQ(blobs->put("key00002", "1234").status, Status::kOk);
}

TEST_F(BlobStoreMemory, OverwritesAlthoughItIsFull) {
  start(R"({"max_entries":1,"max_total":10})");
  blobs->put("key00001", "12345");
  EXPECT_EQ(blobs->put("key00001", "1234567890").status, Status::kOk);
  EXPECT_EQ(blobs->put("key00001", "abc").status, Status::kOk);
  EXPECT_EQ(blobs->get("key00001").blob, "abc");
}

TEST_F(BlobStoreMemory, DoesNotOverwriteBeyondItsTotalSize) {
  start(R"({"max_total":10})");
  blobs->put("key00001", "12345");
  blobs->put("key00002", "12345");
  EXPECT_EQ(blobs->put("key00001", "123456").status, Status::kFull);
  EXPECT_EQ(blobs->get("key00001").blob, "12345");
}

TEST_F(BlobStoreMemory, HasRoomAgainAfterARemoval) {
  start(R"({"max_entries":1,"max_total":5})");
  blobs->put("key00001", "12345");
  blobs->remove("key00001");
  EXPECT_EQ(blobs->put("key00002", "12345").status, Status::kOk);
}

TEST_F(BlobStoreMemory, HasRoomAgainAfterAShorterBlob) {
  start(R"({"max_total":10})");
  blobs->put("key00001", "1234567890");
  blobs->put("key00001", "1");
  EXPECT_EQ(blobs->put("key00002", "123456789").status, Status::kOk);
}

TEST_F(BlobStoreMemory, KeepsBlobsByDefaultUntilTheyAreRemoved) {
  start();
  blobs->put("key00001", "text");
  host.advance(24h);
  EXPECT_EQ(blobs->get("key00001").blob, "text");
}

TEST_F(BlobStoreMemory, ForgetsBlobsAfterTheirTime) {
  start(R"({"ttl":"10s"})");
  blobs->put("key00001", "text");
  host.advance(9'999ms);
  EXPECT_EQ(blobs->get("key00001").blob, "text");
  host.advance(1ms);
  EXPECT_EQ(blobs->get("key00001").status, Status::kNotFound);
  EXPECT_EQ(blobs->remove("key00001").status, Status::kNotFound);
}

TEST_F(BlobStoreMemory, PuttingABlobAgainRenewsItsTime) {
  start(R"({"ttl":"10s"})");
  blobs->put("key00001", "one");
  host.advance(6s);
  blobs->put("key00001", "two");
  host.advance(6s);
  EXPECT_EQ(blobs->get("key00001").blob, "two");
}

TEST_F(BlobStoreMemory, SweepsOldBlobsOutByItself) {
  start(R"({"ttl":"10s"})");
  blobs->put("key00001", "text");
  host.advance(11s);
  EXPECT_EQ(entries(), 0u);
}

TEST_F(BlobStoreMemory, OldBlobsKeepNobodyOut) {
  start(R"({"ttl":"500ms","max_entries":3})");
  for (const auto* key : {"key00001", "key00002", "key00003"}) blobs->put(key, "text");
  host.advance(500ms);  // less than the time between two sweeps
  EXPECT_EQ(blobs->put("key00004", "text").status, Status::kOk);
}

TEST_F(BlobStoreMemory, BlobsSurviveAReload) {
  start();
  blobs->put("key00001", "text");
  EXPECT_TRUE(blobs->reconfigure(R"({"max_size":10,"route_prefix":"/texts"})"));
  EXPECT_EQ(blobs->get("key00001").blob, "text");
  EXPECT_EQ(limits().route_prefix, "/texts");
  EXPECT_EQ(blobs->put("key00002", "12345678901").status, Status::kTooLarge);
}

TEST_F(BlobStoreMemory, LowerBoundsLeaveWhatIsThereAndTakeNoMore) {
  start();
  blobs->put("key00001", "1");
  blobs->put("key00002", "2");
  EXPECT_TRUE(blobs->reconfigure(R"({"max_entries":1})"));
  EXPECT_EQ(blobs->get("key00002").blob, "2");
  EXPECT_EQ(blobs->put("key00003", "3").status, Status::kFull);
  EXPECT_EQ(blobs->put("key00001", "!").status, Status::kOk);
}

TEST_F(BlobStoreMemory, AShorterTimeCountsForWhatIsThere) {
  start();
  blobs->put("key00001", "1");
  host.advance(60s);
  EXPECT_TRUE(blobs->reconfigure(R"({"ttl":"30s"})"));
  EXPECT_EQ(blobs->get("key00001").status, Status::kNotFound);
}

TEST_F(BlobStoreMemory, RefusesRoutesThatAreNone) {
  for (const std::string prefix : {"blob", "/blob/", "/", "", "/a//b", "/a b", "/a?b"}) {
    const auto config =
        described_config(shipped("blob-store-memory"), R"({"route_prefix":")" + prefix + R"("})");
    EXPECT_TRUE(std::holds_alternative<std::vector<std::string>>(config)) << prefix;
  }
}

TEST_F(BlobStoreMemory, ManyThreadsNeverPassItsBounds) {
  start(R"({"max_entries":100,"max_total":500})");
  std::atomic<bool> torn = false;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 2000; ++i) {
        const std::string key = "key-" + std::to_string(1000 + (i * 7 + t * 13) % 200);
        if (i % 3 == 0) {
          blobs->remove(key);
        } else {
          blobs->put(key, std::string(static_cast<std::size_t>(i % 20), 'x'));
        }
        if (const auto blob = blobs->get(key).blob) {
          if (blob->find_first_not_of('x') != std::string::npos) torn = true;
        }
        if (entries() > 100) torn = true;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_FALSE(torn);

  std::size_t total = 0;
  std::size_t count = 0;
  for (int i = 1000; i < 1200; ++i) {
    if (const auto blob = blobs->get("key-" + std::to_string(i)).blob) {
      total += blob->size();
      ++count;
    }
  }
  EXPECT_LE(total, 500u);
  EXPECT_EQ(entries(), count);
}

}  // namespace
}  // namespace plugboard::test
