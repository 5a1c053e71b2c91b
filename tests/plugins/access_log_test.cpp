#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "plugins/shipped_plugin.hpp"
#include "support/temp_dir.hpp"

namespace plugboard::test {
namespace {

using namespace std::chrono_literals;
using detail::bytes;

const testing::TestHost::TestPeer kAlice{.channel = "pwa",
                                         .id = "alice001",
                                         .client_address = "192.0.2.7",
                                         .key_name = "key-0123456789ab"};

class AccessLog : public ::testing::Test {
 protected:
  void SetUp() override { host.set_unix_time(1'769'860'800'123ms); }  // 2026-01-31T12:00:00.123Z

  void start(const std::string& more = "") {
    log = std::make_unique<ShippedPlugin>("access-log", host, config("access.log", more));
  }
  std::string config(const std::string& name, const std::string& more = "") const {
    return R"({"file":")" + (folder.path() / name).string() + "\"" + more + "}";
  }

  void connect(const testing::TestHost::TestPeer& peer = kAlice) {
    testing::TestHost::with_info(1, peer, [&](const plugboard_peer_info& info) {
      log->hook().peer_connected(log->self(), &info);
    });
  }
  void disconnect(std::uint32_t reason = PLUGBOARD_END_CLOSED, std::string_view text = "") {
    testing::TestHost::with_info(1, kAlice, [&](const plugboard_peer_info& info) {
      plugboard_peer_end end{};
      end.size = sizeof end;
      end.reason = reason;
      end.peer = &info;
      end.close_code = 1000;
      end.close_reason = bytes(text);
      end.duration_ms = 1500;
      end.messages_in = 2;
      end.bytes_in = 30;
      end.messages_out = 4;
      end.bytes_out = 50;
      log->hook().peer_disconnected(log->self(), &end);
    });
  }
  void refuse(std::string_view path, std::uint32_t close_code, std::uint32_t http_status) {
    plugboard_peer_refusal refusal{};
    refusal.size = sizeof refusal;
    refusal.step = PLUGBOARD_STEP_KEY;
    refusal.code = bytes("INVALID_KEY");
    refusal.message = bytes("Access key rejected");
    refusal.close_code = close_code;
    refusal.http_status = http_status;
    refusal.client_address = bytes("2001:db8::7");
    refusal.path = bytes(path);
    log->hook().peer_refused(log->self(), &refusal);
  }
  void request(std::string_view path, bool blob = false) {
    plugboard_http_done done{};
    done.size = sizeof done;
    done.status = 200;
    done.method = bytes("GET");
    done.path = bytes(path);
    done.client_address = bytes("unix");
    done.bytes_out = 17;
    done.duration_ns = 1'234'567;
    done.flags = blob ? PLUGBOARD_HTTP_DONE_BLOB : 0;
    log->hook().http_done(log->self(), &done);
  }

  std::vector<std::string> lines_of(const std::string& name = "access.log") const {
    std::vector<std::string> lines;
    std::istringstream text(folder.read(name));
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }
  // The lines, once there are so many.
  std::vector<std::string> lines(std::size_t count, const std::string& name = "access.log") const {
    EXPECT_TRUE(host.wait_until([&] { return lines_of(name).size() >= count; }));
    return lines_of(name);
  }
  std::string line() const { return lines(1).at(0); }

  TempDir folder;
  testing::TestHost host;
  std::unique_ptr<ShippedPlugin> log;
};

// --- What is written -----------------------------------------------------------------------------

TEST_F(AccessLog, WritesConnects) {
  start();
  connect();
  EXPECT_EQ(line(),
            "2026-01-31T12:00:00.123Z connect address=pwa:alice001 client=192.0.2.7 "
            "key=key-0123456789ab");
}

TEST_F(AccessLog, LeavesOutWhatThereIsNot) {
  start();
  connect({.channel = "pwa", .id = "alice001", .client_address = "unix"});
  EXPECT_EQ(line(), "2026-01-31T12:00:00.123Z connect address=pwa:alice001 client=unix");
}

TEST_F(AccessLog, WritesDisconnectsWithReasonAndCounts) {
  start();
  disconnect(PLUGBOARD_END_SLOW, "Try again later");
  EXPECT_EQ(line(),
            "2026-01-31T12:00:00.123Z disconnect address=pwa:alice001 client=192.0.2.7 "
            "key=key-0123456789ab reason=slow code=1000 close_reason=\"Try again later\" "
            "duration_ms=1500 messages_in=2 bytes_in=30 messages_out=4 bytes_out=50");
}

TEST_F(AccessLog, KnowsTheNamesOfAllReasons) {
  start();
  for (std::uint32_t reason = 0; reason <= PLUGBOARD_END_ERROR + 1; ++reason) disconnect(reason);
  const std::vector<std::string> names = {"other",    "closed", "replaced", "heartbeat",
                                          "protocol", "slow",   "revoked",  "removed",
                                          "shutdown", "plugin", "error",    "other"};
  const auto written = lines(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    EXPECT_NE(written.at(i).find(" reason=" + names[i] + " "), std::string::npos) << written[i];
  }
}

TEST_F(AccessLog, WritesRefusalsAfterTheUpgrade) {
  start();
  refuse("/pwa/alice001", 1008, 0);
  EXPECT_EQ(line(),
            "2026-01-31T12:00:00.123Z refuse path=/pwa/alice001 client=2001:db8::7 step=key "
            "error=INVALID_KEY code=1008");
}

TEST_F(AccessLog, WritesRefusalsByHttp) {
  start();
  refuse("/pwa/alice001", 0, 403);
  EXPECT_EQ(line(),
            "2026-01-31T12:00:00.123Z refuse path=/pwa/alice001 client=2001:db8::7 step=key "
            "error=INVALID_KEY status=403");
}

TEST_F(AccessLog, WritesHttpRequests) {
  start();
  request("/health");
  EXPECT_EQ(line(),
            "2026-01-31T12:00:00.123Z http method=GET path=/health client=unix status=200 "
            "bytes_in=0 bytes_out=17 duration_us=1234");
}

TEST_F(AccessLog, DoesNotWriteTheKeysOfBlobs) {
  start();
  request("/blob/secret-rendezvous", true);
  EXPECT_NE(line().find(" path=/blob/*** "), std::string::npos) << line();
}

TEST_F(AccessLog, WritesJsonLines) {
  start(R"(,"format":"json")");
  disconnect(PLUGBOARD_END_CLOSED, "bye \"now\"");
  const auto json = nlohmann::json::parse(line());
  EXPECT_EQ(json, nlohmann::json({{"time", "2026-01-31T12:00:00.123Z"},
                                  {"event", "disconnect"},
                                  {"address", "pwa:alice001"},
                                  {"client", "192.0.2.7"},
                                  {"key", "key-0123456789ab"},
                                  {"reason", "closed"},
                                  {"code", 1000},
                                  {"close_reason", "bye \"now\""},
                                  {"duration_ms", 1500},
                                  {"messages_in", 2},
                                  {"bytes_in", 30},
                                  {"messages_out", 4},
                                  {"bytes_out", 50}}));
}

TEST_F(AccessLog, AppendsToAFileThatIsThere) {
  folder.write("access.log", "before\n");
  start();
  connect();
  EXPECT_EQ(lines(2).at(0), "before");
}

TEST_F(AccessLog, MakesAFileThatOthersCannotRead) {
  start();
  struct stat status {};
  ASSERT_EQ(stat((folder.path() / "access.log").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & (S_IRWXO | S_IWGRP), 0u);
}

// --- What clients send ---------------------------------------------------------------------------

TEST_F(AccessLog, LineEndsFromClientsDoNotBeginLines) {
  start();
  request("/a\r\n2026-01-31T12:00:00.123Z connect address=forged");
  connect();
  const auto written = lines(2);
  EXPECT_EQ(written.size(), 2u);
  EXPECT_NE(written.at(0).find(R"(path="/a\u000d\u000a2026-01-31T12:00:00.123Z connect )"),
            std::string::npos)
      << written.at(0);
}

TEST_F(AccessLog, ControlCharactersAndDirectionMarksAreEscaped) {
  start();
  request("/\x1b[31m\x7f\xc2\x9b\xe2\x80\xae\xe2\x80\xa8");
  EXPECT_NE(line().find(R"(path="/\u001b[31m\u007f\u009b\u202e\u2028")"), std::string::npos)
      << line();
}

TEST_F(AccessLog, BytesThatAreNotUtf8AreReplaced) {
  start(R"(,"format":"json")");
  request("/\xff\xc3/\xed\xa0\x80/\xf5\x80\x80\x80/\xc0\xaf/ok\xc3\xa9");
  const auto path = nlohmann::json::parse(line()).at("path").get<std::string>();
  EXPECT_EQ(path.substr(0, 7), "/\uFFFD\uFFFD");
  EXPECT_EQ(path.substr(path.size() - 4), "ok\u00e9");
}

TEST_F(AccessLog, QuotesAndEqualSignsAreQuoted) {
  start();
  request("/a=\"b\\");
  EXPECT_NE(line().find(R"(path="/a=\"b\\" client)"), std::string::npos) << line();
}

TEST_F(AccessLog, LongValuesAreCut) {
  start();
  request("/" + std::string(60'000, 'x'));
  EXPECT_LT(line().size(), 1300u);
  EXPECT_NE(line().find("xxx... client"), std::string::npos);
}

// --- Reload --------------------------------------------------------------------------------------

TEST_F(AccessLog, OpensItsFileAnewAtAReload) {
  start();
  connect();
  lines(1);
  std::filesystem::rename(folder.path() / "access.log", folder.path() / "access.log.1");
  EXPECT_TRUE(log->reconfigure(config("access.log")));
  connect();
  EXPECT_EQ(lines(1).size(), 1u);
  EXPECT_EQ(lines_of("access.log.1").size(), 1u);
}

TEST_F(AccessLog, ChangesFileAndFormatAtAReload) {
  start();
  connect();
  lines(1);
  EXPECT_TRUE(log->reconfigure(config("other.log", R"(,"format":"json")")));
  connect();
  EXPECT_EQ(nlohmann::json::parse(lines(1, "other.log").at(0)).at("event"), "connect");
  EXPECT_EQ(lines_of().size(), 1u);
}

TEST_F(AccessLog, KeepsItsFileIfTheNewOneCannotBeOpened) {
  start();
  EXPECT_FALSE(log->reconfigure(config("no-such-folder/access.log")));
  EXPECT_EQ(host.problems().at(0).pointer, "/file");
  connect();
  EXPECT_EQ(lines(1).size(), 1u);
}

TEST_F(AccessLog, RefusesToStartWithAFileThatCannotBeOpened) {
  const auto file = (folder.path() / "no-such-folder" / "access.log").string();
  EXPECT_EQ(refusal("access-log", config("no-such-folder/access.log")),
            "/file: the access log " + file + " cannot be opened: No such file or directory");
}

TEST_F(AccessLog, ChecksItsFileAndLeavesNothingBehind) {
  const plugboard_plugin& plugin = shipped("access-log");
  const auto check = [&](const std::string& name) {
    const std::string complete = completed(plugin, config(name));
    return plugin.check(host.table(), bytes(complete));
  };
  EXPECT_EQ(check("access.log"), PLUGBOARD_OK);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "access.log"));
  EXPECT_EQ(check("no-such-folder/access.log"), PLUGBOARD_ERROR);
  folder.write("access.log", "before\n");
  EXPECT_EQ(check("access.log"), PLUGBOARD_OK);
  EXPECT_EQ(folder.read("access.log"), "before\n");
}

TEST_F(AccessLog, WritesWhatWaitsBeforeItEnds) {
  start();
  for (int i = 0; i < 1000; ++i) connect();
  log.reset();
  EXPECT_EQ(lines_of().size(), 1000u);
}

// --- Threads and trouble -------------------------------------------------------------------------

TEST_F(AccessLog, LinesOfManyThreadsStayWhole) {
  start(R"(,"buffer":"64 MiB")");
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) connect();
    });
  }
  for (auto& thread : threads) thread.join();
  const auto written = lines(4000);
  EXPECT_EQ(written.size(), 4000u);
  EXPECT_TRUE(std::all_of(written.begin(), written.end(),
                          [&](const std::string& each) { return each == written.front(); }));
}

// A pipe in the log's place, with a reader that reads when it is told to.
class AccessLogInAPipe : public AccessLog {
 protected:
  void SetUp() override {
    AccessLog::SetUp();
    const auto path = folder.path() / "access.log";
    ASSERT_EQ(mkfifo(path.c_str(), S_IRUSR | S_IWUSR), 0);
    reader = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    ASSERT_GE(reader, 0);
    fcntl(reader, F_SETPIPE_SZ, 4096);
  }
  void TearDown() override {
    if (reader >= 0) close(reader);
  }
  // Reads what there is.
  void drain() {
    char block[4096];
    for (ssize_t size = 0; (size = read(reader, block, sizeof block)) > 0;) {
      received.append(block, static_cast<std::size_t>(size));
    }
  }
  // Reads until `text` has come.
  bool comes(const std::string& text) {
    return host.wait_until([&] {
      drain();
      return received.find(text) != std::string::npos;
    });
  }

  int reader = -1;
  std::string received;
};

TEST_F(AccessLogInAPipe, NobodyWaitsForAReaderThatDoesNotRead) {
  start(R"(,"buffer":4096)");
  for (int i = 0; i < 10'000; ++i) connect();  // far more than pipe and buffer hold
  EXPECT_TRUE(host.logged("written too slowly"));
}

TEST_F(AccessLogInAPipe, EveryLineComesWholeOrIsCountedOnceItGoesOn) {
  start(R"(,"buffer":4096)");
  for (int i = 0; i < 10'000; ++i) connect();
  ASSERT_TRUE(comes(" dropped lines="));
  EXPECT_TRUE(host.wait_until([&] { return host.logged("lines of the access log were dropped"); }));

  const auto accounted_for = [&] {
    std::size_t lines = 0;
    std::istringstream text(received);
    for (std::string line; std::getline(text, line);) {
      const auto told = line.find(" dropped lines=");
      lines += told == std::string::npos ? 1 : std::stoul(line.substr(told + 15));
    }
    return lines;
  };
  EXPECT_TRUE(host.wait_until([&] {
    drain();
    return received.ends_with('\n') && accounted_for() >= 10'000;
  }));
  EXPECT_EQ(accounted_for(), 10'000u);
}

TEST_F(AccessLogInAPipe, EndsThoughNobodyReads) {
  start(R"(,"buffer":65536)");
  for (int i = 0; i < 10'000; ++i) connect();
  log.reset();
  EXPECT_TRUE(host.logged("lines of the access log were dropped at the end"));
}

TEST_F(AccessLogInAPipe, GoesOnElsewhereAfterAReload) {
  start(R"(,"buffer":65536)");
  for (int i = 0; i < 100; ++i) connect();
  EXPECT_TRUE(log->reconfigure(config("other.log")));
  disconnect();
  EXPECT_TRUE(host.wait_until(
      [&] { return folder.read("other.log").find(" disconnect ") != std::string::npos; }));
  EXPECT_EQ(folder.read("other.log").substr(0, 5), "2026-");
}

TEST_F(AccessLogInAPipe, SurvivesAReaderThatGoesAway) {
  start();
  connect();
  ASSERT_TRUE(comes("connect"));
  close(std::exchange(reader, -1));
  connect();
  EXPECT_TRUE(host.wait_until([&] { return host.logged("cannot be written: Broken pipe"); }));
}

TEST_F(AccessLog, TellsOnceThatTheDiskIsFull) {
  log = std::make_unique<ShippedPlugin>("access-log", host, R"({"file":"/dev/full"})");
  connect();
  EXPECT_TRUE(host.wait_until([&] { return host.logged("No space left on device"); }));
  for (int i = 0; i < 100; ++i) connect();
  log.reset();
  const auto told = host.log();
  EXPECT_EQ(std::count_if(told.begin(), told.end(),
                          [](const auto& each) {
                            return each.text.find("No space left") != std::string::npos;
                          }),
            1);
  EXPECT_TRUE(host.logged("101 lines of the access log were dropped at the end"));
}

// Standard output of this process, while something else stands in its place.
class AccessLogOnStandardOutput : public AccessLog {
 protected:
  void SetUp() override {
    AccessLog::SetUp();
    std::fflush(stdout);
    kept_ = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  }
  void TearDown() override { restore(); }
  void restore() {
    if (kept_ < 0) return;
    dup2(kept_, STDOUT_FILENO);
    close(std::exchange(kept_, -1));
  }
  void start_on_standard_output() {
    log = std::make_unique<ShippedPlugin>("access-log", host, "{}");
  }

 private:
  int kept_ = -1;
};

TEST_F(AccessLogOnStandardOutput, WritesToAPipe) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  dup2(ends[1], STDOUT_FILENO);
  start_on_standard_output();
  connect();
  char block[4096];
  const ssize_t size = read(ends[0], block, sizeof block);
  restore();
  close(ends[0]);
  close(ends[1]);
  ASSERT_GT(size, 0);
  EXPECT_NE(std::string(block, static_cast<std::size_t>(size)).find(" connect "),
            std::string::npos);
}

TEST_F(AccessLogOnStandardOutput, LeavesThePipeBlockingForOthers) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  dup2(ends[1], STDOUT_FILENO);
  start_on_standard_output();
  const int flags = fcntl(STDOUT_FILENO, F_GETFL);
  restore();
  close(ends[0]);
  close(ends[1]);
  EXPECT_EQ(flags & O_NONBLOCK, 0);
}

TEST_F(AccessLogOnStandardOutput, WritesToAFile) {
  const int file = open((folder.path() / "out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  dup2(file, STDOUT_FILENO);
  start_on_standard_output();
  connect();
  lines(1, "out");
  restore();
  close(file);
  EXPECT_EQ(lines_of("out").size(), 1u);
}

TEST_F(AccessLogOnStandardOutput, StartsThoughItIsClosed) {
  close(STDOUT_FILENO);
  start_on_standard_output();
  connect();
  const bool told = host.wait_until([&] { return host.logged("cannot be written"); });
  log.reset();  // may hold the number of standard output by now
  restore();
  EXPECT_TRUE(told);
}

}  // namespace
}  // namespace plugboard::test
