// Connections that another server has accepted, handed to plugboard::Server.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>

#include "flow/suite.hpp"
#include "server/open_relay.hpp"

namespace plugboard::test {
namespace {

/// A connection that somebody else accepted: the client's end of it, and the descriptor.
class Accepted {
 public:
  Accepted() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_, 1);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    client_ = std::make_unique<RawSocket>(
        Endpoint{.address = "127.0.0.1", .port = ntohs(address.sin_port)});
    descriptor_ = ::accept(listener_, nullptr, nullptr);
  }
  ~Accepted() { ::close(listener_); }
  Accepted(const Accepted&) = delete;
  Accepted& operator=(const Accepted&) = delete;
  Accepted(Accepted&&) = delete;
  Accepted& operator=(Accepted&&) = delete;

  RawSocket& client() { return *client_; }
  int descriptor() const { return descriptor_; }

 private:
  int listener_;
  std::unique_ptr<RawSocket> client_;
  int descriptor_ = -1;
};

class Adopting : public testing::Test {
 protected:
  Adopting() : server_({.listen = false}) {
    const ServerProblems problems = server_.start(open_relay());
    if (!problems.empty()) throw std::runtime_error(problems[0]);
  }

  Server server_;
};

TEST_F(Adopting, ListensNowhere) { EXPECT_TRUE(server_.addresses().empty()); }

TEST_F(Adopting, ServesAnUpgradeThatHasBeenReadWithTheFramesBehindIt) {
  Accepted accepted;
  server_.adopt(accepted.descriptor(),
                accepted.client().upgrade_request("/pwa/" + fresh_id()) + ping_frame("behind"));
  EXPECT_EQ(accepted.client().response().status, 101);
  EXPECT_EQ(accepted.client().frame().payload, "behind");
}

TEST_F(Adopting, ReadsOnWhereTheOtherStopped) {
  Accepted accepted;
  const std::string request = accepted.client().upgrade_request("/pwa/" + fresh_id());
  server_.adopt(accepted.descriptor(), request.substr(0, 30));
  accepted.client().send(request.substr(30));
  EXPECT_EQ(accepted.client().response().status, 101);
}

TEST_F(Adopting, ServesRequestsOfAnyKind) {
  Accepted accepted;
  const std::string request = "GET /health HTTP/1.1\r\nHost: test\r\n\r\n";
  server_.adopt(accepted.descriptor(), request);
  EXPECT_EQ(accepted.client().response().status, 200);
  accepted.client().send(request);
  EXPECT_EQ(accepted.client().response().status, 200);
}

TEST_F(Adopting, RefusesWhatIsNoRequest) {
  Accepted accepted;
  server_.adopt(accepted.descriptor(), "nonsense\r\n\r\n");
  EXPECT_EQ(accepted.client().response().status, 400);
  EXPECT_TRUE(accepted.client().await_end());
}

TEST_F(Adopting, LetsGoOfWhatIsNoConnection) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  server_.adopt(ends[1], "");
  pollfd end{.fd = ends[0], .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&end, 1, 20'000), 1);
  EXPECT_NE(end.revents & POLLHUP, 0);
  ::close(ends[0]);
}

TEST_F(Adopting, ClosesWhatComesBeforeTheStart) {
  Server server;
  Accepted accepted;
  server.adopt(accepted.descriptor(), "");
  EXPECT_TRUE(accepted.client().await_end());
}

TEST_F(Adopting, CountsTowardsTheMostConnections) {
  nlohmann::json values = open_relay();
  values["server"]["max_connections"] = 1;
  ASSERT_EQ(server_.reload(values), ServerProblems{});
  Accepted first;
  server_.adopt(first.descriptor(), first.client().upgrade_request("/pwa/" + fresh_id()));
  EXPECT_EQ(first.client().response().status, 101);
  Accepted second;
  server_.adopt(second.descriptor(), second.client().upgrade_request("/pwa/" + fresh_id()));
  EXPECT_EQ(second.client().response().status, 503);
}

}  // namespace
}  // namespace plugboard::test
