#include "http_request.hpp"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace ask_http {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxAnswer = 64 * 1024;

class Socket {
 public:
  Socket(const addrinfo& address, Clock::time_point deadline)
      : descriptor_(socket(address.ai_family, address.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                           address.ai_protocol)),
        deadline_(deadline) {
    if (descriptor_ < 0) fail(errno);
    try {
      connect_to(address);
    } catch (...) {
      close(descriptor_);
      throw;
    }
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { close(descriptor_); }

  void send_all(std::string_view data) {
    while (!data.empty()) {
      const ssize_t size = send(descriptor_, data.data(), data.size(), MSG_NOSIGNAL);
      if (size >= 0) {
        data.remove_prefix(static_cast<std::size_t>(size));
      } else if (errno == EAGAIN) {
        wait_for(POLLOUT);
      } else if (errno != EINTR) {
        fail(errno);
      }
    }
  }

  // To the end of the stream, or of what is worth reading.
  std::string receive_all() {
    std::string data;
    char block[4096];
    while (data.size() < kMaxAnswer) {
      const ssize_t size = recv(descriptor_, block, sizeof block, 0);
      if (size == 0) break;
      if (size > 0) {
        data.append(block, static_cast<std::size_t>(size));
      } else if (errno == EAGAIN) {
        wait_for(POLLIN);
      } else if (errno != EINTR) {
        fail(errno);
      }
    }
    return data;
  }

 private:
  [[noreturn]] static void fail(int error) {
    throw std::runtime_error("the service does not answer: " +
                             std::generic_category().message(error));
  }

  void connect_to(const addrinfo& address) {
    if (connect(descriptor_, address.ai_addr, address.ai_addrlen) == 0) return;
    if (errno != EINPROGRESS) fail(errno);
    wait_for(POLLOUT);
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) fail(error);
  }

  void wait_for(short events) const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now());
    pollfd waiting{descriptor_, events, 0};
    if (left.count() <= 0 || poll(&waiting, 1, static_cast<int>(left.count())) == 0) {
      fail(ETIMEDOUT);
    }
  }

  const int descriptor_;
  const Clock::time_point deadline_;
};

}  // namespace

Url Url::parse(const std::string& text) {
  constexpr std::string_view kScheme = "http://";
  if (!text.starts_with(kScheme)) throw std::invalid_argument("must begin with http://");
  const std::string rest = text.substr(kScheme.size());
  const auto slash = rest.find('/');
  const std::string authority = rest.substr(0, slash);
  Url url;
  if (slash != std::string::npos) url.path = rest.substr(slash);
  const auto colon = authority.rfind(':');
  url.host = authority.substr(0, colon);
  if (colon != std::string::npos) url.port = authority.substr(colon + 1);
  if (url.host.empty() || url.port.empty()) {
    throw std::invalid_argument("must be like http://127.0.0.1:8000/verify");
  }
  return url;
}

Response post_json(const Url& url, const std::string& json, std::chrono::milliseconds timeout) {
  const addrinfo hints{.ai_flags = 0,
                       .ai_family = AF_UNSPEC,
                       .ai_socktype = SOCK_STREAM,
                       .ai_protocol = 0,
                       .ai_addrlen = 0,
                       .ai_addr = nullptr,
                       .ai_canonname = nullptr,
                       .ai_next = nullptr};
  addrinfo* found = nullptr;
  if (getaddrinfo(url.host.c_str(), url.port.c_str(), &hints, &found) != 0) {
    throw std::runtime_error("the service's name is not known: " + url.host);
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> address(found, &freeaddrinfo);

  Socket socket(*address, Clock::now() + timeout);
  socket.send_all("POST " + url.path + " HTTP/1.1\r\nHost: " + url.host + ":" + url.port +
                  "\r\nContent-Type: application/json\r\nContent-Length: " +
                  std::to_string(json.size()) + "\r\nConnection: close\r\n\r\n" + json);
  const std::string answer = socket.receive_all();

  constexpr std::string_view kVersion = "HTTP/1.";
  const auto body = answer.find("\r\n\r\n");
  Response response;
  if (!answer.starts_with(kVersion) || answer.size() < 12 || body == std::string::npos ||
      std::from_chars(answer.data() + 9, answer.data() + 12, response.status).ec != std::errc()) {
    throw std::runtime_error("the service's answer is not HTTP");
  }
  response.body = answer.substr(body + 4);
  return response;
}

}  // namespace ask_http
