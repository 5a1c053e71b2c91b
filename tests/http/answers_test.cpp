#include "http/answers.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>

namespace plugboard::http {
namespace {

using namespace std::chrono_literals;

std::optional<std::string> header(const Response& response, std::string_view name) {
  for (const auto& [known, value] : response.headers) {
    if (same_text(known, name)) return value;
  }
  return std::nullopt;
}

/// Status and body in one, to be compared at once.
std::string words(const Response& response) {
  return std::to_string(response.status) + " " + response.body;
}

TEST(Answers, ErrorsAreJson) {
  const Response response = error_response(400, "So \"wrong\"");
  EXPECT_EQ(words(response), R"(400 {"error":"So \"wrong\""})");
  EXPECT_EQ(header(response, "Content-Type"), "application/json");
}

TEST(Answers, ErrorsAreValidJsonWhateverTheySay) {
  EXPECT_EQ(error_response(400, "\xFF\n").body, "{\"error\":\"\xEF\xBF\xBD\\n\"}");
}

TEST(Answers, TryAgainTellsWholeSecondsRoundedUp) {
  EXPECT_EQ(header(try_again_response(503, "x", 1001ms), "Retry-After"), "2");
  EXPECT_EQ(header(try_again_response(503, "x", 2000ms), "Retry-After"), "2");
  EXPECT_EQ(header(try_again_response(503, "x", 0ms), "Retry-After"), "1");
}

TEST(Answers, UnreadableRequestsEndTheConnection) {
  const Response response = failure_response({400, "Malformed header"});
  EXPECT_EQ(words(response), R"(400 {"error":"Malformed header"})");
  EXPECT_TRUE(response.close);
}

TEST(Answers, LateRequestsEndTheConnection) {
  EXPECT_EQ(request_timeout_response().status, 408u);
  EXPECT_TRUE(request_timeout_response().close);
}

TEST(Answers, RefusedUpgradesEndTheConnection) {
  const Response response = upgrade_refusal_response({400, "No"});
  EXPECT_EQ(words(response), R"(400 {"error":"No"})");
  EXPECT_TRUE(response.close);
  EXPECT_EQ(header(response, "Sec-WebSocket-Version"), std::nullopt);
}

TEST(Answers, OtherVersionsAreToldTheOneSpoken) {
  const Response response = upgrade_refusal_response({426, "No"});
  EXPECT_EQ(header(response, "Sec-WebSocket-Version"), "13");
  EXPECT_EQ(header(response, "Upgrade"), "websocket");
}

TEST(Answers, ReadyIs200OnlyWhileServing) {
  EXPECT_EQ(ready_response(Readiness::serving).status, 200u);
  EXPECT_EQ(ready_response(Readiness::starting).status, 503u);
  EXPECT_EQ(ready_response(Readiness::draining).status, 503u);
}

TEST(Answers, DocumentsAreJson) {
  EXPECT_EQ(header(health_response({}), "Content-Type"), "application/json");
  EXPECT_EQ(header(stats_response({}), "Content-Type"), "application/json");
  EXPECT_EQ(header(ready_response(Readiness::serving), "Content-Type"), "application/json");
}

TEST(Answers, PreflightsAreEmpty) { EXPECT_EQ(words(preflight_response()), "204 "); }

TEST(Answers, NothingIsNotFound) {
  EXPECT_EQ(words(not_found_response()), R"(404 {"error":"Not found"})");
}

TEST(Answers, WrongMethodsAreToldTheRightOnes) {
  const Response response = method_not_allowed_response("GET, HEAD");
  EXPECT_EQ(words(response), R"(405 {"error":"Method not allowed"})");
  EXPECT_EQ(header(response, "Allow"), "GET, HEAD");
}

TEST(Answers, AMissingKeyIsAskedFor) {
  const Response response = key_missing_response();
  EXPECT_EQ(words(response), R"(401 {"error":"Missing access key"})");
  EXPECT_EQ(header(response, "WWW-Authenticate"), "Bearer");
}

TEST(Answers, AWrongKeyIsForbidden) {
  EXPECT_EQ(words(key_rejected_response()), R"(403 {"error":"Access key rejected"})");
}

TEST(Answers, AKeyThatNobodyCanJudgeIsUnavailable) {
  EXPECT_EQ(key_unavailable_response().status, 503u);
}

TEST(Answers, BlobsArePutAndRemoved) {
  EXPECT_EQ(words(blob_done_response()), R"(200 {"ok":true})");
}

TEST(Answers, BlobsComeBackAsTheyWerePut) {
  EXPECT_EQ(words(blob_response("a\"\n\xC3\xA4")), "200 {\"data\":\"a\\\"\\n\xC3\xA4\"}");
  EXPECT_EQ(words(blob_response("")), R"(200 {"data":""})");
}

TEST(Answers, BlobsThatAreNotThereAreNotFound) {
  EXPECT_EQ(words(blob_not_found_response()), R"(404 {"error":"Not found"})");
  EXPECT_EQ(words(blob_not_removed_response()), R"(404 {"ok":false})");
}

TEST(Answers, BlobsMayBeTooLarge) {
  EXPECT_EQ(words(blob_too_large_response(8192)),
            R"json(413 {"error":"Blob exceeds max size (8192 bytes)"})json");
}

TEST(Answers, TheBlobStoreMayBeFull) {
  EXPECT_EQ(words(blob_store_full_response()), R"(507 {"error":"Blob store is full"})");
}

TEST(Answers, BlobsAreText) { EXPECT_EQ(blob_not_text_response().status, 400u); }

TEST(Answers, TheBlobStoreMayBeUnavailable) {
  EXPECT_EQ(blob_store_unavailable_response().status, 503u);
}

}  // namespace
}  // namespace plugboard::http
