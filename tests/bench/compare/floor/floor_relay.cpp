// The least that a relay can do: takes frames off a connection, takes off their mask, and sends
// them to the one peer that belongs to it (`a0000001` to `b0000001` and the other way round). It
// reads no JSON, checks nothing, keeps no limits and knows no errors: only a measure of what system
// calls, unmasking and one copy cost. Speaks as much of the protocol as plugboard-load needs for
// its throughput and ping-pong modes. floor-relay PORT
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace {

constexpr std::size_t kBuffer = 256 * 1024;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

struct Peer {
  int socket = -1;
  std::string id;  // empty: the upgrade request has not come yet
  Peer* other = nullptr;
  std::string rest;  // the start of an incomplete frame
  std::string out;
  bool dirty = false;
};

std::string accept_key(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> hash;
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash.data());
  std::array<unsigned char, 64> encoded;
  const int size = EVP_EncodeBlock(encoded.data(), hash.data(), hash.size());
  return {reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(size)};
}

std::string_view between(std::string_view text, std::string_view before, std::string_view behind) {
  const std::size_t at = text.find(before);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + before.size());
  return text.substr(0, text.find(behind));
}

void unmask(char* data, std::size_t size, const char* mask) {
  std::uint64_t wide = 0;
  std::memcpy(&wide, mask, 4);
  wide |= wide << 32;
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, data + i, 8);
    word ^= wide;
    std::memcpy(data + i, &word, 8);
  }
  for (; i < size; ++i) data[i] = static_cast<char>(data[i] ^ mask[i % 4]);
}

class Floor {
 public:
  explicit Floor(std::uint16_t port)
      : epoll_(::epoll_create1(EPOLL_CLOEXEC)),
        listener_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
        buffer_(kBuffer) {
    const int one = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_, SOMAXCONN) != 0) {
      fail("listen");
    }
    watch(listener_, nullptr, EPOLLIN);
  }

  void run() {
    while (true) {
      std::array<epoll_event, 128> events;
      const int count = ::epoll_wait(epoll_, events.data(), events.size(), -1);
      for (int i = 0; i < count; ++i) {
        auto* const peer = static_cast<Peer*>(events[i].data.ptr);
        if (peer == nullptr) {
          accept_all();
        } else {
          if ((events[i].events & EPOLLOUT) != 0) send(*peer);
          if ((events[i].events & ~EPOLLOUT) != 0) read(*peer);
        }
      }
      for (Peer* peer : std::exchange(dirty_, {})) {
        peer->dirty = false;
        send(*peer);
      }
      for (Peer* peer : std::exchange(gone_, {})) {
        if (const auto found = peers_.find(peer->id);
            found != peers_.end() && found->second == peer) {
          peers_.erase(found);
        }
        if (peer->other != nullptr) peer->other->other = nullptr;
        delete peer;
      }
    }
  }

 private:
  void watch(int socket, Peer* peer, std::uint32_t events) const {
    epoll_event event{};
    event.events = events;
    event.data.ptr = peer;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) != 0) fail("epoll_ctl");
  }

  void accept_all() {
    int socket = -1;
    while ((socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
      const int one = 1;
      ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      auto* const peer = new Peer;
      peer->socket = socket;
      watch(socket, peer, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
    }
  }

  void read(Peer& peer) {
    while (peer.socket >= 0) {
      const std::size_t kept = peer.rest.size();
      if (kept == buffer_.size()) buffer_.resize(2 * kept);
      std::memcpy(buffer_.data(), peer.rest.data(), kept);
      const ssize_t count = ::recv(peer.socket, buffer_.data() + kept, buffer_.size() - kept, 0);
      if (count < 0) return;
      if (count == 0) return close(peer);
      const std::size_t have = kept + static_cast<std::size_t>(count);
      const std::size_t used = peer.id.empty() ? upgrade(peer, have) : relay(peer, 0, have);
      peer.rest.assign(buffer_.data() + used, have - used);
      if (have < buffer_.size()) return;
    }
  }

  std::size_t upgrade(Peer& peer, std::size_t have) {
    const std::string_view request(buffer_.data(), have);
    constexpr std::string_view kEnd = "\r\n\r\n";
    const std::size_t end = request.find(kEnd);
    if (end == std::string_view::npos) return 0;
    std::string_view path = between(request, "GET ", " ");
    path = path.substr(0, path.find('?'));
    peer.id = path.substr(path.rfind('/') + 1);
    std::string pair = peer.id;
    if (!pair.empty()) pair[0] = pair[0] == 'a' ? 'b' : 'a';
    peers_[peer.id] = &peer;
    if (const auto found = peers_.find(pair); found != peers_.end()) {
      peer.other = found->second;
      found->second->other = &peer;
    }
    append(peer,
           "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Accept: " +
               accept_key(between(request, "Sec-WebSocket-Key: ", "\r\n")) + "\r\n\r\n");
    return relay(peer, end + kEnd.size(), have);
  }

  /// Returns how much of the buffer was used.
  std::size_t relay(Peer& peer, std::size_t at, std::size_t have) {
    while (have - at >= 2) {
      char* const frame = buffer_.data() + at;
      std::size_t size = static_cast<std::uint8_t>(frame[1]) & 0x7f;
      std::size_t header = 2;
      if (size >= 126) {
        const std::size_t digits = size == 126 ? 2 : 8;
        header += digits;
        if (have - at < header) break;
        size = 0;
        for (std::size_t i = 0; i < digits; ++i) {
          size = size << 8 | static_cast<std::uint8_t>(frame[2 + i]);
        }
      }
      if (have - at < header + 4 + size) break;
      char* const payload = frame + header + 4;
      unmask(payload, size, frame + header);
      // Without the mask the header fits in behind where it was.
      frame[1] = static_cast<char>(frame[1] & 0x7f);
      std::memmove(frame + 4, frame, header);
      take(peer, {frame + 4, header + size}, {payload, size});
      at += header + 4 + size;
    }
    return at;
  }

  void take(Peer& peer, std::string_view frame, std::string_view payload) {
    constexpr std::string_view kWatch = R"({"type":"watch")";
    constexpr std::string_view kOnline =
        R"({"type":"peer-status","payload":{"address":"","online":true}})";
    const int opcode = frame[0] & 0x0f;
    if (opcode == 8) {
      append(peer, frame);
      send(peer);
      close(peer);
    } else if (opcode == 9) {
      append(peer, '\x8a' + std::string(frame.substr(1)));
    } else if (payload.starts_with(R"({"type")")) {
      if (!payload.starts_with(kWatch)) return;
      append(peer, std::string("\x81") + static_cast<char>(kOnline.size()) + std::string(kOnline));
    } else if (peer.other != nullptr) {
      append(*peer.other, frame);
    }
  }

  void append(Peer& peer, std::string_view bytes) {
    peer.out += bytes;
    if (std::exchange(peer.dirty, true)) return;
    dirty_.push_back(&peer);
  }

  static void send(Peer& peer) {
    if (peer.out.empty() || peer.socket < 0) return;
    const ssize_t count = ::send(peer.socket, peer.out.data(), peer.out.size(), MSG_NOSIGNAL);
    if (count == static_cast<ssize_t>(peer.out.size())) {
      peer.out.clear();
    } else if (count > 0) {
      peer.out.erase(0, static_cast<std::size_t>(count));
    }
  }

  void close(Peer& peer) {
    ::close(std::exchange(peer.socket, -1));
    gone_.push_back(&peer);
  }

  int epoll_;
  int listener_;
  std::vector<char> buffer_;
  std::map<std::string, Peer*> peers_;
  std::vector<Peer*> dirty_;
  std::vector<Peer*> gone_;
};

void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "floor-relay PORT\n";
    return 2;
  }
  try {
    raise_file_limit();
    Floor floor(static_cast<std::uint16_t>(std::atoi(argv[1])));
    std::cout << "listening on 127.0.0.1:" << argv[1] << std::endl;
    floor.run();
  } catch (const std::exception& error) {
    std::cerr << "floor-relay: " << error.what() << "\n";
    return 1;
  }
}
