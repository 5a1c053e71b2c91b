#include "http/stats_access.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "http/request.hpp"

namespace plugboard::http {
namespace {

manifest::Stats open_to(manifest::StatsAccess access) {
  manifest::Stats stats;
  stats.access = access;
  stats.token = "the-token";
  return stats;
}

/// What a request with these header lines is refused with; 0: it may see.
unsigned judged(manifest::StatsAccess access, std::string_view lines, bool from_loopback) {
  const Request request = Request::with(lines);
  const auto refusal = refuse_stats(open_to(access), request.head(), from_loopback);
  return refusal ? refusal->status : 0;
}

using enum manifest::StatsAccess;

TEST(StatsAccess, PublicIsForAnybody) { EXPECT_EQ(judged(kPublic, "", false), 0u); }

TEST(StatsAccess, LoopbackIsForThisMachine) {
  EXPECT_EQ(judged(kLoopback, "", true), 0u);
  EXPECT_EQ(judged(kLoopback, "", false), 403u);
}

TEST(StatsAccess, LoopbackIsNotForWhatWasForwarded) {
  for (const std::string name : {"X-Forwarded-For", "x-forwarded-for", "Forwarded", "X-Real-IP",
                                 "X-Forwarded-Proto", "X-Forwarded-Host", "Via"}) {
    EXPECT_EQ(judged(kLoopback, name + ": 127.0.0.1\r\n", true), 403u) << name;
    EXPECT_EQ(judged(kLoopback, name + ":\r\n", true), 403u) << name;
  }
}

TEST(StatsAccess, TokenIsForThoseWhoHoldIt) {
  EXPECT_EQ(judged(kToken, "Authorization: Bearer the-token\r\n", false), 0u);
  EXPECT_EQ(judged(kToken, "authorization: bearer the-token\r\n", false), 0u);
}

TEST(StatsAccess, TokenIsAskedForWhereThereIsNone) {
  EXPECT_EQ(judged(kToken, "", true), 401u);
  EXPECT_EQ(judged(kToken, "Authorization: Basic dGhlLXRva2Vu\r\n", true), 401u);
  EXPECT_EQ(judged(kToken, "Authorization: Bearer\r\n", true), 401u);
}

TEST(StatsAccess, TokenIsAskedForByItsScheme) {
  const Request request = Request::with("");
  const auto refusal = refuse_stats(open_to(kToken), request.head(), true);
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->headers.back(),
            (std::pair<std::string, std::string>("WWW-Authenticate", "Bearer")));
}

TEST(StatsAccess, OtherTokensAreForbidden) {
  for (const std::string token : {"the-toke", "the-token2", "The-Token", "x", "the-token x"}) {
    EXPECT_EQ(judged(kToken, "Authorization: Bearer " + token + "\r\n", true), 403u) << token;
  }
}

TEST(StatsAccess, WithoutATokenOfItsOwnNobodyHoldsIt) {
  manifest::Stats stats;
  stats.access = kToken;
  const Request request = Request::with("Authorization: Bearer x\r\n");
  EXPECT_EQ(refuse_stats(stats, request.head(), true)->status, 403u);
}

TEST(StatsAccess, RefusalsDoNotEchoTokens) {
  const Request request = Request::with("Authorization: Bearer wrong-one\r\n");
  const auto refusal = refuse_stats(open_to(kToken), request.head(), true);
  EXPECT_EQ(refusal->body.find("wrong-one"), std::string::npos);
  EXPECT_EQ(refusal->body.find("the-token"), std::string::npos);
}

}  // namespace
}  // namespace plugboard::http
