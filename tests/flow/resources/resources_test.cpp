// What the relay does when the system has no more to give: descriptors, readers, disks.
#include <dirent.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "flow/suite.hpp"
#include "flow/tls/tls.hpp"
#include "support/child_process.hpp"
#include "support/sanitizer.hpp"
#include "support/temp_dir.hpp"

namespace plugboard::test {
namespace {

/// The relay may open so many descriptors more than it has.
void leave_descriptors(const RelayProcess& relay, std::size_t more) {
  rlimit limit{};
  ASSERT_EQ(::prlimit(relay.pid(), RLIMIT_NOFILE, nullptr, &limit), 0);
  limit.rlim_cur = relay.open_descriptors() + more;
  ASSERT_EQ(::prlimit(relay.pid(), RLIMIT_NOFILE, &limit, nullptr), 0);
}

std::size_t count(std::string_view text, std::string_view word) {
  std::size_t found = 0;
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    ++found;
  }
  return found;
}

class OutOfDescriptors : public testing::Test {
 protected:
  OutOfDescriptors() {
    leave_descriptors(relay_, 5);
    for (int i = 0; i < 30; ++i) waiting_.push_back(std::make_unique<RawSocket>(relay_.endpoint()));
    if (!relay_.await_log(kComplaint)) throw std::runtime_error("there were enough of them");
  }

  static constexpr const char* kComplaint = "out of file descriptors";
  RelayProcess relay_;
  Peer peer_{relay_.endpoint(), fresh_id()};
  std::vector<std::unique_ptr<RawSocket>> waiting_;
};

TEST_F(OutOfDescriptors, WhoIsConnectedIsServedOn) {
  for (int i = 0; i < 100; ++i) {
    const std::string sent = peer_.send(peer_.address(), i);
    EXPECT_EQ(peer_.receive(), sent);
  }
}

TEST_F(OutOfDescriptors, NewOnesComeInOnceOthersHaveLeft) {
  waiting_.clear();
  EXPECT_NO_THROW(Peer(relay_.endpoint(), fresh_id()));
}

TEST_F(OutOfDescriptors, ItIsSaidOnce) {
  for (int round = 0; round < 3; ++round) {
    waiting_.clear();
    EXPECT_NO_THROW(Peer(relay_.endpoint(), fresh_id()));
    for (int i = 0; i < 30; ++i) waiting_.push_back(std::make_unique<RawSocket>(relay_.endpoint()));
    const std::string sent = peer_.send(peer_.address(), round);
    EXPECT_EQ(peer_.receive(), sent);
  }
  EXPECT_EQ(count(relay_.standard_error(), kComplaint), 1U);
}

TEST_F(OutOfDescriptors, ItEndsInGoodOrder) {
  relay_.signal(SIGTERM);
  EXPECT_EQ(relay_.await_exit(), 0);
}

/// So many as this process may open, up to `most`, that each begin something and never end it.
std::vector<std::unique_ptr<RawSocket>> crowd(const Endpoint& endpoint, std::string_view beginning,
                                              std::size_t most = 10'000) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  const std::size_t size = std::min<std::size_t>(most, limit.rlim_cur - 100);
  std::vector<std::unique_ptr<RawSocket>> sockets;
  sockets.reserve(size);
  for (std::size_t i = 0; i < size; ++i) {
    sockets.push_back(std::make_unique<RawSocket>(endpoint));
    sockets.back()->send(beginning);
  }
  return sockets;
}

TEST(HalfOpen, TenThousandUnfinishedHandshakesKeepNobodyOutAndCostLittle) {
  RelayProcess relay;
  const std::int64_t before = relay.resident_bytes();
  const auto sockets = crowd(relay.endpoint(), "GET /pwa/half");
  const auto started = std::chrono::steady_clock::now();
  Peer one(relay.endpoint(), fresh_id());
  Peer two(relay.endpoint(), fresh_id());
  const std::string sent = one.send(two.address(), "through the crowd");
  EXPECT_EQ(two.receive(), sent);
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(5));
  if (kSanitized) return;
  EXPECT_LT((relay.resident_bytes() - before) / static_cast<std::int64_t>(sockets.size()), 4096);
}

TEST(HalfOpen, TheMemoryOfACrowdOnTlsGoesBackToTheSystem) {
  if (kSanitized) GTEST_SKIP() << "sanitizers keep what was freed";
  constexpr std::int64_t kMiB = 1024 * 1024;
  const TlsFolder tls;
  const RelayProcess relay(tls.manifest());
  const std::int64_t before = relay.resident_bytes();
  for (int round = 0; round < 2; ++round) {
    // A record that announces more than ever comes.
    const auto sockets = crowd(relay.endpoint(), std::string_view("\x16\x03\x01\x02\x00", 5), 2000);
    ASSERT_TRUE(await([&] { return relay.resident_bytes() - before > 40 * kMiB; }));
  }
  EXPECT_TRUE(await([&] { return relay.resident_bytes() - before < 16 * kMiB; }))
      << relay.resident_bytes() - before;
}

TEST(HalfOpen, TheirPlacesAreFreeAgainAfterTheHandshakeTimeout) {
  const RelayProcess relay({.server = "max_connections = 50\n", .handshake_timeout = "500ms"});
  std::vector<std::unique_ptr<RawSocket>> sockets;
  for (int i = 0; i < 50; ++i) {
    sockets.push_back(std::make_unique<RawSocket>(relay.endpoint()));
    sockets.back()->send("GET /pwa/half");
  }
  EXPECT_TRUE(await([&] { return comes_in(relay.endpoint(), fresh_id()); }));
}

TEST(StoppedReader, CostsNoMoreThanItsOutboxLimit) {
  constexpr std::int64_t kMiB = 1024 * 1024;
  const RelayProcess relay(
      {.server = "outbox_limit = \"2 MiB\"\nmax_message = \"64 KiB\"\nslow_consumer = \"drop\"\n"});
  const std::string id = fresh_id();
  RawSocket reader(relay.endpoint(), {.receive_buffer = 4096});
  reader.upgrade("/pwa/" + id, "", ping_frame("in"));
  reader.frame();
  Peer writer(relay.endpoint(), fresh_id());
  writer.send("pwa:" + id, std::string(60'000, 'w'));
  writer.fence();
  const std::int64_t before = relay.resident_bytes();
  for (int i = 0; i < 1000; ++i) writer.send("pwa:" + id, std::string(60'000, 's'));
  writer.fence();
  if (!kSanitized) {
    EXPECT_LT(relay.resident_bytes() - before, 4 * kMiB);
  }
  const auto stats = nlohmann::json::parse(HttpClient(relay.endpoint()).get("/stats").body);
  EXPECT_GT(stats.at("messagesDropped"), 500);
}

/// A socket's file is there a moment before it listens.
bool listens(const Endpoint& endpoint) {
  try {
    const RawSocket probe(endpoint);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

/// A relay whose standard streams are what a shell made of them. Listens on a unix socket, since
/// its ready line may go nowhere.
class BadStreams : public testing::TestWithParam<const char*> {
 protected:
  BadStreams() {
    const Manifest manifest{.listen = "[\"unix:" + socket_.string() + "\"]",
                            .plugins = plugin_table("log", "access-log"),
                            .chain = "key_store = \"open\"\nhook = [\"log\"]\n"};
    const auto file = folder_.write("plugboard.toml", manifest.text());
    shell_ = std::make_unique<ChildProcess>(std::vector<std::string>{
        "/bin/sh", "-c", "exec \"$0\" serve --config \"$1\" " + std::string(GetParam()),
        plugboard_program(), file.string()});
    if (!await([&] { return listens(endpoint()); }))
      throw std::runtime_error("the relay did not come up");
  }

  Endpoint endpoint() const { return Endpoint::parse("unix:" + socket_.string()); }

  TempDir folder_;
  std::filesystem::path socket_ = folder_.path() / "relay.sock";
  std::unique_ptr<ChildProcess> shell_;
};

TEST_P(BadStreams, DoNotEndTheRelayNorReachItsClients) {
  std::vector<std::unique_ptr<RawSocket>> sockets;
  for (int i = 0; i < 20; ++i) {
    sockets.push_back(std::make_unique<RawSocket>(endpoint()));
    sockets.back()->upgrade("/pwa/" + fresh_id(), "", ping_frame("first"));
    // Whatever else was written into the socket would come before it.
    EXPECT_EQ(sockets.back()->frame().payload, "first");
  }
  shell_->signal(SIGHUP);  // and something to write about
  for (auto& socket : sockets) {
    socket->send(ping_frame("second"));
    EXPECT_EQ(socket->frame_but_ping().payload, "second");
  }
  shell_->signal(SIGTERM);
  const auto status = shell_->await_exit();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->code, 0);
}

INSTANTIATE_TEST_SUITE_P(Streams, BadStreams,
                         testing::Values(">/dev/full", "2>/dev/full", ">/dev/full 2>/dev/full",
                                         ">&-", "2>&-", "<&- >&- 2>&-"));

TEST(FullDisk, AnAccessLogThatCannotBeWrittenEndsNothing) {
  RelayProcess relay({.plugins = plugin_table("log", "access-log", "file = \"/dev/full\""),
                      .chain = "key_store = \"open\"\nhook = [\"log\"]\n"});
  for (int i = 0; i < 20; ++i) EXPECT_NO_THROW(Peer(relay.endpoint(), fresh_id()));
  EXPECT_TRUE(relay.await_log("cannot be written"));
  relay.signal(SIGTERM);
  EXPECT_EQ(relay.await_exit(), 0);
}

TEST(GoneReader, OfStandardOutputEndsNothing) {
  const TempDir folder;
  const auto socket = folder.path() / "relay.sock";
  const Manifest manifest{.listen = "[\"unix:" + socket.string() + "\"]",
                          .plugins = plugin_table("log", "access-log"),
                          .chain = "key_store = \"open\"\nhook = [\"log\"]\n"};
  const auto file = folder.write("plugboard.toml", manifest.text());
  const ChildProcess shell({"/bin/sh", "-c",
                            "{ \"$0\" serve --config \"$1\" & echo $! >\"$2\"; wait $!; "
                            "echo $? >\"$3\"; } | true; exit 0",
                            plugboard_program(), file.string(), (folder.path() / "pid").string(),
                            (folder.path() / "code").string()});
  const Endpoint endpoint = Endpoint::parse("unix:" + socket.string());
  ASSERT_TRUE(await([&] { return listens(endpoint); }));
  for (int i = 0; i < 20; ++i) {
    RawSocket peer(endpoint);
    peer.upgrade("/pwa/" + fresh_id(), "", ping_frame("in"));
    EXPECT_EQ(peer.frame().payload, "in");
  }
  ::kill(std::stoi(folder.read("pid")), SIGTERM);
  ASSERT_TRUE(await([&] { return !folder.read("code").empty(); }));
  EXPECT_EQ(folder.read("code"), "0\n");
}

}  // namespace
}  // namespace plugboard::test
