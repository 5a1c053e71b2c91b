#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

#include "plugins/examples/example.hpp"

using plugboard::Status;
using plugboard::testing::TestHost;
using plugboard::testing::TestInstance;

namespace {

// A service on the loopback that answers every request with the same bytes.
class Service {
 public:
  explicit Service(std::string answer) : answer_(std::move(answer)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        listen(listener_, 16) != 0) {
      throw std::runtime_error("cannot listen");
    }
    socklen_t size = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  ~Service() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/verify?x=1"; }
  std::string request() const {
    const std::lock_guard lock(mutex_);
    return request_;
  }

 private:
  void serve() {
    for (;;) {
      const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) return;
      std::string request;
      char block[4096];
      while (request.find("\"}") == std::string::npos) {
        const ssize_t size = recv(connection, block, sizeof block, 0);
        if (size <= 0) break;
        request.append(block, static_cast<std::size_t>(size));
      }
      {
        const std::lock_guard lock(mutex_);
        request_ = request;
      }
      if (!answer_.empty()) {
        send(connection, answer_.data(), answer_.size(), MSG_NOSIGNAL);
      } else {
        recv(connection, block, sizeof block, 0);  // until the plugin gives up
      }
      close(connection);
    }
  }

  const std::string answer_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::string request_;
  std::thread thread_;
};

const TestHost::TestPeer kAlice{.channel = "pwa",
                                .id = "alice001",
                                .client_address = "192.0.2.7",
                                .key_name = "key-0123456789ab"};

class AskHttp : public testing::Test {
 protected:
  plugboard::testing::Answer ask(const std::string& url, int timeout_ms = 5000) {
    TestInstance hook(example("ask-http"), host,
                      R"({"url":")" + url + R"(","timeout":)" + std::to_string(timeout_ms) + "}");
    return hook.verify(kAlice, "token=open%2Dsesame%22");
  }

  TestHost host;
};

}  // namespace

TEST_F(AskHttp, LetsInWhomTheServiceLetsIn) {
  const Service service("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(ask(service.url()).status, Status::kNext);
  EXPECT_EQ(service.request().substr(0, 29), "POST /verify?x=1 HTTP/1.1\r\nHo");
  EXPECT_NE(service.request().find(
                R"({"address":"pwa:alice001","client":"192.0.2.7","key":"key-0123456789ab",)"
                R"("token":"open-sesame\""})"),
            std::string::npos);
}

TEST_F(AskHttp, RefusesWithTheWordsOfTheService) {
  const Service service("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\nMembers only");
  const auto answer = ask(service.url());
  EXPECT_EQ(answer.status, Status::kDeny);
  EXPECT_EQ(answer.denial->code, "NOT_ADMITTED");
  EXPECT_EQ(answer.denial->message, "Members only");
}

TEST_F(AskHttp, CannotSayWhenTheServiceFails) {
  const Service service("HTTP/1.1 500 Oops\r\n\r\n");
  EXPECT_EQ(ask(service.url()).status, Status::kError);
  EXPECT_TRUE(host.logged("the service answers 500"));
}

TEST_F(AskHttp, CannotSayWhenTheAnswerIsNotHttp) {
  const Service service("hello\r\n\r\n");
  EXPECT_EQ(ask(service.url()).status, Status::kError);
}

TEST_F(AskHttp, CannotSayWhenNobodyListens) {
  std::string url;
  { url = Service("").url(); }
  EXPECT_EQ(ask(url).status, Status::kError);
  EXPECT_TRUE(host.logged("the service does not answer"));
}

TEST_F(AskHttp, CannotSayWhenTheServiceKeepsSilent) {
  const Service service("");
  EXPECT_EQ(ask(service.url(), 50).status, Status::kError);
  EXPECT_TRUE(host.logged("the service does not answer"));
}

TEST_F(AskHttp, CannotSayWhenThePoolIsFull) {
  host.set_job_limit(0);
  EXPECT_EQ(ask("http://127.0.0.1:1/").status, Status::kError);
}

TEST_F(AskHttp, RefusesUrlsItDoesNotSpeak) {
  for (const auto* url : {"https://a/", "127.0.0.1", "http://", "http://:80/"}) {
    EXPECT_THROW(ask(url), std::runtime_error) << url;
  }
}
