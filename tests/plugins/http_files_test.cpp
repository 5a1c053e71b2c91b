#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "http-files/conditional.hpp"
#include "http-files/content_type.hpp"
#include "plugins/shipped_plugin.hpp"
#include "support/temp_dir.hpp"

namespace plugboard::test {
namespace {

namespace fs = std::filesystem;

class HttpFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    folder.write("index.html", "<h1>home</h1>");
    folder.write("app.js", "let x;");
    fs::create_directory(folder.path() / "sub");
    folder.write("sub/index.html", "<h1>sub</h1>");
    folder.write("sub/my file.txt", "text");
    fs::create_directory(folder.path() / "bare");
    folder.write(".secret", "secret");
  }

  void start(const std::string& more = "") {
    site = std::make_unique<ShippedPlugin>("http-files", host, config(more));
  }
  std::string config(const std::string& more = "") const {
    return R"({"folder":")" + folder.path().string() + "\"" + more + "}";
  }

  testing::Answer get(const std::string& path,
                      const testing::TestInstance::HeaderList& headers = {}) {
    return site->http("GET", path, "", headers);
  }
  std::string body(const std::string& path) {
    const auto answer = get(path);
    return answer.response ? answer.response->body : "not served";
  }
  static std::string header(const testing::Answer& answer, const std::string& name) {
    for (const auto& each : answer.response->headers) {
      if (each.name == name) return each.value;
    }
    return "no such header";
  }

  TempDir folder;
  testing::TestHost host;
  std::unique_ptr<ShippedPlugin> site;
};

// --- What is served ------------------------------------------------------------------------------

TEST_F(HttpFiles, ServesAFile) {
  start();
  const auto answer = get("/app.js");
  EXPECT_EQ(answer.response->status, 200u);
  EXPECT_EQ(answer.response->body, "let x;");
  EXPECT_EQ(header(answer, "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(header(answer, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(header(answer, "Cache-Control"), "no-cache");
}

TEST_F(HttpFiles, ServesTheIndexOfAFolder) {
  start();
  EXPECT_EQ(body("/"), "<h1>home</h1>");
  EXPECT_EQ(body("/sub/"), "<h1>sub</h1>");
  EXPECT_EQ(header(get("/"), "Content-Type"), "text/html; charset=utf-8");
}

TEST_F(HttpFiles, SendsClientsToTheFolderItself) {
  start();
  const auto answer = get("/sub?a=b");
  EXPECT_EQ(answer.response->status, 301u);
  EXPECT_EQ(header(answer, "Location"), "/sub/?a=b");
}

TEST_F(HttpFiles, DecodesNames) {
  start();
  EXPECT_EQ(body("/sub/my%20file.txt"), "text");
  EXPECT_EQ(body("/%61pp.js"), "let x;");
}

TEST_F(HttpFiles, ServesHeadLikeGet) {
  start();
  const auto answer = site->http("HEAD", "/app.js");
  EXPECT_EQ(answer.response->status, 200u);
  EXPECT_EQ(answer.response->body.size(), 6u);
}

TEST_F(HttpFiles, ServesEmptyFiles) {
  folder.write("empty.txt", "");
  start();
  EXPECT_EQ(get("/empty.txt").response->status, 200u);
}

TEST_F(HttpFiles, ServesBelowItsPrefixOnly) {
  start(R"(,"prefix":"/site")");
  EXPECT_EQ(body("/site/app.js"), "let x;");
  EXPECT_EQ(body("/site/"), "<h1>home</h1>");
  EXPECT_EQ(header(get("/site"), "Location"), "/site/");
  EXPECT_EQ(get("/app.js").status, Status::kNext);
  EXPECT_EQ(get("/sitemap/app.js").status, Status::kNext);
}

TEST_F(HttpFiles, HasAnotherIndexIfToldSo) {
  start(R"(,"index":"app.js")");
  EXPECT_EQ(body("/"), "let x;");
}

TEST_F(HttpFiles, TellsClientsHowLongTheyMayKeepAFile) {
  start(R"(,"max_age":"1h")");
  EXPECT_EQ(header(get("/app.js"), "Cache-Control"), "max-age=3600");
}

// --- What is left to others ----------------------------------------------------------------------

TEST_F(HttpFiles, LeavesOtherRequestsToOthers) {
  start();
  EXPECT_EQ(get("/health").status, Status::kNext);
  EXPECT_EQ(get("/bare/").status, Status::kNext);
  EXPECT_EQ(get("/bare").status, Status::kNext);
  EXPECT_EQ(get("/app.js/").status, Status::kNext);
  EXPECT_EQ(get("/app.js/more").status, Status::kNext);
  EXPECT_EQ(site->http("POST", "/app.js").status, Status::kNext);
  EXPECT_EQ(site->http("PUT", "/app.js").status, Status::kNext);
}

TEST_F(HttpFiles, NeverLeavesItsFolder) {
  folder.write("outside.txt", "outside");
  site = std::make_unique<ShippedPlugin>(
      "http-files", host, R"({"folder":")" + (folder.path() / "sub").string() + "\"}");
  for (const auto* path :
       {"/../outside.txt", "/%2e%2e/outside.txt", "/..%2foutside.txt", "/x/../../outside.txt",
        "/./index.html", "//index.html", "/..\\outside.txt", "/%5c..%5coutside.txt",
        "/index.html%00.txt", "/%zz", "/..", "/%2e%2e", "/.%2e/outside.txt"}) {
    EXPECT_EQ(get(path).status, Status::kNext) << path;
  }
}

TEST_F(HttpFiles, DoesNotServeHiddenFiles) {
  start();
  EXPECT_EQ(get("/.secret").status, Status::kNext);
  EXPECT_EQ(get("/%2esecret").status, Status::kNext);
}

TEST_F(HttpFiles, FollowsLinksWithinTheFolderAndNoOthers) {
  TempDir elsewhere;
  elsewhere.write("private.txt", "private");
  fs::create_symlink(elsewhere.path() / "private.txt", folder.path() / "absolute.txt");
  fs::create_symlink("../" + elsewhere.path().filename().string() + "/private.txt",
                     folder.path() / "relative.txt");
  fs::create_directory_symlink(elsewhere.path(), folder.path() / "linked");
  fs::create_symlink("sub/my file.txt", folder.path() / "within.txt");
  start();
  EXPECT_EQ(get("/absolute.txt").status, Status::kNext);
  EXPECT_EQ(get("/relative.txt").status, Status::kNext);
  EXPECT_EQ(get("/linked/private.txt").status, Status::kNext);
  EXPECT_EQ(body("/within.txt"), "text");
}

TEST_F(HttpFiles, DoesNotWaitForPipes) {
  ASSERT_EQ(mkfifo((folder.path() / "pipe").c_str(), S_IRUSR | S_IWUSR), 0);
  start();
  EXPECT_EQ(get("/pipe").status, Status::kNext);
}

TEST_F(HttpFiles, FailsOnFilesThatAreTooLarge) {
  folder.write("large.bin", std::string(16 * 1024 * 1024 + 1, 'x'));
  start();
  EXPECT_EQ(get("/large.bin").status, Status::kError);
  EXPECT_TRUE(host.logged("too large"));
}

// --- Conditional requests ------------------------------------------------------------------------

TEST_F(HttpFiles, SaysThatAFileHasNotChanged) {
  start();
  const auto first = get("/app.js");
  const auto by_tag = get("/app.js", {{"if-none-match", header(first, "ETag")}});
  EXPECT_EQ(by_tag.response->status, 304u);
  EXPECT_EQ(by_tag.response->body, "");
  EXPECT_EQ(header(by_tag, "ETag"), header(first, "ETag"));
  const auto by_date = get("/app.js", {{"If-Modified-Since", header(first, "Last-Modified")}});
  EXPECT_EQ(by_date.response->status, 304u);
}

TEST_F(HttpFiles, ServesAFileThatHasChanged) {
  start();
  const auto first = get("/app.js");
  folder.replace("app.js", "let y = 2;");
  const auto second = get("/app.js", {{"If-None-Match", header(first, "ETag")}});
  EXPECT_EQ(second.response->status, 200u);
  EXPECT_EQ(second.response->body, "let y = 2;");
}

TEST(HttpFilesConditions, TagsCountBeforeDates) {
  using http_files::is_unchanged;
  EXPECT_TRUE(is_unchanged("\"a\"", std::nullopt, "\"a\"", "d"));
  EXPECT_TRUE(is_unchanged("\"x\", W/\"a\"", std::nullopt, "\"a\"", "d"));
  EXPECT_TRUE(is_unchanged("*", std::nullopt, "\"a\"", "d"));
  EXPECT_FALSE(is_unchanged("\"b\"", "d", "\"a\"", "d"));
  EXPECT_FALSE(is_unchanged("", "d", "\"a\"", "d"));
  EXPECT_TRUE(is_unchanged(std::nullopt, "d", "\"a\"", "d"));
  EXPECT_FALSE(is_unchanged(std::nullopt, "e", "\"a\"", "d"));
  EXPECT_FALSE(is_unchanged(std::nullopt, std::nullopt, "\"a\"", "d"));
}

TEST(HttpFilesConditions, DatesAreThoseOfHttp) {
  EXPECT_EQ(http_files::http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_files::http_date(1709164800), "Thu, 29 Feb 2024 00:00:00 GMT");
}

TEST(HttpFilesTypes, FollowTheEndingInWhateverLetterCase) {
  EXPECT_EQ(http_files::content_type_of("a/B.PNG"), "image/png");
  EXPECT_EQ(http_files::content_type_of("a.tar.wasm"), "application/wasm");
  EXPECT_EQ(http_files::content_type_of("README"), "application/octet-stream");
  EXPECT_EQ(http_files::content_type_of("a.unknown"), "application/octet-stream");
}

// --- Config --------------------------------------------------------------------------------------

TEST_F(HttpFiles, RefusesAFolderThatIsNone) {
  EXPECT_EQ(refusal("http-files", R"({"folder":"/no/such/folder"})"),
            "/folder: /no/such/folder is no folder");
}

TEST_F(HttpFiles, TakesANewConfig) {
  start();
  EXPECT_TRUE(site->reconfigure(config(R"(,"prefix":"/site")")));
  EXPECT_EQ(get("/app.js").status, Status::kNext);
  EXPECT_EQ(body("/site/app.js"), "let x;");
}

TEST_F(HttpFiles, BlocksOnWorkersOnly) {
  EXPECT_NE(shipped("http-files").flags & PLUGBOARD_FLAG_BLOCKING, 0u);
}

TEST_F(HttpFiles, ServesManyThreadsDuringReloads) {
  start();
  std::atomic<int> served = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) served += body("/app.js") == "let x;";
    });
  }
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(site->reconfigure(config()));
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(served, 200);
}

}  // namespace
}  // namespace plugboard::test
