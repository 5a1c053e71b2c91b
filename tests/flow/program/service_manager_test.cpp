// What the relay tells a service manager (sd_notify(3)).
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>

#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

/// The manager's end: a socket whose datagrams can be waited for.
class Manager {
 public:
  explicit Manager(bool abstract = false)
      : name_((abstract ? "@plugboard-test-" + std::to_string(::getpid())
                        : (folder_.path() / "notify").string())),
        socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name_.copy(address.sun_path, sizeof address.sun_path);
    if (abstract) address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
    const timeval patience{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::bind(socket_, reinterpret_cast<sockaddr*>(&address), length) != 0) {
      throw std::runtime_error("the manager's socket cannot be bound");
    }
  }
  ~Manager() { ::close(socket_); }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;
  Manager(Manager&&) = delete;
  Manager& operator=(Manager&&) = delete;

  Environment environment(const std::string& watchdog_us = "") const {
    Environment environment{{"NOTIFY_SOCKET", name_}};
    if (!watchdog_us.empty()) environment.emplace_back("WATCHDOG_USEC", watchdog_us);
    return environment;
  }

  /// The next datagram; empty if none comes in time.
  std::string next() const {
    char text[4096];
    const ssize_t size = ::recv(socket_, text, sizeof text, 0);
    return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
  }

  /// The next one that is no sign of life.
  std::string news() const {
    std::string text = next();
    while (text == "WATCHDOG=1") text = next();
    return text;
  }

  /// Whether no sign of life comes for that long.
  bool hears_nothing_for(std::chrono::milliseconds time) const {
    const timeval wait{0, static_cast<suseconds_t>(time.count() * 1000)};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    return next().empty();
  }

 private:
  TempDir folder_;
  std::string name_;
  int socket_;
};

TEST(ServiceManager, HearsThatTheRelayIsReady) {
  const Manager manager;
  RelayProcess relay({}, manager.environment());
  EXPECT_EQ(manager.next(), "READY=1\nSTATUS=serving");
}

TEST(ServiceManager, MayHaveAnAbstractSocket) {
  const Manager manager(true);
  RelayProcess relay({}, manager.environment());
  EXPECT_EQ(manager.next(), "READY=1\nSTATUS=serving");
}

TEST(ServiceManager, HearsOfAReloadAndItsEnd) {
  const Manager manager;
  RelayProcess relay({}, manager.environment());
  manager.next();
  relay.signal(SIGHUP);
  const std::string reloading = manager.next();
  EXPECT_TRUE(reloading.starts_with("RELOADING=1\nMONOTONIC_USEC=")) << reloading;
  EXPECT_EQ(manager.next(), "READY=1\nSTATUS=serving");
}

TEST(ServiceManager, HearsThatTheRelayStops) {
  const Manager manager;
  RelayProcess relay({}, manager.environment());
  manager.next();
  relay.signal(SIGTERM);
  EXPECT_TRUE(manager.next().starts_with("STOPPING=1\n"));
}

TEST(ServiceManager, IsNotTroubledWithSignsOfLifeThatItDoesNotAskFor) {
  const Manager manager;
  RelayProcess relay({}, manager.environment());
  manager.next();
  relay.signal(SIGTERM);
  EXPECT_EQ(relay.await_exit(), 0);
  EXPECT_TRUE(manager.next().starts_with("STOPPING=1\n"));
}

TEST(ServiceManager, HearsSignsOfLifeAsOftenAsItAsks) {
  const Manager manager;
  RelayProcess relay({}, manager.environment("100000"));
  manager.next();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(manager.next(), "WATCHDOG=1");
  relay.signal(SIGHUP);
  EXPECT_TRUE(manager.news().starts_with("RELOADING=1\n"));
}

TEST(ServiceManager, HearsNoSignOfLifeOfARelayOneOfWhoseThreadsHangs) {
  const Manager manager;
  RelayProcess relay({.plugins = "[[plugin]]\nname = \"hangs\"\nlibrary = \"" PLUGBOARD_BUILD_DIR
                                 "/tests/bad_plugins/hangs_on_io.so\"\n",
                      .chain = "key_store = [\"hangs\"]\n"},
                     manager.environment("20000"));
  manager.next();
  EXPECT_EQ(manager.next(), "WATCHDOG=1");
  RawSocket socket(relay.endpoint());
  socket.send(socket.upgrade_request("/pwa/" + fresh_id() + "?key=some-key-1"));
  EXPECT_TRUE(await([&] { return manager.hears_nothing_for(std::chrono::milliseconds(500)); }));
  relay.signal(SIGKILL);
  EXPECT_TRUE(relay.await_any_end());
}

}  // namespace
}  // namespace plugboard::test
