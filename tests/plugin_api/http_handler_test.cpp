#include <gtest/gtest.h>

#include <stdexcept>

#include "plugin_api/described.hpp"

using plugboard::HttpClaim;
using plugboard::HttpRequest;
using plugboard::HttpVerdict;
using plugboard::Plugin;
using plugboard::Status;
using plugboard::testing::TestHost;

namespace {

struct Site : Plugin {
  std::optional<HttpClaim> claims(const HttpRequest& request) {
    if (request.path.starts_with("/private")) return HttpClaim{.max_body = 10, .require_key = true};
    if (request.path.starts_with("/site")) return HttpClaim{};
    return std::nullopt;
  }
  HttpVerdict handle(const HttpRequest& request) {
    if (request.path == "/site/tag") return plugboard::pass_on({{"X-Seen", "yes"}});
    if (request.path == "/site/pass") return plugboard::next();
    if (request.path == "/site/deny") return plugboard::deny();
    if (request.path == "/site/throw") throw std::runtime_error("no disk");
    return plugboard::respond(201, "text/plain",
                              std::string(request.method) + " " + std::string(request.query) + " " +
                                  std::string(request.body) + " " +
                                  std::string(request.headers.find("a").value_or("-")));
  }
};

struct LateSite : Plugin {
  void handle(const HttpRequest&, plugboard::Completion<HttpVerdict> completion) {
    host().run([completion = std::move(completion)]() mutable {
      completion(plugboard::respond(200, "text/plain", "late"));
    });
  }
};

}  // namespace

TEST(HttpHandlerClass, AnswersRequests) {
  TestHost host;
  Instance<Site> site(host);
  const auto answer = site.http("PUT", "/site/x?q=1", "body", {{"A", "b"}});
  EXPECT_EQ(answer.status, Status::kOk);
  ASSERT_TRUE(answer.response.has_value());
  EXPECT_EQ(answer.response->status, 201u);
  EXPECT_EQ(answer.response->body, "PUT q=1 body b");
  ASSERT_EQ(answer.response->headers.size(), 1u);
  EXPECT_EQ(answer.response->headers[0].name, "Content-Type");
  EXPECT_EQ(answer.response->headers[0].value, "text/plain");
}

TEST(HttpHandlerClass, LeavesAloneWhatItDoesNotClaim) {
  TestHost host;
  Instance<Site> site(host);
  EXPECT_EQ(site.http("GET", "/other").status, Status::kNext);
}

TEST(HttpHandlerClass, StatesItsClaim) {
  TestHost host;
  Instance<Site> site(host);
  plugboard_http_request request{};
  request.size = sizeof request;
  request.path = plugboard::detail::bytes("/private");
  plugboard_http_claim claim{};
  claim.size = sizeof claim;
  EXPECT_EQ(site.http_handler().claims(site.self(), &request, &claim), PLUGBOARD_OK);
  EXPECT_EQ(claim.flags, PLUGBOARD_HTTP_REQUIRE_KEY);
  EXPECT_EQ(claim.max_body, 10u);
}

TEST(HttpHandlerClass, PassesRequestsOnWithHeadersOrWithout) {
  TestHost host;
  Instance<Site> site(host);
  const auto tagged = site.http("GET", "/site/tag");
  EXPECT_EQ(tagged.status, Status::kNext);
  EXPECT_EQ(tagged.response->headers.at(0).name, "X-Seen");
  const auto passed = site.http("GET", "/site/pass");
  EXPECT_EQ(passed.status, Status::kNext);
  EXPECT_FALSE(passed.response.has_value());
}

TEST(HttpHandlerClass, DeniesAndFails) {
  TestHost host;
  Instance<Site> site(host);
  EXPECT_EQ(site.http("GET", "/site/deny").status, Status::kDeny);
  EXPECT_EQ(site.http("GET", "/site/throw").status, Status::kError);
}

TEST(HttpHandlerClass, AnswersLater) {
  TestHost host;
  Instance<LateSite> site(host);
  EXPECT_EQ(site.http_handler().claims, nullptr);
  EXPECT_EQ(site.http("GET", "/").response->body, "late");
}
