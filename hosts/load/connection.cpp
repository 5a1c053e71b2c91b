#include "load/connection.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "load/frame.hpp"

namespace plugboard::load {
namespace {

// A client address has some 28,000 ports; beyond this many connections the next one is taken.
constexpr std::size_t kConnectionsPerAddress = 20'000;

void bind_loopback(int fd, std::size_t index) {
  const int one = 1;
  ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
  sockaddr_in local{};
  local.sin_family = AF_INET;
  local.sin_addr.s_addr =
      htonl(static_cast<std::uint32_t>(INADDR_LOOPBACK + index / kConnectionsPerAddress));
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&local), sizeof(local)) != 0) {
    throw std::system_error(errno, std::generic_category(), "bind");
  }
}

std::string describe(const char* what, int error) {
  return what + std::system_category().message(error);
}

std::string describe_close(std::string_view payload) {
  if (payload.size() < 2) return "closed by the server without a code";
  const int code =
      (static_cast<std::uint8_t>(payload[0]) << 8) | static_cast<std::uint8_t>(payload[1]);
  return "closed by the server: " + std::to_string(code) + " " + std::string(payload.substr(2));
}

}  // namespace

std::shared_ptr<ssl_ctx_st> make_tls() {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  if (context == nullptr) throw std::runtime_error("OpenSSL has no TLS");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context.get(), 1);
  return context;
}

Target Target::resolve(const Url& url, std::string channel, std::string_view key,
                       const Dialect* dialect) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(url.host.c_str(), url.port.c_str(), &hints, &found);
  if (error != 0) throw std::runtime_error(url.host + ": " + ::gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, &::freeaddrinfo);
  Target target;
  std::memcpy(&target.address, found->ai_addr, found->ai_addrlen);
  target.address_size = found->ai_addrlen;
  if (found->ai_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, found->ai_addr, sizeof(v4));
    target.loopback_v4 = ntohl(v4.sin_addr.s_addr) >> 24 == 127;
  }
  target.authority = url.authority();
  target.prefix = url.prefix;
  target.channel = std::move(channel);
  if (!key.empty()) target.query = "?key=" + std::string(key);
  target.dialect = dialect;
  if (url.secure) target.tls = make_tls();
  return target;
}

std::string Target::upgrade_request(std::string_view id) const {
  std::string request = "GET " + prefix;
  if (dialect != nullptr) {
    request += dialect->target(id);
  } else {
    request += "/" + channel + "/" + std::string(id) + query;
  }
  request += " HTTP/1.1\r\nHost: " + authority +
             "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
  if (dialect != nullptr && !dialect->subprotocol().empty()) {
    request += "Sec-WebSocket-Protocol: " + std::string(dialect->subprotocol()) + "\r\n";
  }
  if (expander != nullptr) {
    request += "Sec-WebSocket-Extensions: " + std::string(kDeflateOffer) + "\r\n";
  }
  return request + "\r\n";
}

void Connection::open(const Target& target, std::string_view id) {
  abandon();
  fd_ = ::socket(target.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "socket");
  const int one = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
  if (target.loopback_v4) bind_loopback(fd_, index_);
  state_ = State::kConnecting;
  pending_ = target.upgrade_request(id);
  expander_ = target.expander.get();
  if (target.tls != nullptr) {
    tls_ = SSL_new(target.tls.get());
    if (tls_ == nullptr || SSL_set_fd(tls_, fd_) != 1) throw std::runtime_error("SSL_new");
    SSL_set_connect_state(tls_);
  }
  const auto* address = reinterpret_cast<const sockaddr*>(&target.address);
  if (::connect(fd_, address, target.address_size) != 0 && errno != EINPROGRESS) {
    const std::string why = describe("connect: ", errno);
    end(why);
    return;
  }
  loop_.watch(fd_, *this);
}

void Connection::send(std::string_view frames) {
  if (state_ != State::kOpen && state_ != State::kClosing) return;
  pending_ += frames;
  flush();
}

void Connection::send(std::vector<iovec>& pieces) {
  if (state_ != State::kOpen) return;
  std::size_t sent = 0;
  if (pending_.empty() && tls_ == nullptr) {
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = pieces.size();
    const ssize_t count = ::sendmsg(fd_, &message, MSG_NOSIGNAL);
    if (count > 0) sent = static_cast<std::size_t>(count);
  }
  for (const iovec& piece : pieces) {
    const std::size_t skipped = std::min(sent, piece.iov_len);
    sent -= skipped;
    pending_.append(static_cast<const char*>(piece.iov_base) + skipped, piece.iov_len - skipped);
  }
  if (tls_ != nullptr) flush();
}

void Connection::flush() {
  while (pending_offset_ < pending_.size()) {
    const ssize_t count =
        transmit(pending_.data() + pending_offset_, pending_.size() - pending_offset_);
    // A broken connection is told by its end, which the loop reports too.
    if (count < 0) break;
    pending_offset_ += static_cast<std::size_t>(count);
  }
  if (pending_offset_ == pending_.size()) {
    pending_.clear();
    pending_offset_ = 0;
  }
}

void Connection::close() {
  if (state_ != State::kOpen) return;
  std::string frame;
  append_frame(frame, kClose, std::string_view("\x03\xe8", 2));  // 1000
  send(frame);
  state_ = State::kClosing;
}

void Connection::abandon() {
  if (tls_ != nullptr) SSL_free(std::exchange(tls_, nullptr));
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  state_ = State::kIdle;
  tail_.clear();
  pending_.clear();
  pending_offset_ = 0;
}

void Connection::end(std::string_view why) {
  const bool expected = state_ == State::kClosing;
  const std::string kept(why);  // may point into what abandon() clears
  abandon();
  owner_.on_end(*this, kept, expected);
}

void Connection::on_events(std::uint32_t events) {
  if (state_ == State::kIdle) return;
  if (state_ == State::kConnecting) {
    int error = 0;
    socklen_t size = sizeof(error);
    ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return end(describe("connect: ", error));
    if ((events & EPOLLOUT) == 0) return;
    state_ = State::kUpgrading;
  }
  // TLS may have to read in order to write.
  if (((events & EPOLLOUT) != 0 || tls_ != nullptr) && !pending_.empty()) flush();
  constexpr std::uint32_t kOver = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  if ((events & (EPOLLIN | kOver)) != 0) read_all((events & kOver) != 0);
  if (tls_ != nullptr && !pending_.empty()) flush();
}

ssize_t Connection::receive(char* data, std::size_t size) {
  if (tls_ == nullptr) return ::recv(fd_, data, size, 0);
  std::size_t count = 0;
  ERR_clear_error();
  const int done = SSL_read_ex(tls_, data, size, &count);
  if (done == 1) return static_cast<ssize_t>(count);
  switch (SSL_get_error(tls_, done)) {
    case SSL_ERROR_ZERO_RETURN:
      return 0;
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      errno = EAGAIN;
      return -1;
    default:
      if (errno == EAGAIN || errno == EINTR) errno = EPROTO;
      return -1;
  }
}

ssize_t Connection::transmit(const char* data, std::size_t size) {
  if (tls_ == nullptr) return ::send(fd_, data, size, MSG_NOSIGNAL);
  std::size_t count = 0;
  ERR_clear_error();
  return SSL_write_ex(tls_, data, size, &count) == 1 ? static_cast<ssize_t>(count) : -1;
}

void Connection::read_all(bool to_the_end) {
  std::vector<char>& buffer = loop_.buffer();
  while (fd_ >= 0) {
    const std::size_t kept = tail_.size();
    if (kept == buffer.size()) return end("a frame larger than the read buffer");
    std::memcpy(buffer.data(), tail_.data(), kept);
    const ssize_t count = receive(buffer.data() + kept, buffer.size() - kept);
    if (count < 0) {
      if (errno == EAGAIN || errno == EINTR) return;
      return end(describe("receive: ", errno));
    }
    if (count == 0) return end("the server ended the TCP connection");
    const std::size_t have = kept + static_cast<std::size_t>(count);
    const std::size_t used = consume(std::string_view(buffer.data(), have));
    if (fd_ < 0) return;
    tail_.assign(buffer.data() + used, have - used);
    // A short read has drained the socket, unless its end is already known to follow; TLS gives a
    // record at a time.
    if (have < buffer.size() && !to_the_end && tls_ == nullptr) return;
  }
}

std::size_t Connection::consume(std::string_view bytes) {
  std::size_t used = 0;
  if (state_ == State::kUpgrading) {
    used = consume_handshake(bytes);
    if (used == 0) return 0;
  }
  while (state_ == State::kOpen || state_ == State::kClosing) {
    const Parsed parsed = parse_server_frame(bytes.substr(used), expander_ != nullptr);
    if (parsed.what == Parse::kIncomplete) break;
    if (parsed.what == Parse::kBroken) {
      end("a frame that this client does not take");
      break;
    }
    used += parsed.size;
    const std::string_view payload = parsed.frame.payload;
    const bool compressed = expander_ != nullptr && parsed.frame.compressed;
    on_frame(parsed.frame.opcode, compressed ? expander_->expand(payload) : payload);
  }
  return used;
}

std::size_t Connection::consume_handshake(std::string_view bytes) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  const std::size_t size = bytes.find(kEnd);
  if (size == std::string_view::npos) return 0;
  if (!bytes.starts_with("HTTP/1.1 101")) {
    end("upgrade refused: " + std::string(bytes.substr(0, bytes.find('\r'))));
    return 0;
  }
  if (expander_ != nullptr &&
      bytes.substr(0, size).find("permessage-deflate") == std::string_view::npos) {
    end("the server does not agree to permessage-deflate");
    return 0;
  }
  state_ = State::kOpen;
  owner_.on_open(*this);
  return size + kEnd.size();
}

void Connection::on_frame(std::uint8_t opcode, std::string_view payload) {
  switch (opcode) {
    case kText:
    case kBinary:
      owner_.on_message(*this, payload);
      break;
    case kPing: {
      std::string frame;
      append_frame(frame, kPong, payload);
      send(frame);
      break;
    }
    case kPong:
      owner_.on_pong(*this);
      break;
    case kClose:
      if (state_ == State::kOpen) end(describe_close(payload));
      // After a close of this side's own the server ends TCP.
      break;
    default:
      end("a frame of an unknown opcode");
  }
}

}  // namespace plugboard::load
