// Reloading under load: messages at a steady rate between many pairs, connections that come and go
// all the time, and meanwhile one reload after the other, each with other chains, other limits and
// another build of a library under the same path.
//
//   flow-reload [--reloads N] [--rate MESSAGES_PER_SECOND]
//
// Thirty reloads unless said otherwise; the long test tier makes a thousand.
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <string_view>

#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

namespace fs = std::filesystem;

struct ReloadOptions {
  int reloads = 30;
  std::string rate = "50000";
};

ReloadOptions& options() {
  static ReloadOptions options;
  return options;
}

constexpr std::string_view kKey = "a-key-that-stays";
constexpr int kBuilds = 3;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

std::string build_path(int build) {
  return PLUGBOARD_BUILD_DIR "/tests/plugins/changing_" + std::to_string(build) + ".so";
}

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

/// The relay of these tests, its folder, and how often it has been reloaded.
class ReloadedRelay {
 public:
  ReloadedRelay() {
    folder_.write("main.txt", std::string(kKey) + "\n");
    folder_.write("spare.txt", "another-key-1\n");
    place_build(1);
    relay_ = std::make_unique<RelayProcess>(folder_, manifest(0));
    http_ = std::make_unique<HttpClient>(relay_->endpoint());
  }

  RelayProcess& relay() { return *relay_; }

  /// Changes everything that can be changed and waits until it counts.
  void reload() {
    ++number_;
    place_build(build());
    folder_.replace("plugboard.toml", manifest(number_).text());
    relay_->signal(SIGHUP);
    const std::string now =
        R"({"build":)" + std::to_string(build()) + R"(,"number":)" + std::to_string(number_) + "}";
    if (!await([&] { return http_->get("/changing").body == now; })) {
      throw std::runtime_error("reload " + std::to_string(number_) +
                               " does not count: " + relay_->standard_error());
    }
  }

 private:
  [[nodiscard]] int build() const { return number_ % kBuilds + 1; }

  /// Under the same path, as a package manager does it.
  void place_build(int build) {
    fs::copy_file(build_path(build), folder_.path() / "changing.so.new",
                  fs::copy_options::overwrite_existing);
    fs::rename(folder_.path() / "changing.so.new", folder_.path() / "changing.so");
  }

  static Manifest manifest(int number) {
    const std::string n = std::to_string(number);
    const bool odd = number % 2 == 1;
    Manifest manifest;
    // The peer that only looks on answers no pings meanwhile.
    manifest.server =
        "heartbeat_interval = \"1h\"\nmax_watches = " + std::to_string(1000 + number) + "\n";
    manifest.channels = "[[channel]]\nname = \"pwa\"\n";
    if (odd) manifest.channels += "[[channel]]\nname = \"extra\"\n";
    manifest.plugins = plugin_table("main", "key-store-file", "file = \"main.txt\"") +
                       plugin_table("spare", "key-store-file", "file = \"spare.txt\"") +
                       plugin_table("limits", "rate-limiter",
                                    "max_connections = " + std::to_string(10'000 + number) +
                                        ", max_requests = 0, max_messages = " +
                                        std::to_string(100'000'000 + number)) +
                       "[[plugin]]\nname = \"changing\"\nlibrary = \"./changing.so\"\n"
                       "config = { number = " +
                       n +
                       " }\n"
                       "[[plugin]]\nname = \"steady\"\nlibrary = \"" +
                       build_path(1) + "\"\nconfig = { number = " + n + " }\n";
    manifest.chain = odd ? "key_store = [\"spare\", \"main\"]\nhook = [\"changing\"]\n"
                         : "key_store = [\"main\"]\nhook = [\"steady\", \"changing\"]\n";
    manifest.chain += "rate_limiter = [\"limits\"]\nhttp = [\"changing\"]\n";
    return manifest;
  }

  TempDir folder_;
  std::unique_ptr<RelayProcess> relay_;
  std::unique_ptr<HttpClient> http_;
  int number_ = 0;
};

/// The load program at work.
class Load {
 public:
  Load(const RelayProcess& relay, std::string name, std::vector<std::string> arguments)
      : report_((folder_.path() / (name + ".json")).string()), name_(std::move(name)) {
    arguments.insert(arguments.begin(), PLUGBOARD_BUILD_DIR "/bin/plugboard-load");
    const std::vector<std::string> common = {"--url",  "ws://" + relay.endpoint().authority(),
                                             "--json", report_,
                                             "--key",  std::string(kKey)};
    arguments.insert(arguments.end(), common.begin(), common.end());
    child_ = std::make_unique<ChildProcess>(arguments);
  }

  [[nodiscard]] bool goes_on() const {
    return !child_->await_exit(Deadline(std::chrono::milliseconds(0)));
  }

  nlohmann::json report(std::chrono::seconds length) {
    const auto status = child_->await_exit(Deadline(length + 6 * patience()));
    EXPECT_TRUE(status && status->code == 0)
        << name_ << ": " << child_->standard_output() << child_->standard_error();
    return nlohmann::json::parse(folder_.read(name_ + ".json"));
  }

 private:
  TempDir folder_;
  std::string report_;
  std::string name_;
  std::unique_ptr<ChildProcess> child_;
};

TEST(ReloadUnderLoad, LosesNoConnectionAndNoMessageAndKeepsNothing) {
  constexpr std::int64_t kLevelBytes = 24ll * 1024 * 1024;
  constexpr int kWarmUp = 10;
  ReloadedRelay reloaded;
  RelayProcess& relay = reloaded.relay();
  const std::string key = "key=" + std::string(kKey);
  Peer silent(relay.endpoint(), "silent001", {.query = key});

  const std::chrono::seconds length(3 + options().reloads / 8);
  const std::string seconds = std::to_string(length.count());
  Load messages(relay, "messages",
                {"paced", "--pairs", "100", "--rate", options().rate, "--seconds", seconds,
                 "--drain", "60", "--tick", "1000", "--warmup", "0", "--size", "200"});
  Load connects(relay, "connects",
                {"connect", "--concurrency", "4", "--seconds", seconds, "--first", "100000"});
  int under_load = 0;
  std::int64_t warm_bytes = 0;
  for (int i = 0; i < options().reloads; ++i) {
    const auto start = std::chrono::steady_clock::now();
    reloaded.reload();
    if (messages.goes_on()) ++under_load;
    if (i == kWarmUp) warm_bytes = relay.resident_bytes();
    // So that they spread over the load's time.
    (void)await([&] { return false; },
                Deadline(std::chrono::duration_cast<std::chrono::milliseconds>(
                    start + std::chrono::milliseconds(100) - std::chrono::steady_clock::now())));
  }
  const std::int64_t last_bytes = relay.resident_bytes();

  const nlohmann::json sent = messages.report(length).at("messages");
  EXPECT_EQ(sent.at("received"), sent.at("sent"));
  EXPECT_EQ(sent.at("lost"), 0);
  EXPECT_EQ(sent.at("reordered"), 0);
  EXPECT_EQ(sent.at("damaged"), 0);
  const nlohmann::json came = connects.report(length);
  EXPECT_EQ(came.at("errors").at("total"), 0) << came.at("errors");
  // How many is a matter of the machine's speed: a busy one takes longer for a reload.
  EXPECT_GE(under_load, options().reloads / 10);
  silent.fence();

  if (!kSanitized && options().reloads > kWarmUp) {
    EXPECT_LT(last_bytes - warm_bytes, kLevelBytes);
  }
  // The present instances are "changing" and, every second time, "steady".
  const std::size_t present = options().reloads % 2 == 0 ? 2 : 1;
  EXPECT_TRUE(await([&] {
    const std::string log = relay.standard_error();
    return count(log, "begins") == count(log, "ends") + present;
  })) << relay.standard_error().substr(0, 20'000);
  EXPECT_EQ(count(relay.standard_error(), "not reloaded"), 0u);
}

TEST(ReloadUnderLoad, KeepsOneMappingForEachContentOfALibrary) {
  ReloadedRelay reloaded;
  for (int i = 0; i < 3 * kBuilds; ++i) reloaded.reload();
  std::ifstream maps("/proc/" + std::to_string(reloaded.relay().pid()) + "/maps");
  std::map<std::string, int> mapped;
  for (std::string line; std::getline(maps, line);) {
    // Private copies are named by the hash of their content.
    const bool code = line.find(" r-xp ") != std::string::npos;
    const std::size_t name = line.find(".plugboard-");
    if (code && name != std::string::npos) ++mapped[line.substr(name)];
  }
  // Build 1 serves as "steady" too; the others are key-store-file and rate-limiter.
  EXPECT_EQ(mapped.size(), static_cast<std::size_t>(kBuilds + 2)) << testing::PrintToString(mapped);
  for (const auto& [library, times] : mapped) EXPECT_EQ(times, 1) << library;
}

bool parse(int argc, char** argv) {
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    const char* const value = i + 1 < argc ? argv[i + 1] : "";
    if (name == "--reloads" && std::atoi(value) > 0) {
      options().reloads = std::atoi(value);
    } else if (name == "--rate" && std::atoi(value) > 0) {
      options().rate = value;
    } else {
      std::cerr << "flow-reload [--reloads N] [--rate MESSAGES_PER_SECOND]\n";
      return false;
    }
  }
  return true;
}

}  // namespace
}  // namespace plugboard::test

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  return plugboard::test::parse(argc, argv) ? RUN_ALL_TESTS() : 2;
}
