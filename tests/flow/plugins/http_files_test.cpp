// The plugin http-files through the relay: what a browser gets, and what nobody gets.
#include <filesystem>

#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

constexpr std::size_t kLargest = 16 * 1024 * 1024;

class HttpFiles : public testing::Test {
 protected:
  HttpFiles() {
    folder_.write("outside.txt", "outside");
    std::filesystem::create_directories(folder_.path() / "site/sub");
    folder_.write("site/index.html", "<h1>home</h1>");
    folder_.write("site/app.js", "let x;");
    folder_.write("site/.hidden", "hidden");
    folder_.write("site/sub/index.html", "<h1>sub</h1>");
  }

  void start(const std::string& more = "") {
    relay_ = std::make_unique<RelayProcess>(
        folder_, Manifest{.plugins = plugin_table("site", "http-files", "folder = \"site\"" + more),
                          .chain = "key_store = \"open\"\nhttp = [\"site\"]\n"});
    http_ = std::make_unique<HttpClient>(relay_->endpoint());
  }

  HttpResponse get(std::string_view target, const HttpHeaders& headers = {}) const {
    return http_->get(target, headers);
  }

  TempDir folder_;
  std::unique_ptr<RelayProcess> relay_;
  std::unique_ptr<HttpClient> http_;
};

TEST_F(HttpFiles, AreServedAsWhatTheyAre) {
  start();
  const HttpResponse response = get("/app.js?v=2");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "let x;");
  EXPECT_EQ(response.header("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(response.header("X-Content-Type-Options"), "nosniff");
}

TEST_F(HttpFiles, OfAFolderAreServedByItsIndex) {
  start();
  const HttpResponse response = get("/");
  EXPECT_EQ(response.body, "<h1>home</h1>");
  EXPECT_EQ(response.header("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(get("/sub/").body, "<h1>sub</h1>");
}

TEST_F(HttpFiles, OfAFolderWithoutItsSlashAreFoundByAnother) {
  start();
  const HttpResponse response = get("/sub?a=b");
  EXPECT_EQ(response.status, 301);
  EXPECT_EQ(response.header("Location"), "/sub/?a=b");
}

TEST_F(HttpFiles, BelowAPrefixLeaveTheRestToTheRelay) {
  start(", prefix = \"/site\"");
  EXPECT_EQ(get("/site/app.js").body, "let x;");
  EXPECT_EQ(get("/app.js").status, 404);
}

TEST_F(HttpFiles, AnswerHeadWithTheLengthAndNoBody) {
  start();
  RawSocket socket(relay_->endpoint());
  socket.send("HEAD /app.js HTTP/1.1\r\nHost: test\r\n\r\n");
  const HttpResponse response = socket.response(true);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("Content-Length"), "6");
  EXPECT_EQ(response.header("Content-Type"), "text/javascript; charset=utf-8");
  socket.send("GET /sub/ HTTP/1.1\r\nHost: test\r\n\r\n");
  EXPECT_EQ(socket.response().body, "<h1>sub</h1>");
}

TEST_F(HttpFiles, ThatAreKnownAlreadyAreNotSentAgain) {
  start();
  const std::string tag = get("/app.js").header("ETag").value();
  RawSocket socket(relay_->endpoint());
  socket.send("GET /app.js HTTP/1.1\r\nHost: test\r\nIf-None-Match: " + tag + "\r\n\r\n" +
              "GET /sub/ HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
  const std::string answers = socket.rest();
  const std::string first = answers.substr(0, answers.find("\r\n\r\n") + 4);
  EXPECT_TRUE(first.starts_with("HTTP/1.1 304 ")) << first;
  EXPECT_NE(first.find(tag), std::string::npos) << first;
  EXPECT_EQ(first.find("\r\nContent-Type:"), std::string::npos) << first;
  // RFC 9110, section 15.4.5: what follows the head of a 304 is the next answer.
  EXPECT_TRUE(answers.substr(first.size()).starts_with("HTTP/1.1 200 ")) << answers;
}

TEST_F(HttpFiles, ThatHaveChangedAreSentAgain) {
  start();
  const std::string tag = get("/app.js").header("ETag").value();
  folder_.replace("site/app.js", "let y = 2;");
  const HttpResponse response = get("/app.js", {{"If-None-Match", tag}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "let y = 2;");
  EXPECT_NE(response.header("ETag"), tag);
}

TEST_F(HttpFiles, OutsideTheFolderAreOutOfReach) {
  std::filesystem::create_symlink("../outside.txt", folder_.path() / "site/link.txt");
  start();
  for (const char* target :
       {"/../outside.txt", "/%2e%2e/outside.txt", "/..%2foutside.txt", "/sub/../../outside.txt",
        "/sub/%2e%2e/%2e%2e/outside.txt", "/..%5coutside.txt", "//outside.txt", "/link.txt",
        "/.hidden", "/%2ehidden", "/sub/../app.js", "/app.js%00.html", "/%zz"}) {
    const HttpResponse response = get(target);
    EXPECT_TRUE(response.status == 404 || response.status == 400) << target << response.status;
    EXPECT_EQ(response.body.find("outside"), std::string::npos) << target;
  }
}

TEST_F(HttpFiles, LeaveTheRelaysOwnRoutesAlone) {
  start();
  EXPECT_EQ(nlohmann::json::parse(get("/health").body).at("status"), "ok");
  EXPECT_EQ(get("/no-such-file").status, 404);
  EXPECT_EQ(http_->request("POST", "/app.js").status, 404);
  EXPECT_EQ(http_->request("OPTIONS", "/app.js").status, 204);
}

TEST_F(HttpFiles, LeaveUpgradesAlone) {
  start();
  EXPECT_TRUE(comes_in(relay_->endpoint(), fresh_id()));
}

TEST_F(HttpFiles, OfTheLargestSizeAreServedWhole) {
  std::string content(kLargest, '\0');
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i * 31 / 7);
  folder_.write("site/large.bin", content);
  start();
  EXPECT_TRUE(get("/large.bin").body == content);
}

TEST_F(HttpFiles, BeyondTheLargestSizeAreAnErrorThatTheLogExplains) {
  folder_.write("site/large.bin", std::string(kLargest + 1, 'x'));
  start();
  EXPECT_EQ(get("/large.bin").status, 500);
  EXPECT_TRUE(relay_->await_log("too large to be served"));
  EXPECT_EQ(get("/app.js").status, 200);
}

TEST_F(HttpFiles, OfTwoFoldersAreServedBySideBySideInstances) {
  std::filesystem::create_directory(folder_.path() / "more");
  folder_.write("more/app.js", "let z;");
  relay_ = std::make_unique<RelayProcess>(
      folder_, Manifest{.plugins = plugin_table("site", "http-files", "folder = \"site\"") +
                                   plugin_table("more", "http-files",
                                                "folder = \"more\", prefix = \"/more\""),
                        .chain = "key_store = \"open\"\nhttp = [\"site\", \"more\"]\n"});
  http_ = std::make_unique<HttpClient>(relay_->endpoint());
  EXPECT_EQ(get("/more/app.js").body, "let z;");
  EXPECT_EQ(get("/app.js").body, "let x;");
}

}  // namespace
}  // namespace plugboard::test
