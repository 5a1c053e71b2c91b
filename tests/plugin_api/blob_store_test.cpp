#include <gtest/gtest.h>

#include <map>
#include <stdexcept>

#include "plugin_api/described.hpp"

using plugboard::BlobRequest;
using plugboard::BlobVerdict;
using plugboard::Plugin;
using plugboard::Status;
using plugboard::testing::TestHost;

namespace {

// Puts at once, gets at once, removes later.
struct Blobs : Plugin {
  BlobVerdict put(const BlobRequest& request) {
    if (request.data == "throws") throw std::runtime_error("no room");
    if (request.data.size() > 10) return plugboard::too_large();
    if (kept.size() >= 2 && !kept.contains(std::string(request.key))) return plugboard::full();
    kept[std::string(request.key)] = request.data;
    return plugboard::stored();
  }
  BlobVerdict get(const BlobRequest& request) {
    const auto found = kept.find(std::string(request.key));
    return found == kept.end() ? BlobVerdict(plugboard::not_found())
                               : plugboard::found(found->second);
  }
  void remove(const BlobRequest& request, plugboard::Completion<BlobVerdict> completion) {
    completion(kept.erase(std::string(request.key)) != 0 ? plugboard::removed()
                                                         : plugboard::not_found());
  }
  plugboard::BlobLimits limits() {
    return {.max_size = 10, .route_prefix = "/texts", .require_key = true};
  }
  std::uint64_t entries() { return kept.size(); }

  std::map<std::string, std::string> kept;
};

struct Bare : Plugin {
  BlobVerdict put(const BlobRequest&) { return plugboard::full(); }
  BlobVerdict get(const BlobRequest&) { return plugboard::not_found(); }
  BlobVerdict remove(const BlobRequest&) { return plugboard::not_found(); }
};

}  // namespace

TEST(BlobStoreClass, StoresFindsAndRemoves) {
  TestHost host;
  Instance<Blobs> blobs(host);
  EXPECT_EQ(blobs.get("key00001").status, Status::kNotFound);
  EXPECT_EQ(blobs.put("key00001", "text").status, Status::kOk);
  EXPECT_EQ(blobs.get("key00001").status, Status::kOk);
  EXPECT_EQ(blobs.get("key00001").blob, "text");
  EXPECT_EQ(blobs.remove("key00001").status, Status::kOk);
  EXPECT_EQ(blobs.remove("key00001").status, Status::kNotFound);
}

TEST(BlobStoreClass, SaysWhyItDoesNotStore) {
  TestHost host;
  Instance<Blobs> blobs(host);
  EXPECT_EQ(blobs.put("key00001", "far too long").status, Status::kTooLarge);
  EXPECT_EQ(blobs.put("key00001", "throws").status, Status::kError);
  blobs.put("key00001", "");
  blobs.put("key00002", "");
  EXPECT_EQ(blobs.put("key00003", "").status, Status::kFull);
}

TEST(BlobStoreClass, FindsEmptyBlobs) {
  TestHost host;
  Instance<Blobs> blobs(host);
  blobs.put("key00001", "");
  EXPECT_EQ(blobs.get("key00001").blob, "");
}

TEST(BlobStoreClass, StatesItsLimitsAndCounts) {
  TestHost host;
  Instance<Blobs> blobs(host);
  plugboard_blob_limits limits{};
  limits.size = sizeof limits;
  EXPECT_EQ(blobs.blob_store().limits(blobs.self(), &limits), PLUGBOARD_OK);
  EXPECT_EQ(limits.max_size, 10u);
  EXPECT_EQ(plugboard::detail::view(limits.route_prefix), "/texts");
  EXPECT_EQ(limits.flags, PLUGBOARD_BLOB_REQUIRE_KEY);
  blobs.put("key00001", "");
  EXPECT_EQ(blobs.blob_store().entries(blobs.self()), 1u);
}

TEST(BlobStoreClass, WhatIsNotThereIsLeftOut) {
  TestHost host;
  const Instance<Bare> bare(host);
  EXPECT_EQ(bare.blob_store().limits, nullptr);
  EXPECT_EQ(bare.blob_store().entries, nullptr);
}
