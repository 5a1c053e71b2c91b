#include "extension/http_chain.hpp"

#include <gtest/gtest.h>

#include <deque>

#include "extension/await.hpp"
#include "extension/fake_plugin.hpp"

namespace plugboard::extension::test {
namespace {

class HttpChainTest : public testing::Test {
 protected:
  HttpChain chain(std::vector<HttpLink> handlers) {
    auto links = std::make_shared<HttpLinks>();
    links->handlers = std::move(handlers);
    return HttpChain(links);
  }
  HttpLink link(FakePlugin& handler, const std::string& name, bool skip_errors = false) {
    auto made = stage_.link<HttpLink>(handler, name, skip_errors);
    made.table = *made.instance->kinds().http_handler;
    return made;
  }
  HttpVerdict handle(const HttpChain& chain) {
    const auto claim = chain.claim(request_, 0);
    EXPECT_TRUE(claim);
    Mailbox<HttpVerdict> answer;
    const Question question = chain.handle(
        *claim, request_, [&](HttpVerdict verdict) { answer.put(std::move(verdict)); });
    return *answer.take();
  }
  /// A handler that answers with this.
  void answers(FakePlugin& handler, plugboard_status status, const plugboard_http_response* with,
               plugboard_status complete_status = PLUGBOARD_OK) {
    handler.handle = [&handler, status, with, complete_status](const plugboard_http_request&,
                                                               plugboard_token token) {
      EXPECT_EQ(handler.host->complete(handler.host, token, status, with), complete_status);
      return PLUGBOARD_PENDING;
    };
  }

  FakePlugin first_;
  FakePlugin second_;
  std::deque<FakePlugin> more_;
  Stage stage_;  // ends before the plugins
  plugboard_http_request request_ = {sizeof request_, 0, {"GET", 3},       {"/site", 5}, {"q=1", 3},
                                     nullptr,         0, {"192.0.2.7", 9}, {},           {}};
};

TEST_F(HttpChainTest, AHandlerWithoutClaimsWantsEverythingUpTo64KiB) {
  first_.handle = [](auto&&...) { return PLUGBOARD_NEXT; };
  const auto claim = chain({link(first_, "a")}).claim(request_, 0);
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->handler, 0u);
  EXPECT_EQ(claim->max_body, 64u * 1024);
  EXPECT_FALSE(claim->require_key);
}

TEST_F(HttpChainTest, TheFirstThatClaimsGetsTheRequest) {
  first_.handle = second_.handle = [](auto&&...) { return PLUGBOARD_NEXT; };
  first_.claims = [](auto&&...) { return PLUGBOARD_NEXT; };
  second_.claims = [](const plugboard_http_request&, plugboard_http_claim& claim) {
    claim.flags = PLUGBOARD_HTTP_REQUIRE_KEY;
    claim.max_body = 1000;
    return PLUGBOARD_OK;
  };
  const auto claim = chain({link(first_, "a"), link(second_, "b")}).claim(request_, 0);
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->handler, 1u);
  EXPECT_EQ(claim->max_body, 1000u);
  EXPECT_TRUE(claim->require_key);
}

TEST_F(HttpChainTest, AClaimBeyond16MiBIsCutToThat) {
  first_.handle = [](auto&&...) { return PLUGBOARD_NEXT; };
  first_.claims = [](const plugboard_http_request&, plugboard_http_claim& claim) {
    claim.max_body = UINT64_MAX;
    return PLUGBOARD_OK;
  };
  EXPECT_EQ(chain({link(first_, "a")}).claim(request_, 0)->max_body, HttpChain::kMaxBody);
}

TEST_F(HttpChainTest, BehindTheLastHandlerNobodyClaims) {
  first_.handle = [](auto&&...) { return PLUGBOARD_NEXT; };
  const HttpChain handlers = chain({link(first_, "a")});
  EXPECT_FALSE(handlers.claim(request_, 1));
  EXPECT_FALSE(HttpChain().claim(request_, 0));
}

TEST_F(HttpChainTest, AHandlerThatFailsToSayWhetherItClaimsFailsTheRequest) {
  first_.handle = [](auto&&...) { return PLUGBOARD_NEXT; };
  first_.claims = [](auto&&...) { return PLUGBOARD_ERROR; };
  EXPECT_TRUE(std::holds_alternative<HttpFailed>(handle(chain({link(first_, "a")}))));
}

TEST_F(HttpChainTest, AHandlerThatFailsToSayAndMayBeSkippedDoesNotClaim) {
  first_.handle = [](auto&&...) { return PLUGBOARD_NEXT; };
  first_.claims = [](auto&&...) { return PLUGBOARD_ERROR; };
  EXPECT_FALSE(chain({link(first_, "a", true)}).claim(request_, 0));
}

TEST_F(HttpChainTest, AResponseIsCopiedWithoutWhatIsTheRelaysOwn) {
  const plugboard_header headers[] = {{{"Content-Type", 12}, {"text/plain", 10}},
                                      {{"content-length", 14}, {"999", 3}},
                                      {{"Transfer-Encoding", 17}, {"chunked", 7}},
                                      {{"CONNECTION", 10}, {"close", 5}},
                                      {{"Date", 4}, {"today", 5}},
                                      {{"X-Team", 6}, {"blue", 4}}};
  const plugboard_http_response response = {sizeof response, 201, headers, 6, {"hello", 5}};
  answers(first_, PLUGBOARD_OK, &response);
  const auto copied = std::get<HttpResponse>(handle(chain({link(first_, "a")})));
  EXPECT_EQ(copied.status, 201u);
  EXPECT_EQ(copied.body, "hello");
  EXPECT_EQ(copied.headers, (HttpHeaders{{"Content-Type", "text/plain"}, {"X-Team", "blue"}}));
}

TEST_F(HttpChainTest, AHeaderThatWouldSplitTheResponseIsAFailure) {
  const plugboard_header header = {{"X", 1}, {"a\r\nSet-Cookie: b", 17}};
  const plugboard_http_response response = {sizeof response, 200, &header, 1, {}};
  answers(first_, PLUGBOARD_OK, &response, PLUGBOARD_INVALID);
  EXPECT_TRUE(std::holds_alternative<HttpFailed>(handle(chain({link(first_, "a")}))));
  EXPECT_TRUE(stage_.services.logged("header value holds control characters"));
}

TEST_F(HttpChainTest, AHeaderNameThatIsNoTokenIsAFailure) {
  const plugboard_header header = {{"X Y", 3}, {"a", 1}};
  const plugboard_http_response response = {sizeof response, 200, &header, 1, {}};
  answers(first_, PLUGBOARD_OK, &response, PLUGBOARD_INVALID);
  EXPECT_TRUE(std::holds_alternative<HttpFailed>(handle(chain({link(first_, "a")}))));
}

TEST_F(HttpChainTest, AStatusThatIsNoFinalOneIsAFailure) {
  for (const std::uint32_t status : {0u, 100u, 199u, 600u}) {
    const plugboard_http_response response = {sizeof response, status, nullptr, 0, {}};
    FakePlugin& handler = more_.emplace_back();
    answers(handler, PLUGBOARD_OK, &response, PLUGBOARD_INVALID);
    EXPECT_TRUE(std::holds_alternative<HttpFailed>(handle(chain({link(handler, "a")})))) << status;
  }
}

TEST_F(HttpChainTest, OkWithoutAResponseIsAFailure) {
  first_.handle = [](auto&&...) { return PLUGBOARD_OK; };
  EXPECT_TRUE(std::holds_alternative<HttpFailed>(handle(chain({link(first_, "a")}))));
}

TEST_F(HttpChainTest, APassedRequestMayCarryHeadersForTheAnswer) {
  const plugboard_header header = {{"X-Team", 6}, {"blue", 4}};
  const plugboard_http_response response = {sizeof response, 0, &header, 1, {}};
  answers(first_, PLUGBOARD_NEXT, &response);
  const auto next = std::get<HttpNext>(handle(chain({link(first_, "a")})));
  EXPECT_EQ(next.headers, (HttpHeaders{{"X-Team", "blue"}}));
}

TEST_F(HttpChainTest, ARequestMayBeDenied) {
  first_.handle = [](auto&&...) { return PLUGBOARD_DENY; };
  EXPECT_TRUE(std::holds_alternative<HttpDenied>(handle(chain({link(first_, "a")}))));
}

TEST_F(HttpChainTest, AHandlerThatFailsAndMayBeSkippedPassesTheRequestOn) {
  first_.handle = [](auto&&...) { return PLUGBOARD_ERROR; };
  EXPECT_TRUE(std::holds_alternative<HttpNext>(handle(chain({link(first_, "a", true)}))));
}

TEST_F(HttpChainTest, AHandlerThatMayBlockSeesACopyOfTheRequest) {
  first_.flags = PLUGBOARD_FLAG_BLOCKING;
  std::string seen;
  first_.handle = [&](const plugboard_http_request& request, plugboard_token) {
    seen = text(request.method) + text(request.path) + text(request.query) + text(request.body);
    return PLUGBOARD_NEXT;
  };
  handle(chain({link(first_, "a")}));
  EXPECT_EQ(seen, "GET/siteq=1");
}

}  // namespace
}  // namespace plugboard::extension::test
