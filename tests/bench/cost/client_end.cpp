#include "bench/cost/client_end.hpp"

#include <sys/socket.h>

#include <array>
#include <stdexcept>

namespace plugboard::bench {
namespace {

constexpr int kPatience = 1000;  // turns of at most 10 ms
constexpr std::string_view kPong("\x8a\x00", 2);

}  // namespace

ClientEnd::ClientEnd(RelayInHand& relay, std::string_view id, std::string_view query)
    : socket_(relay.connect()) {
  std::string request = "GET /pwa/";
  request += id;
  request += query;
  request +=
      " HTTP/1.1\r\nHost: relay\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  write(request);
  // Frames wait until the peer is registered, so the pong says that it is.
  write(masked_frame(0x9, ""));
  for (int i = 0; i < kPatience; ++i) {
    relay.turn(10);
    receive();
    if (received_.ends_with(kPong)) {
      received_.clear();
      return;
    }
  }
  throw std::runtime_error("not let in: " + received_);
}

void ClientEnd::write(std::string_view frames) {
  if (::send(socket_.get(), frames.data(), frames.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(frames.size())) {
    throw std::runtime_error("the socket takes less than one round writes");
  }
}

std::size_t ClientEnd::receive() {
  std::array<char, 65536> buffer;
  while (true) {
    const ssize_t count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (count == 0) ended_ = true;
    if (count <= 0) return received_.size();
    received_.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

bool ClientEnd::ended() {
  receive();
  return ended_;
}

std::string ClientEnd::take_received() { return std::exchange(received_, {}); }

std::string masked_frame(std::uint8_t opcode, std::string_view payload) {
  constexpr std::array<unsigned char, 4> kMask = {0x37, 0xfa, 0x21, 0x3d};
  std::string frame;
  frame += static_cast<char>(0x80 | opcode);
  if (payload.size() < 126) {
    frame += static_cast<char>(0x80 | payload.size());
  } else if (payload.size() < 65536) {
    frame += static_cast<char>(0x80 | 126);
    frame += static_cast<char>(payload.size() >> 8);
    frame += static_cast<char>(payload.size() & 0xff);
  } else {
    throw std::invalid_argument("larger than these measurements need");
  }
  frame.append(reinterpret_cast<const char*>(kMask.data()), kMask.size());
  for (std::size_t i = 0; i < payload.size(); ++i) {
    frame += static_cast<char>(static_cast<unsigned char>(payload[i]) ^ kMask[i % 4]);
  }
  return frame;
}

}  // namespace plugboard::bench
