#include "http/routes.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>

namespace plugboard::http {
namespace {

constexpr std::string_view kKey = "aaaaaaaa";

/// A route in words.
std::string words(const Route& route) {
  if (std::holds_alternative<HealthRoute>(route)) return "health";
  if (std::holds_alternative<ReadyRoute>(route)) return "ready";
  if (std::holds_alternative<StatsRoute>(route)) return "stats";
  if (std::holds_alternative<PreflightRoute>(route)) return "preflight";
  if (const auto* wrong = std::get_if<WrongMethod>(&route)) {
    return "allow " + std::string(wrong->allow);
  }
  if (const auto* blob = std::get_if<BlobRoute>(&route)) {
    constexpr const char* kVerbs[] = {"get ", "put ", "remove "};
    return kVerbs[static_cast<int>(blob->verb)] + std::string(blob->key);
  }
  return "none";
}

struct Case {
  const char* method;
  const char* path;
  const char* route;

  friend std::ostream& operator<<(std::ostream& out, const Case& one) {
    return out << one.method << ' ' << one.path;
  }
};

class RouteOf : public testing::TestWithParam<Case> {};

TEST_P(RouteOf, IsFound) {
  EXPECT_EQ(words(Routes("/blob").find(GetParam().method, GetParam().path)), GetParam().route);
}

constexpr const char* kReadOnly = "allow GET, HEAD, OPTIONS";
constexpr const char* kBlobMethods = "allow GET, HEAD, PUT, DELETE, OPTIONS";

INSTANTIATE_TEST_SUITE_P(
    BuiltIn, RouteOf,
    testing::Values(Case{"GET", "/health", "health"}, Case{"HEAD", "/health", "health"},
                    Case{"GET", "/ready", "ready"}, Case{"GET", "/stats", "stats"},
                    Case{"HEAD", "/stats", "stats"}, Case{"PUT", "/health", kReadOnly},
                    Case{"POST", "/ready", kReadOnly}, Case{"DELETE", "/stats", kReadOnly},
                    Case{"get", "/health", kReadOnly}, Case{"GET", "/health/", "none"},
                    Case{"GET", "/Health", "none"}, Case{"GET", "//health", "none"},
                    Case{"GET", "/%68ealth", "none"}, Case{"GET", "/x/../health", "none"},
                    Case{"GET", "/", "none"}, Case{"GET", "/pwa/alice001", "none"},
                    Case{"POST", "/nothing", "none"}, Case{"OPTIONS", "/health", "preflight"},
                    Case{"OPTIONS", "/nothing", "preflight"}, Case{"OPTIONS", "*", "preflight"}));

INSTANTIATE_TEST_SUITE_P(
    Blobs, RouteOf,
    testing::Values(Case{"GET", "/blob/aaaaaaaa", "get aaaaaaaa"},
                    Case{"HEAD", "/blob/aaaaaaaa", "get aaaaaaaa"},
                    Case{"PUT", "/blob/A-z_0189", "put A-z_0189"},
                    Case{"DELETE", "/blob/aaaaaaaa", "remove aaaaaaaa"},
                    Case{"POST", "/blob/aaaaaaaa", kBlobMethods},
                    Case{"PATCH", "/blob/aaaaaaaa", kBlobMethods},
                    Case{"OPTIONS", "/blob/aaaaaaaa", "preflight"},
                    Case{"GET", "/blob/aaaaaaa", "none"}, Case{"PUT", "/blob/aaaaaaaa/", "none"},
                    Case{"PUT", "/blob/aaaaaaaa/b", "none"}, Case{"PUT", "/blob", "none"},
                    Case{"PUT", "/blob/", "none"}, Case{"PUT", "/blobs/aaaaaaaa", "none"},
                    Case{"PUT", "/blobaaaaaaaa", "none"}, Case{"PUT", "//blob/aaaaaaaa", "none"},
                    Case{"PUT", "/blob//aaaaaaaa", "none"}, Case{"GET", "/blob/aaaaaa%61", "none"},
                    Case{"GET", "/blob/../health", "none"},
                    Case{"GET", "/blob/aaaa.aaaa", "none"}));

TEST(Routes, WithoutABlobStoreHaveNoBlobs) {
  EXPECT_EQ(words(Routes(std::nullopt).find("PUT", "/blob/aaaaaaaa")), "none");
}

TEST(Routes, FollowTheBlobStoresPrefix) {
  const Routes routes("/a/b");
  EXPECT_EQ(words(routes.find("PUT", "/a/b/aaaaaaaa")), "put aaaaaaaa");
  EXPECT_EQ(words(routes.find("PUT", "/blob/aaaaaaaa")), "none");
}

TEST(Routes, AreAskedBeforeABlobStoreThatCollides) {
  const Routes routes("/health");
  EXPECT_EQ(words(routes.find("GET", "/health")), "health");
  EXPECT_EQ(words(routes.find("GET", "/health/aaaaaaaa")), "get aaaaaaaa");
}

TEST(BlobKey, HasEightTo64Characters) {
  EXPECT_TRUE(valid_blob_key(kKey));
  EXPECT_FALSE(valid_blob_key(kKey.substr(1)));
  EXPECT_TRUE(valid_blob_key(std::string(64, 'a')));
  EXPECT_FALSE(valid_blob_key(std::string(65, 'a')));
}

TEST(BlobKey, HoldsNothingButItsAlphabet) {
  EXPECT_TRUE(valid_blob_key("AZaz09_-"));
  for (const char c : std::string_view(".~+/%@[`{:\0\xC3", 12)) {
    EXPECT_FALSE(valid_blob_key(std::string("aaaaaaaa") + c)) << c;
  }
}

}  // namespace
}  // namespace plugboard::http
