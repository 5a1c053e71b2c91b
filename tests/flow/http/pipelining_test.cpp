// Requests one behind the other on one connection, where the answers take their time: each takes
// effect when the one before it has been answered, and the answers stand in the requests' order.
#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

class PipeliningOverASlowStore : public testing::Test {
 protected:
  static std::string put(const std::string& data) {
    return "PUT /blob/piped-key HTTP/1.1\r\nHost: x\r\nContent-Length: " +
           std::to_string(data.size()) + "\r\n\r\n" + data;
  }
  static std::string request(const std::string& line) {
    return line + " HTTP/1.1\r\nHost: x\r\n\r\n";
  }

  bool await_asked(int count) {
    HttpClient client(relay_.endpoint());
    return await([&] { return client.get("/slow/asked").body == std::to_string(count); });
  }
  /// Once it is the `number`th question's turn, has it answered.
  void answer(int number) {
    ASSERT_TRUE(await_asked(number));
    ASSERT_EQ(HttpClient(relay_.endpoint()).request("POST", "/slow/answer").status, 200);
  }

  RelayProcess relay_{{.plugins = "[[plugin]]\nname = \"slow\"\nlibrary = \"" PLUGBOARD_BUILD_DIR
                                  "/tests/plugins/slow-blobs.so\"\n",
                       .chain = "key_store = \"open\"\nblob_store = \"slow\"\n"
                                "http = [\"slow\"]\n"}};
  RawSocket client_{relay_.endpoint()};
};

TEST_F(PipeliningOverASlowStore, AnswersStandInTheOrderOfTheirRequests) {
  client_.send(put("one") + request("GET /health") + request("GET /blob/piped-key") +
               request("GET /nothing") + put("two") + request("GET /blob/piped-key") +
               request("DELETE /blob/piped-key") + request("GET /ready"));
  for (int number = 1; number <= 5; ++number) answer(number);
  EXPECT_EQ(client_.response().body, R"({"ok":true})");
  EXPECT_TRUE(nlohmann::json::parse(client_.response().body).contains("uptime"));
  EXPECT_EQ(client_.response().body, R"({"data":"one"})");
  EXPECT_EQ(client_.response().status, 404);
  EXPECT_EQ(client_.response().body, R"({"ok":true})");
  EXPECT_EQ(client_.response().body, R"({"data":"two"})");
  EXPECT_EQ(client_.response().body, R"({"ok":true})");
  EXPECT_EQ(client_.response().body, R"({"status":"ready"})");
}

TEST_F(PipeliningOverASlowStore, ARequestWaitsForTheAnswerToTheOneBefore) {
  client_.send(put("one") + put("two"));
  ASSERT_TRUE(await_asked(1));
  // Another connection goes through the same store meanwhile.
  RawSocket other(relay_.endpoint());
  other.send(request("GET /blob/piped-key"));
  ASSERT_TRUE(await_asked(2));
  answer(2);
  EXPECT_EQ(client_.response().status, 200);
  EXPECT_TRUE(await_asked(3));
}

TEST_F(PipeliningOverASlowStore, ABadRequestEndsTheConnectionBehindTheAnswersBeforeIt) {
  client_.send(put("one") + "nonsense\r\n\r\n" + request("GET /health"));
  answer(1);
  EXPECT_EQ(client_.response().status, 200);
  EXPECT_EQ(client_.response().status, 400);
  EXPECT_EQ(client_.rest(), "");
}

TEST_F(PipeliningOverASlowStore, AnUpgradeWaitsForTheAnswersBeforeIt) {
  client_.send(request("GET /blob/piped-key") + client_.upgrade_request("/pwa/" + fresh_id()) +
               ping_frame("at last"));
  answer(1);
  EXPECT_EQ(client_.response().status, 404);
  EXPECT_EQ(client_.response().status, 101);
  EXPECT_EQ(client_.frame().payload, "at last");
}

TEST_F(PipeliningOverASlowStore, WhoHasEndedItsHalfStillGetsEveryAnswer) {
  client_.send(put("one") + put("two") + request("GET /blob/piped-key"));
  client_.finish_writing();
  for (int number = 1; number <= 3; ++number) answer(number);
  EXPECT_EQ(client_.response().status, 200);
  EXPECT_EQ(client_.response().status, 200);
  EXPECT_EQ(client_.response().body, R"({"data":"two"})");
  EXPECT_EQ(client_.rest(), "");
}

TEST_F(PipeliningOverASlowStore, WhoGoesMeanwhileKeepsNobodyElseWaiting) {
  client_.send(put("one") + put("two"));
  ASSERT_TRUE(await_asked(1));
  client_.reset();
  RawSocket other(relay_.endpoint());
  other.send(request("GET /ready"));
  EXPECT_EQ(other.response().status, 200);
  answer(1);
  EXPECT_EQ(HttpClient(relay_.endpoint()).get("/health").status, 200);
}

}  // namespace
}  // namespace plugboard::test
