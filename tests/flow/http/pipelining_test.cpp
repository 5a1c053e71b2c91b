// Requests one behind the other on one connection, where the answers take their time: each takes
// effect when the one before it has been answered, and the answers stand in the requests' order.
// And what so many at once are to the other clients of the same thread.
#include <csignal>

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

class ManyAtOnce : public testing::Test {
 protected:
  static std::string repeated(const std::string& line, int count) {
    std::string requests;
    for (int i = 0; i < count; ++i) requests += line + " HTTP/1.1\r\nHost: x\r\n\r\n";
    return requests;
  }
  static constexpr const char* kPut =
      "PUT /blob/piped-key HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nput";

  // While the relay is stopped, all that clients send comes to lie before it for one turn.
  void stop() { relay_.signal(SIGSTOP); }
  void go_on() { relay_.signal(SIGCONT); }

  RelayProcess relay_{{.plugins = plugin_table("blobs", "blob-store-memory"),
                       .chain = "key_store = \"open\"\nblob_store = \"blobs\"\n",
                       .threads = 1}};
};

TEST_F(ManyAtOnce, MakeWayForARequestOfAnother) {
  constexpr int kMany = 1000;
  RawSocket many(relay_.endpoint());
  RawSocket one(relay_.endpoint());
  many.send(repeated("GET /ready", 1));
  one.send(repeated("GET /ready", 1));
  many.response();
  one.response();
  stop();
  many.send(repeated("GET /blob/piped-key", kMany));
  one.send(kPut);
  go_on();
  EXPECT_EQ(one.response().status, 200);
  for (int i = 0; i < kMany - 1; ++i) many.response();
  EXPECT_EQ(many.response().status, 200);
}

TEST_F(ManyAtOnce, AreAllAnsweredThoughTheClientHasEndedItsHalf) {
  constexpr int kMany = 1000;
  RawSocket many(relay_.endpoint());
  stop();
  many.send(repeated("GET /ready", kMany));
  many.finish_writing();
  go_on();
  for (int i = 0; i < kMany; ++i) ASSERT_EQ(many.response().status, 200);
  EXPECT_EQ(many.rest(), "");
}

TEST_F(ManyAtOnce, AreNotDoneForAClientThatHasGone) {
  const std::size_t descriptors = relay_.open_descriptors();
  RawSocket many(relay_.endpoint());
  many.send(repeated("GET /ready", 1));
  many.response();
  stop();
  many.send(repeated("GET /ready", 1000) + kPut);
  many.reset();
  go_on();
  ASSERT_TRUE(await([&] { return relay_.open_descriptors() == descriptors; }));
  EXPECT_EQ(HttpClient(relay_.endpoint()).get("/blob/piped-key").status, 404);
}

}  // namespace
}  // namespace plugboard::test
