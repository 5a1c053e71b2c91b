// plugboard::Server without threads of its own: whoever has it turns its loop.
#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <thread>

#include "flow/suite.hpp"
#include "server/open_relay.hpp"

namespace plugboard::test {
namespace {

/// A server that the test's own thread turns.
class Turning : public testing::Test {
 protected:
  Turning() : server_({.own_threads = false}) {
    const ServerProblems problems = server_.start(open_relay());
    if (!problems.empty()) throw std::runtime_error(problems[0]);
    thread_ = std::thread([this] {
      while (!ended_) {
        if (server_.turn()) continue;
        pollfd wanted{.fd = server_.descriptor(), .events = POLLIN, .revents = 0};
        ::poll(&wanted, 1, 50);
      }
    });
  }
  ~Turning() override { join(); }

  void join() {
    ended_ = true;
    if (thread_.joinable()) thread_.join();
  }

  Server server_;
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

TEST_F(Turning, ServesPeers) {
  const std::string bob_id = fresh_id();
  Peer alice(endpoint_of(server_), fresh_id());
  Peer bob(endpoint_of(server_), bob_id);
  alice.send("pwa:" + bob_id, "hello");
  EXPECT_EQ(bob.receive_json().at("payload"), "hello");
}

TEST_F(Turning, HasItsDeadlinesMet) {
  nlohmann::json values = open_relay();
  values["server"]["handshake_timeout"] = "200ms";
  ASSERT_EQ(server_.reload(values), ServerProblems{});
  RawSocket silent(endpoint_of(server_));
  EXPECT_TRUE(silent.await_end());
}

TEST(TurningTooEarly, DoesNothing) {
  Server server({.own_threads = false});
  EXPECT_EQ(server.descriptor(), -1);
  EXPECT_FALSE(server.turn());
}

TEST_F(Turning, DoesNothingAfterTheStop) {
  join();
  server_.stop();
  EXPECT_EQ(server_.descriptor(), -1);
  EXPECT_FALSE(server_.turn());
}

TEST(TurningForNobody, DoesNothingWhereTheServerHasThreads) {
  Server server;
  ASSERT_EQ(server.start(open_relay()), ServerProblems{});
  EXPECT_EQ(server.descriptor(), -1);
  EXPECT_FALSE(server.turn());
}

TEST_F(Turning, StopsAfterItsLastTurn) {
  const Peer alice(endpoint_of(server_), fresh_id());
  join();
  server_.stop();
  EXPECT_EQ(server_.connections(), 0U);
}

}  // namespace
}  // namespace plugboard::test
