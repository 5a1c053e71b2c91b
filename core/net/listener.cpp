#include "net/listener.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <plugboard/host.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "net/connection.hpp"
#include "net/loop.hpp"

namespace plugboard::net {
namespace {

// Connections accepted in one turn, so that those that exist are served in between.
constexpr int kAcceptsPerTurn = 64;
constexpr int kBacklog = 4096;
// Beyond server.max_connections so many more are told that the relay is full; others are just
// closed.
constexpr std::uint32_t kToldThatFull = 256;

[[noreturn]] void fail(const std::string& what, int error) {
  throw std::system_error(error, std::generic_category(), what);
}

std::string address_text(const sockaddr_storage& address) {
  char host[NI_MAXHOST];
  char port[NI_MAXSERV];
  ::getnameinfo(reinterpret_cast<const sockaddr*>(&address), sizeof address, host, sizeof host,
                port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
  return address.ss_family == AF_INET6 ? "[" + std::string(host) + "]:" + port
                                       : std::string(host) + ":" + port;
}

void set_option(int socket, int level, int option, const std::string& text) {
  const int on = 1;
  if (::setsockopt(socket, level, option, &on, sizeof on) != 0) {
    fail("cannot set up a socket for " + text, errno);
  }
}

BoundSocket bind_tcp(const sockaddr_storage& address, socklen_t size, const std::string& text) {
  Descriptor socket(::socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) fail("cannot open a socket for " + text, errno);
  set_option(socket.get(), SOL_SOCKET, SO_REUSEADDR, text);
  if (address.ss_family == AF_INET6) set_option(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, text);
  // Inherited by accepted sockets.
  set_option(socket.get(), IPPROTO_TCP, TCP_NODELAY, text);
  BoundSocket bound{std::move(socket), {}};
  if (::bind(bound.descriptor.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) {
    fail("cannot listen on " + text, errno);
  }
  return bound;
}

void start_listening(BoundSocket& bound, const std::string& text) {
  if (::listen(bound.descriptor.get(), kBacklog) != 0) fail("cannot listen on " + text, errno);
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(bound.descriptor.get(), reinterpret_cast<sockaddr*>(&address), &size);
  bound.text = address_text(address);
}

std::vector<BoundSocket> bind_address(sockaddr_storage address, socklen_t size,
                                      const std::string& text, std::size_t copies) {
  std::vector<BoundSocket> sockets;
  // The first bind is without SO_REUSEPORT: a second relay on the same port must fail, not share.
  sockets.push_back(bind_tcp(address, size, text));
  if (copies > 1) set_option(sockets[0].descriptor.get(), SOL_SOCKET, SO_REUSEPORT, text);
  ::getsockname(sockets[0].descriptor.get(), reinterpret_cast<sockaddr*>(&address), &size);
  for (std::size_t copy = 1; copy < copies; ++copy) {
    Descriptor socket(::socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket) fail("cannot open a socket for " + text, errno);
    set_option(socket.get(), SOL_SOCKET, SO_REUSEADDR, text);
    set_option(socket.get(), SOL_SOCKET, SO_REUSEPORT, text);
    if (address.ss_family == AF_INET6) set_option(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, text);
    set_option(socket.get(), IPPROTO_TCP, TCP_NODELAY, text);
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) {
      fail("cannot listen on " + text, errno);
    }
    sockets.push_back({std::move(socket), {}});
  }
  for (BoundSocket& socket : sockets) start_listening(socket, text);
  return sockets;
}

std::vector<std::vector<BoundSocket>> bind_tcp_listener(const manifest::TcpEndpoint& endpoint,
                                                        const std::string& text,
                                                        std::size_t copies) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(endpoint.port);
  const int error = ::getaddrinfo(endpoint.host.c_str(), port.c_str(), &hints, &found);
  if (error != 0) {
    throw std::system_error(
        std::make_error_code(std::errc::address_not_available),
        "cannot listen on " + text + ": the host is not known (" + gai_strerror(error) + ")");
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> all(found, ::freeaddrinfo);
  std::vector<std::vector<BoundSocket>> sockets;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    sockaddr_storage address{};
    std::memcpy(&address, each->ai_addr, each->ai_addrlen);
    sockets.push_back(bind_address(address, each->ai_addrlen, text, copies));
  }
  return sockets;
}

BoundSocket bind_unix(const std::filesystem::path& path, const std::string& text) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = path.string();
  std::copy_n(name.data(), std::min(name.size(), sizeof address.sun_path - 1), address.sun_path);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) fail("cannot open a socket for " + text, errno);
  if (::bind(socket.get(), generic, sizeof address) != 0) {
    if (errno != EADDRINUSE) fail("cannot listen on " + text, errno);
    // A relay that was killed leaves its socket behind; one that answers is in use.
    struct stat status {};
    const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::lstat(address.sun_path, &status) != 0 || !S_ISSOCK(status.st_mode) ||
        ::connect(probe.get(), generic, sizeof address) == 0 || errno != ECONNREFUSED) {
      fail("cannot listen on " + text, EADDRINUSE);
    }
    ::unlink(address.sun_path);
    if (::bind(socket.get(), generic, sizeof address) != 0) fail("cannot listen on " + text, errno);
  }
  if (::listen(socket.get(), kBacklog) != 0) fail("cannot listen on " + text, errno);
  return {std::move(socket), "unix:" + name};
}

/// Begins a connection by `start`, unless there are too many to even say so.
template <typename Start>
void serve(Loop& loop, Descriptor socket, const sockaddr_storage& address, Start start) {
  const Shared& shared = loop.shared();
  const bool full =
      shared.connections.load(std::memory_order_relaxed) >= loop.settings().server.max_connections;
  if (full && shared.turned_away.load(std::memory_order_relaxed) >= kToldThatFull) return;
  boost::intrusive_ptr<Connection> connection;
  try {
    connection.reset(new Connection(
        loop, std::move(socket),
        admission::IpAddress::from_socket(reinterpret_cast<const sockaddr&>(address)), full));
    start(*connection);
  } catch (const std::exception& error) {
    // The system has no memory, or no room for one more in the epoll set, or for its TLS session.
    loop.shared().log(PLUGBOARD_LOG_WARN,
                      std::string("a connection could not be served: ") + error.what());
    if (connection != nullptr) connection->drop();
  }
}

}  // namespace

void adopt_connection(Loop& loop, Descriptor socket, std::string_view received,
                      const HeldSession& session) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  const int flags = ::fcntl(socket.get(), F_GETFL);
  if (flags < 0 || ::fcntl(socket.get(), F_SETFL, flags | O_NONBLOCK) != 0 ||
      ::getpeername(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return;  // the client has gone already, or this is no connection
  }
  serve(loop, std::move(socket), address,
        [&](Connection& connection) { connection.start_with(received, session); });
}

std::vector<std::vector<BoundSocket>> bind_listener(const manifest::Listener& listener,
                                                    std::size_t copies) {
  if (const auto* local = std::get_if<manifest::UnixEndpoint>(&listener.endpoint)) {
    std::vector<std::vector<BoundSocket>> sockets(1);
    sockets[0].push_back(bind_unix(local->path, listener.text));
    return sockets;
  }
  return bind_tcp_listener(std::get<manifest::TcpEndpoint>(listener.endpoint), listener.text,
                           copies);
}

Listener::Listener(Loop& loop, Descriptor socket) : loop_(loop), socket_(std::move(socket)) {
  loop_.watch(socket_.get(), *this, EPOLLIN);
}

Listener::~Listener() {
  loop_.forget_listener(*this);
  loop_.unwatch(socket_.get());
}

void Listener::on_events(std::uint32_t /*events*/) {
  for (int accepts = 0; accepts < kAcceptsPerTurn; ++accepts) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    Descriptor socket(::accept4(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size,
                                SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket) {
      switch (errno) {
        case EMFILE:
        case ENFILE:
        case ENOBUFS:
        case ENOMEM:
          pause();
          return;
        case EAGAIN:
          return;
        default:
          continue;  // that connection has gone already
      }
    }
    serve(loop_, std::move(socket), address, [](Connection& connection) { connection.start(); });
  }
}

// Without descriptors there is nothing to accept with; those who are here are served on.
void Listener::pause() {
  if (!loop_.shared().accepting_paused.exchange(true)) {
    loop_.shared().log(PLUGBOARD_LOG_WARN,
                       "out of file descriptors or memory: new connections wait until some are "
                       "closed");
  }
  loop_.unwatch(socket_.get());
  loop_.pause_listener(*this);
}

void Listener::resume() {
  try {
    loop_.watch(socket_.get(), *this, EPOLLIN);
  } catch (const std::system_error&) {
    loop_.pause_listener(*this);  // in a while, then
  }
}

}  // namespace plugboard::net
