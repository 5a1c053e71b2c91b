// What a listener does when the system refuses it something. The relay is a part of this program,
// in which two of the C library's functions fail when a test wants them to.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "flow/suite.hpp"
#include "plugboard/server.hpp"

namespace plugboard::test {
namespace {

/// The next so many calls of one kind fail.
struct Failures {
  std::atomic<int> error{0};
  std::atomic<int> left{0};

  void set(int error_number, int times) {
    error = error_number;
    left = times;
  }
  /// Takes one of them; sets errno.
  bool take() {
    if (left.load() <= 0 || left.fetch_sub(1) <= 0) return false;
    errno = error;
    return true;
  }
};

Failures accepts;
Failures connection_watches;
Failures listener_watches;

}  // namespace
}  // namespace plugboard::test

// Sanitizers want to hear of these calls, where there are any.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {
__attribute__((weak)) int __interceptor_accept4(int, sockaddr*, socklen_t*, int);
__attribute__((weak)) int __interceptor_epoll_ctl(int, int, int, epoll_event*);
}
// NOLINTEND(bugprone-reserved-identifier)

// In place of the C library's.

extern "C" __attribute__((visibility("default"))) int accept4(int socket, sockaddr* address,
                                                              socklen_t* size, int flags) {
  if (plugboard::test::accepts.take()) return -1;
  if (__interceptor_accept4 != nullptr) {
    return __interceptor_accept4(socket, address, size, flags);
  }
  return static_cast<int>(::syscall(SYS_accept4, socket, address, size, flags));
}

extern "C" __attribute__((visibility("default"))) int epoll_ctl(int set, int operation, int file,
                                                                epoll_event* event) noexcept {
  if (operation == EPOLL_CTL_ADD) {
    const bool of_connection = (event->events & EPOLLOUT) != 0;
    const bool of_listener = event->events == EPOLLIN;
    if (of_connection && plugboard::test::connection_watches.take()) return -1;
    if (of_listener && plugboard::test::listener_watches.take()) return -1;
  }
  if (__interceptor_epoll_ctl != nullptr) {
    return __interceptor_epoll_ctl(set, operation, file, event);
  }
  return static_cast<int>(::syscall(SYS_epoll_ctl, set, operation, file, event));
}

namespace plugboard::test {
namespace {

std::size_t count(std::string_view text, std::string_view word) {
  std::size_t found = 0;
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    ++found;
  }
  return found;
}

class ListenerTest : public testing::TestWithParam<int> {
 public:
  ~ListenerTest() override {
    for (Failures* each : {&accepts, &connection_watches, &listener_watches}) each->set(0, 0);
    if (!log_taken_) log();
  }

 protected:
  ListenerTest() {
    testing::internal::CaptureStderr();
    const ServerProblems problems =
        server_->start(nlohmann::json{{"server", {{"listen", {"127.0.0.1:0"}}, {"threads", 1}}},
                                      {"channel", {{{"name", "pwa"}}}},
                                      {"chain", {{"key_store", "open"}}}});
    EXPECT_EQ(problems, ServerProblems{});
  }

  bool serves() {
    RawSocket client(Endpoint::parse(server_->addresses().at(0)));
    client.try_send("GET /ready HTTP/1.1\r\nHost: x\r\n\r\n");
    return client.response().status == 200;
  }

  /// Everything that was logged. Ends the relay.
  std::string log() {
    server_.reset();
    log_taken_ = true;
    return testing::internal::GetCapturedStderr();
  }

  std::unique_ptr<Server> server_ = std::make_unique<Server>();

 private:
  bool log_taken_ = false;
};

using WithoutRoom = ListenerTest;

TEST_P(WithoutRoom, ItWaitsAndAcceptsLater) {
  accepts.set(GetParam(), 2);
  EXPECT_TRUE(serves());
  EXPECT_EQ(accepts.left, 0);
}

TEST_P(WithoutRoom, ItSaysSoOnce) {
  for (int round = 0; round < 2; ++round) {
    accepts.set(GetParam(), 2);
    EXPECT_TRUE(serves());
  }
  EXPECT_EQ(count(log(), "out of file descriptors or memory"), 1U);
}

INSTANTIATE_TEST_SUITE_P(Errors, WithoutRoom, testing::Values(EMFILE, ENFILE, ENOBUFS, ENOMEM));

using GoneAlready = ListenerTest;

TEST_P(GoneAlready, AConnectionKeepsNobodyWaiting) {
  accepts.set(GetParam(), 5);
  EXPECT_TRUE(serves());
  EXPECT_EQ(accepts.left, 0);
  EXPECT_EQ(count(log(), "out of file descriptors"), 0U);
}

// accept(2): what a connection met on its way comes as an error of accept.
INSTANTIATE_TEST_SUITE_P(Errors, GoneAlready,
                         testing::Values(ECONNABORTED, EINTR, EPROTO, EPERM, ENETDOWN, ENOPROTOOPT,
                                         EHOSTUNREACH, ETIMEDOUT));

TEST_F(ListenerTest, AConnectionThatCannotBeWatchedIsClosedAndTheNextIsServed) {
  connection_watches.set(ENOSPC, 1);
  RawSocket client(Endpoint::parse(server_->addresses().at(0)));
  EXPECT_TRUE(client.await_end());
  EXPECT_TRUE(serves());
  EXPECT_TRUE(await([&] { return server_->connections() == 0; }));
  EXPECT_EQ(count(log(), "a connection could not be served: epoll_ctl"), 1U);
}

TEST_F(ListenerTest, AListenerThatCannotBeWatchedAgainTriesUntilItCan) {
  accepts.set(EMFILE, 1);
  listener_watches.set(ENOSPC, 2);
  EXPECT_TRUE(serves());
  EXPECT_EQ(listener_watches.left, 0);
}

}  // namespace
}  // namespace plugboard::test
