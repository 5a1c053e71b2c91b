// How long the relay waits for a client, on a clock that the test moves: the relay is a part of
// this program and turns when it is told to.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

#include "bench/cost/stepped_clock.hpp"
#include "plugboard/server.hpp"
#include "support/frame.hpp"
#include "support/peer.hpp"

namespace plugboard::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kHealth = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n";
// More than two sockets take.
constexpr int kManyRequests = 6000;

std::size_t count(std::string_view text, std::string_view word) {
  std::size_t found = 0;
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    ++found;
  }
  return found;
}

class Deadlines : public testing::Test {
 protected:
  Deadlines() {
    bench::stop_clock();
    const ServerProblems problems = server_.start(nlohmann::json{{"server",
                                                                  {{"heartbeat_interval", "1h"},
                                                                   {"handshake_timeout", "10s"},
                                                                   {"outbox_limit", 65536},
                                                                   {"max_message", 16384}}},
                                                                 {"channel", {{{"name", "pwa"}}}},
                                                                 {"chain", {{"key_store", "open"}}},
                                                                 {"log", {{"level", "error"}}}});
    EXPECT_EQ(problems, ServerProblems{});
  }

  void turn() {
    for (int turns = 0; turns < 8; ++turns) {
      while (server_.turn()) {
      }
    }
  }
  void pass(std::chrono::nanoseconds time) {
    bench::step_clock(time);
    turn();
  }

  /// The other end of a connection.
  class Client {
   public:
    Client(Deadlines& test, std::string_view request) : test_(test) {
      std::array<int, 2> ends{};
      if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        throw std::runtime_error("no pair of sockets");
      }
      fd_ = ends[0];
      test_.server_.adopt(ends[1], request);
      test_.turn();
    }
    ~Client() { ::close(fd_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Sends as much as the socket takes; how much that was.
    std::size_t send(std::string_view bytes) {
      const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      test_.turn();
      return count < 0 ? 0 : static_cast<std::size_t>(count);
    }

    /// Takes what has arrived, up to `most` bytes.
    std::string take(std::size_t most = SIZE_MAX) {
      std::string taken;
      std::array<char, 16384> buffer;
      while (taken.size() < most) {
        const ssize_t count =
            ::recv(fd_, buffer.data(), std::min(buffer.size(), most - taken.size()), 0);
        if (count == 0) ended_ = true;
        if (count <= 0) break;
        taken.append(buffer.data(), static_cast<std::size_t>(count));
      }
      test_.turn();
      return taken;
    }

    /// Whether the relay has ended its half. Takes what has arrived.
    bool ended() {
      take();
      return ended_;
    }

   private:
    Deadlines& test_;
    int fd_ = -1;
    bool ended_ = false;
  };

  static std::string upgrade(const std::string& id) {
    return "GET /pwa/" + id +
           " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  }

  Server server_{{.listen = false, .own_threads = false}};
};

TEST_F(Deadlines, AnIdleHttpConnectionHasAMinute) {
  Client client(*this, kHealth);
  EXPECT_EQ(count(client.take(), "HTTP/1.1 200"), 1U);
  pass(seconds(59));
  EXPECT_FALSE(client.ended());
  pass(seconds(2));
  EXPECT_TRUE(client.ended());
}

TEST_F(Deadlines, EachRequestGivesAnotherMinute) {
  Client client(*this, kHealth);
  for (int round = 0; round < 3; ++round) {
    pass(seconds(50));
    client.send(kHealth);
  }
  EXPECT_EQ(count(client.take(), "HTTP/1.1 200"), 4U);
}

TEST_F(Deadlines, ARequestThatHasBegunHasTheHandshakeTimeout) {
  Client client(*this, "GET /health HTTP/1.1\r\n");
  pass(milliseconds(9900));
  EXPECT_EQ(client.take(), "");
  pass(milliseconds(200));
  EXPECT_EQ(count(client.take(), "HTTP/1.1 408"), 1U);
}

TEST_F(Deadlines, AnswersThatAreNotReadEndTheConnectionAfterAMinute) {
  std::string requests;
  for (int i = 0; i < kManyRequests; ++i) requests += kHealth;
  const Client client(*this, requests);
  pass(seconds(59));
  EXPECT_EQ(server_.connections(), 1U);
  pass(seconds(2));
  EXPECT_EQ(server_.connections(), 0U);
}

TEST_F(Deadlines, AnswersThatAreReadSlowlyMayTakeTheirTime) {
  std::string requests;
  for (int i = 0; i < kManyRequests; ++i) requests += kHealth;
  Client client(*this, requests);
  std::size_t answers = 0;
  std::string rest;
  for (int minutes = 0; answers < kManyRequests && minutes < 200; ++minutes) {
    pass(seconds(40));
    rest += client.take(200'000);
    answers = count(rest, "HTTP/1.1 200");
  }
  EXPECT_EQ(answers, kManyRequests);
}

TEST_F(Deadlines, AnAnswerToACloseIsAwaitedForThreeSeconds) {
  Client old(*this, upgrade("peer00001"));
  const Client successor(*this, upgrade("peer00001"));
  pass(milliseconds(2900));
  EXPECT_FALSE(old.ended());
  pass(milliseconds(200));
  EXPECT_TRUE(old.ended());
}

TEST_F(Deadlines, AConnectionThatFailedIsReadForTwoSecondsMore) {
  Client client(*this, upgrade("peer00001"));
  client.send("this is no frame at all");
  EXPECT_TRUE(client.ended());
  pass(milliseconds(1900));
  EXPECT_EQ(server_.connections(), 1U);
  pass(milliseconds(200));
  EXPECT_EQ(server_.connections(), 0U);
}

TEST_F(Deadlines, ASlowConsumerIsCutAfterFiveSeconds) {
  const Client slow(*this, upgrade("slow00001"));
  Client sender(*this, upgrade("peer00001"));
  const std::string frame =
      text_frame(routed("pwa:peer00001", "pwa:slow00001", std::string(10'000, 's')));
  for (int i = 0; i < 200; ++i) sender.send(frame);
  pass(milliseconds(4900));
  EXPECT_EQ(server_.connections(), 2U);
  pass(milliseconds(200));
  EXPECT_EQ(server_.connections(), 1U);
}

}  // namespace
}  // namespace plugboard::test
