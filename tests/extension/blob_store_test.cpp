#include "extension/blob_store.hpp"

#include <gtest/gtest.h>

#include "extension/await.hpp"
#include "extension/fake_plugin.hpp"

namespace plugboard::extension::test {
namespace {

using Kind = BlobVerdict::Kind;

class BlobStoreTest : public testing::Test {
 protected:
  BlobStoreTest() {
    store_.put = store_.get = store_.remove = [](auto&&...) { return PLUGBOARD_ERROR; };
  }

  BlobStore store() {
    auto link = std::make_shared<BlobLink>(stage_.link<BlobLink>(store_, "blobs"));
    link->table = *link->instance->kinds().blob_store;
    return BlobStore(link);
  }
  template <class Ask>
  BlobVerdict answer(const Ask& ask) {
    Mailbox<BlobVerdict> mailbox;
    const Question question = ask([&](BlobVerdict verdict) { mailbox.put(std::move(verdict)); });
    return *mailbox.take();
  }
  BlobVerdict put() {
    const BlobStore blobs = store();
    return answer([&](BlobStore::Done done) {
      return blobs.put("offer-0001", "hello", "192.0.2.7", std::move(done));
    });
  }
  BlobVerdict get() {
    const BlobStore blobs = store();
    return answer([&](BlobStore::Done done) {
      return blobs.get("offer-0001", "192.0.2.7", std::move(done));
    });
  }

  FakePlugin store_;
  Stage stage_;  // ends before the plugin
};

TEST_F(BlobStoreTest, APutPassesKeyDataAndClient) {
  std::string seen;
  store_.put = [&](const plugboard_blob_request& request, plugboard_token) {
    seen = text(request.key) + "=" + text(request.data) + " " + text(request.client_address);
    return PLUGBOARD_OK;
  };
  EXPECT_EQ(put().kind, Kind::kOk);
  EXPECT_EQ(seen, "offer-0001=hello 192.0.2.7");
}

TEST_F(BlobStoreTest, APutMayFindTheStoreFullOrTheBlobTooLarge) {
  store_.put = [](auto&&...) { return PLUGBOARD_FULL; };
  EXPECT_EQ(put().kind, Kind::kFull);
  store_.put = [](auto&&...) { return PLUGBOARD_TOO_LARGE; };
  EXPECT_EQ(put().kind, Kind::kTooLarge);
}

TEST_F(BlobStoreTest, AStoreThatFailsOrTalksNonsenseHasFailed) {
  EXPECT_EQ(put().kind, Kind::kFailed);
  store_.put = [](auto&&...) { return PLUGBOARD_NOT_FOUND; };
  EXPECT_EQ(put().kind, Kind::kFailed);
}

TEST_F(BlobStoreTest, AGetCopiesTheData) {
  store_.get = [&](const plugboard_blob_request&, plugboard_token token) {
    const std::string data = "hello";
    const plugboard_blob blob = {sizeof blob, 0, {data.data(), data.size()}};
    store_.host->complete(store_.host, token, PLUGBOARD_OK, &blob);
    return PLUGBOARD_PENDING;
  };
  const BlobVerdict verdict = get();
  EXPECT_EQ(verdict.kind, Kind::kOk);
  EXPECT_EQ(verdict.data, "hello");
}

TEST_F(BlobStoreTest, AGetThatSaysOkWithoutDataHasFailed) {
  store_.get = [](auto&&...) { return PLUGBOARD_OK; };
  EXPECT_EQ(get().kind, Kind::kFailed);
}

TEST_F(BlobStoreTest, ABlobThatIsNotUtf8HasFailed) {
  store_.get = [&](const plugboard_blob_request&, plugboard_token token) {
    const plugboard_blob blob = {sizeof blob, 0, {"\xff", 1}};
    EXPECT_EQ(store_.host->complete(store_.host, token, PLUGBOARD_OK, &blob), PLUGBOARD_INVALID);
    return PLUGBOARD_PENDING;
  };
  EXPECT_EQ(get().kind, Kind::kFailed);
}

TEST_F(BlobStoreTest, AMissingBlobIsNotFound) {
  store_.get = [](auto&&...) { return PLUGBOARD_NOT_FOUND; };
  EXPECT_EQ(get().kind, Kind::kNotFound);
}

TEST_F(BlobStoreTest, ARemovalAnswersWhetherTheBlobWasThere) {
  store_.remove = [](auto&&...) { return PLUGBOARD_NOT_FOUND; };
  const BlobStore blobs = store();
  EXPECT_EQ(answer([&](BlobStore::Done done) {
              return blobs.remove("offer-0001", "192.0.2.7", std::move(done));
            }).kind,
            Kind::kNotFound);
}

TEST_F(BlobStoreTest, ABlockingStoreIsAskedWithACopy) {
  store_.flags = PLUGBOARD_FLAG_BLOCKING;
  std::string seen;
  store_.put = [&](const plugboard_blob_request& request, plugboard_token) {
    seen = text(request.key) + text(request.data);
    return PLUGBOARD_OK;
  };
  EXPECT_EQ(put().kind, Kind::kOk);
  EXPECT_EQ(seen, "offer-0001hello");
}

TEST_F(BlobStoreTest, TheNumberOfEntriesIsAskedFor) {
  store_.entries = [] { return std::uint64_t{12}; };
  EXPECT_EQ(store().entries(), 12u);
}

TEST_F(BlobStoreTest, AStoreThatDoesNotCountHasNoEntries) { EXPECT_EQ(store().entries(), 0u); }

TEST(BlobLimits, TheDefaultsAreFine) { EXPECT_EQ(blob_limits_problem(BlobLimits()), ""); }

TEST(BlobLimits, RoutesAreMadeOfPlainSegments) {
  for (const std::string route : {"/b", "/blob/v1", "/a.b-c_d~e"}) {
    EXPECT_EQ(blob_limits_problem({1, route, false}), "") << route;
  }
  for (const std::string route :
       {"", "/", "blob", "/blob/", "//blob", "/a//b", "/./b", "/../b", "/a/..", "/b?x", "/b#x",
        "/b%20", "/b c", "/stats", "/health", "/ready"}) {
    EXPECT_NE(blob_limits_problem({1, route, false}), "") << route;
  }
}

TEST(BlobLimits, ABlobHasAtLeastAByteAndAtMost16MiB) {
  EXPECT_NE(blob_limits_problem({0, "/blob", false}), "");
  EXPECT_NE(blob_limits_problem({BlobLimits::kMaxSize + 1, "/blob", false}), "");
}

TEST(BlobLimits, AnInstanceSaysItsOwn) {
  FakePlugin store;
  Stage stage;
  store.put = store.get = store.remove = [](auto&&...) { return PLUGBOARD_ERROR; };
  store.limits = [](plugboard_blob_limits& limits) {
    EXPECT_EQ(limits.max_size, 8192u);
    EXPECT_EQ(text(limits.route_prefix), "/blob");
    limits.max_size = 100;
    limits.flags = PLUGBOARD_BLOB_REQUIRE_KEY;
    limits.route_prefix = {"/signals", 8};
    return PLUGBOARD_OK;
  };
  const auto instance = stage.add(store);
  BlobLimits limits;
  EXPECT_TRUE(instance->read_blob_limits(limits).empty());
  EXPECT_EQ(limits.max_size, 100u);
  EXPECT_EQ(limits.route_prefix, "/signals");
  EXPECT_TRUE(limits.require_key);
}

TEST(BlobLimits, ARouteThatCannotBeIsRefused) {
  FakePlugin store;
  Stage stage;
  store.put = store.get = store.remove = [](auto&&...) { return PLUGBOARD_ERROR; };
  store.limits = [](plugboard_blob_limits& limits) {
    limits.route_prefix = {"/stats", 6};
    return PLUGBOARD_OK;
  };
  const auto instance = stage.add(store);
  BlobLimits limits;
  const auto problems = instance->read_blob_limits(limits);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(limits.route_prefix, "/blob");
}

}  // namespace
}  // namespace plugboard::extension::test
