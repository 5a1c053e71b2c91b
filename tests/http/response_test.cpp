#include "http/response.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>

#include "http/request.hpp"

namespace plugboard::http {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kDate = "Sun, 06 Nov 1994 08:49:37 GMT";

std::string bytes_of(const Response& response, const RequestFacts& facts = {},
                     const manifest::Cors& cors = manifest::CorsOff{}) {
  return serialize(response, facts, cors, kDate);
}

bool has_line(const std::string& bytes, std::string_view line) {
  return bytes.find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
}

bool has_name(const std::string& bytes, std::string_view name) {
  return bytes.find("\r\n" + std::string(name) + ":") != std::string::npos;
}

TEST(Response, IsStatusHeadersAndBody) {
  EXPECT_EQ(bytes_of(json_response(200, R"({"ok":true})")),
            "HTTP/1.1 200 OK\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Type: application/json\r\n"
            "Content-Length: 11\r\n"
            "\r\n"
            "{\"ok\":true}");
}

TEST(Response, NamesItsStatus) {
  EXPECT_TRUE(bytes_of({507, {}, {}, false}).starts_with("HTTP/1.1 507 Insufficient Storage\r\n"));
}

TEST(Response, LeavesTheReasonOfAnUnknownStatusEmpty) {
  EXPECT_TRUE(bytes_of({299, {}, {}, false}).starts_with("HTTP/1.1 299 \r\n"));
}

TEST(Response, TellsALengthOfNothing) {
  EXPECT_TRUE(has_line(bytes_of({200, {}, {}, false}), "Content-Length: 0"));
}

TEST(Response, ToHeadTellsTheLengthWithoutTheBody) {
  RequestFacts facts;
  facts.head = true;
  const std::string bytes = bytes_of({200, {}, "hello", false}, facts);
  EXPECT_TRUE(has_line(bytes, "Content-Length: 5"));
  EXPECT_TRUE(bytes.ends_with("\r\n\r\n"));
}

TEST(Response, WithoutContentTellsNoLength) {
  for (const unsigned status : {204u, 304u}) {
    const std::string bytes = bytes_of({status, {}, "hello", false});
    EXPECT_FALSE(has_name(bytes, "Content-Length")) << status;
    EXPECT_TRUE(bytes.ends_with("\r\n\r\n")) << status;
  }
}

TEST(Response, GoesOnSilentlyInHttp11) { EXPECT_FALSE(has_name(bytes_of({}), "Connection")); }

TEST(Response, SaysThatItGoesOnInHttp10) {
  RequestFacts facts;
  facts.minor_version = 0;
  EXPECT_TRUE(has_line(bytes_of({}, facts), "Connection: keep-alive"));
}

TEST(Response, SaysThatItClosesAsTheRequestWished) {
  RequestFacts facts;
  facts.keep_alive = false;
  EXPECT_TRUE(has_line(bytes_of({}, facts), "Connection: close"));
  EXPECT_TRUE(closes({}, facts));
}

TEST(Response, SaysThatItClosesOfItself) {
  const Response response = {400, {}, {}, true};
  EXPECT_TRUE(has_line(bytes_of(response), "Connection: close"));
  EXPECT_TRUE(closes(response, {}));
}

TEST(Response, NamesUpgradeAmongItsConnectionOptions) {
  EXPECT_TRUE(has_line(bytes_of({426, {{"Upgrade", "websocket"}}, {}, true}),
                       "Connection: Upgrade, close"));
  EXPECT_TRUE(
      has_line(bytes_of({426, {{"Upgrade", "websocket"}}, {}, false}), "Connection: Upgrade"));
}

TEST(Response, ToUnreadableRequestsCloses) {
  EXPECT_TRUE(closes({}, RequestFacts::unreadable(false)));
}

TEST(Response, ToUnreadableHeadRequestsHasNoBody) {
  const std::string bytes = bytes_of({400, {}, "hello", true}, RequestFacts::unreadable(true));
  EXPECT_TRUE(has_line(bytes, "Content-Length: 5"));
  EXPECT_TRUE(bytes.ends_with("\r\n\r\n"));
}

TEST(Response, LearnsFromItsRequest) {
  const Request request = Request::raw("HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const RequestFacts facts(request.head());
  EXPECT_TRUE(facts.head);
  EXPECT_EQ(facts.minor_version, 0u);
  EXPECT_TRUE(facts.keep_alive);
}

TEST(Response, OpensItselfToAnyOrigin) {
  const std::string bytes = bytes_of({404, {}, {}, false}, {}, manifest::CorsAny{});
  EXPECT_TRUE(has_line(bytes, "Access-Control-Allow-Origin: *"));
  EXPECT_TRUE(has_line(bytes, "Access-Control-Allow-Methods: GET, PUT, DELETE, OPTIONS"));
  EXPECT_TRUE(has_line(bytes, "Access-Control-Allow-Headers: Content-Type, Authorization"));
}

TEST(Response, OpensItselfToOneOrigin) {
  EXPECT_TRUE(has_line(bytes_of({}, {}, manifest::CorsOrigin{"https://app.example"}),
                       "Access-Control-Allow-Origin: https://app.example"));
}

TEST(Response, OpensItselfToNobody) {
  EXPECT_FALSE(has_name(bytes_of({}, {}, manifest::CorsOff{}), "Access-Control-Allow-Origin"));
  EXPECT_FALSE(has_name(bytes_of({}, {}, manifest::CorsOff{}), "Access-Control-Allow-Methods"));
}

TEST(Response, KeepsCorsHeadersOfItsOwn) {
  const std::string bytes = bytes_of(
      {200, {{"access-control-allow-origin", "https://own"}}, {}, false}, {}, manifest::CorsAny{});
  EXPECT_TRUE(has_line(bytes, "access-control-allow-origin: https://own"));
  EXPECT_FALSE(has_name(bytes, "Access-Control-Allow-Origin"));
}

TEST(Response, SaysWhatIsTheServersBusinessItself) {
  const std::string bytes = bytes_of({200,
                                      {{"content-length", "9"},
                                       {"Connection", "keep-alive"},
                                       {"Transfer-Encoding", "chunked"},
                                       {"Keep-Alive", "timeout=5"},
                                       {"date", "today"}},
                                      "hello",
                                      false});
  EXPECT_EQ(bytes,
            "HTTP/1.1 200 OK\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Length: 5\r\n"
            "\r\n"
            "hello");
}

TEST(Response, LeavesOutHeadersThatWouldEndEarly) {
  const std::string bytes = bytes_of({200,
                                      {{"A", "b\r\nSet-Cookie: c"},
                                       {"B", "c\n"},
                                       {"C\r\nD", "e"},
                                       {"E:", "f"},
                                       {"", "g"},
                                       {"G", std::string("\0", 1)}},
                                      {},
                                      false});
  EXPECT_EQ(bytes,
            "HTTP/1.1 200 OK\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Length: 0\r\n"
            "\r\n");
}

TEST(HttpDate, IsSpelledAsTheRfcDoes) {
  HttpDate date;
  EXPECT_EQ(date.at(std::chrono::sys_seconds(784111777s)), kDate);
}

TEST(HttpDate, KnowsLeapDays) {
  HttpDate date;
  EXPECT_EQ(date.at(std::chrono::sys_seconds(1709164799s)), "Wed, 28 Feb 2024 23:59:59 GMT");
  EXPECT_EQ(date.at(std::chrono::sys_seconds(1709164800s)), "Thu, 29 Feb 2024 00:00:00 GMT");
}

TEST(HttpDate, IsTheSameWithinASecond) {
  HttpDate date;
  const std::string_view first = date.at(std::chrono::sys_seconds(784111777s));
  EXPECT_EQ(date.at(std::chrono::sys_seconds(784111777s) + 999ms).data(), first.data());
  EXPECT_EQ(date.at(std::chrono::sys_seconds(784111777s) + 999ms), kDate);
}

TEST(HttpDate, IsNewInTheNextSecond) {
  HttpDate date;
  (void)date.at(std::chrono::sys_seconds(784111777s));
  EXPECT_EQ(date.at(std::chrono::sys_seconds(784111778s)), "Sun, 06 Nov 1994 08:49:38 GMT");
}

}  // namespace
}  // namespace plugboard::http
