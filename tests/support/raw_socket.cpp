#include "support/raw_socket.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace plugboard::test {
namespace {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

SocketAddress ip_address(const std::string& address, std::uint16_t port) {
  SocketAddress out;
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&out.storage, &v4, sizeof(v4));
    out.size = sizeof(v4);
  } else if (::inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&out.storage, &v6, sizeof(v6));
    out.size = sizeof(v6);
  } else {
    throw std::runtime_error("not an IP address: " + address);
  }
  return out;
}

SocketAddress unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) throw std::runtime_error("path too long: " + path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  SocketAddress out;
  std::memcpy(&out.storage, &address, sizeof(address));
  out.size = sizeof(address);
  return out;
}

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

const sockaddr* as_sockaddr(const SocketAddress& address) {
  return reinterpret_cast<const sockaddr*>(&address.storage);
}

bool await_events(int fd, short events, Deadline deadline) {
  pollfd watched{.fd = fd, .events = events, .revents = 0};
  return ::poll(&watched, 1, deadline.left_ms()) > 0;
}

}  // namespace

RawSocket::RawSocket(const Endpoint& endpoint, const SocketOptions& options)
    : authority_(endpoint.authority()) {
  const SocketAddress peer = endpoint.is_unix ? unix_address(endpoint.address)
                                              : ip_address(endpoint.address, endpoint.port);
  fd_ = ::socket(peer.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd_ < 0) fail("socket");
  if (!endpoint.is_unix) {
    const int one = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
  }
  if (options.receive_buffer > 0) {
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &options.receive_buffer, sizeof(int));
  }
  if (!options.local_address.empty()) {
    const SocketAddress local = ip_address(options.local_address, 0);
    if (::bind(fd_, as_sockaddr(local), local.size) != 0) fail("bind");
  }
  if (::connect(fd_, as_sockaddr(peer), peer.size) != 0) {
    const int error = errno;
    ::close(fd_);
    throw std::system_error(error, std::generic_category(), "connect to " + authority_);
  }
  ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) | O_NONBLOCK);
  if (!options.tls) return;
  try {
    tls_ = std::make_unique<TlsClient>(fd_, *options.tls, Deadline());
  } catch (...) {
    ::close(fd_);
    throw;
  }
}

RawSocket::~RawSocket() {
  if (fd_ >= 0) ::close(fd_);
}

RawSocket::RawSocket(RawSocket&& other) noexcept
    : authority_(std::move(other.authority_)),
      buffer_(std::move(other.buffer_)),
      fd_(std::exchange(other.fd_, -1)),
      tls_(std::move(other.tls_)),
      ended_(other.ended_),
      was_reset_(other.was_reset_) {}

void RawSocket::send(std::string_view bytes) {
  if (!try_send(bytes)) throw std::runtime_error("the server ended the connection while sending");
}

bool RawSocket::try_send(std::string_view bytes) {
  const Deadline deadline;
  if (send_until(bytes, deadline) == bytes.size()) return true;
  if (deadline.passed()) throw std::runtime_error("the server does not read");
  return false;
}

std::size_t RawSocket::send_until(std::string_view bytes, Deadline deadline) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const char* const data = bytes.data() + sent;
    const std::size_t size = bytes.size() - sent;
    const ssize_t count =
        tls_ != nullptr ? tls_->send(data, size) : ::send(fd_, data, size, MSG_NOSIGNAL);
    if (count >= 0) {
      sent += static_cast<std::size_t>(count);
    } else if (errno == EPIPE || errno == ECONNRESET) {
      break;
    } else if (errno != EAGAIN && errno != EINTR) {
      fail("send");
    } else if (!await_events(fd_, tls_ != nullptr ? tls_->events() : POLLOUT, deadline)) {
      break;
    }
  }
  return sent;
}

void RawSocket::dribble(std::string_view bytes) {
  for (const char byte : bytes) send(std::string_view(&byte, 1));
}

void RawSocket::finish_writing() {
  if (tls_ != nullptr) tls_->close_notify();
  if (::shutdown(fd_, SHUT_WR) != 0) fail("shutdown");
}

void RawSocket::reset() {
  const linger abort{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &abort, sizeof(abort));
  ::close(std::exchange(fd_, -1));
}

bool RawSocket::receive_some(Deadline deadline) {
  if (ended_) return false;
  std::array<char, 65536> chunk{};
  // TLS may hold what the socket does not show any more.
  if (tls_ == nullptr && !await_events(fd_, POLLIN, deadline)) return false;
  const ssize_t count = tls_ != nullptr ? tls_->receive(chunk.data(), chunk.size())
                                        : ::recv(fd_, chunk.data(), chunk.size(), 0);
  if (count > 0) {
    buffer_.append(chunk.data(), static_cast<std::size_t>(count));
    return true;
  }
  if (count < 0 && errno == EINTR) return true;
  if (count < 0 && errno == EAGAIN) {
    return tls_ == nullptr || await_events(fd_, tls_->events(), deadline);
  }
  was_reset_ = count < 0;
  ended_ = true;
  return false;
}

HttpResponse RawSocket::response(bool head) {
  const Deadline deadline;
  while (true) {
    if (std::optional<HttpResponse> found = take_response(buffer_, head)) return *found;
    if (!receive_some(deadline)) {
      throw std::runtime_error((ended_ ? "the connection ended before a whole answer came; so far: "
                                       : "no whole answer in time; so far: ") +
                               buffer_.substr(0, 500));
    }
  }
}

ReceivedFrame RawSocket::frame() {
  const Deadline deadline;
  while (true) {
    if (std::optional<ReceivedFrame> found = take_frame(buffer_)) return *found;
    if (!receive_some(deadline)) {
      throw std::runtime_error(ended_ ? "the connection ended before a whole frame came"
                                      : "no whole frame in time");
    }
  }
}

ReceivedFrame RawSocket::frame_but_ping() {
  while (true) {
    ReceivedFrame received = frame();
    if (!received.is(Opcode::kPing)) return received;
  }
}

bool RawSocket::await_end(Deadline deadline) {
  while (receive_some(deadline)) buffer_.clear();
  return ended_;
}

std::string RawSocket::rest(Deadline deadline) {
  while (receive_some(deadline)) {
  }
  if (!ended_) throw std::runtime_error("the server did not end the connection in time");
  return std::exchange(buffer_, {});
}

std::string RawSocket::upgrade_request(std::string_view target, std::string_view extra) const {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: " + authority_ +
         "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
         std::string(extra) + "\r\n";
}

void RawSocket::upgrade(std::string_view target, std::string_view extra, std::string_view behind) {
  send(upgrade_request(target, extra) + std::string(behind));
  const HttpResponse answer = response();
  if (answer.status != 101) {
    throw std::runtime_error("upgrade answered with " + std::to_string(answer.status) + ": " +
                             answer.body);
  }
  // RFC 6455 section 1.3 prints the answer to this key.
  if (answer.header("sec-websocket-accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") {
    throw std::runtime_error("a wrong Sec-WebSocket-Accept");
  }
}

}  // namespace plugboard::test
