// A peer without a socket: what is sent to it lands in a string, as far as its socket takes it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "peer/peer.hpp"
#include "peer/subscriber.hpp"

namespace plugboard::peer {

template <class Base>
class FakeSocketOf : public Base {
 public:
  FakeSocketOf(Channel& channel, std::string_view id) { this->set_name(channel, id); }

  /// Bytes that the socket still takes.
  std::size_t socket_room = SIZE_MAX;
  std::string received;
  int finishes = 0;
  int writes_past_outbox = 0;
  std::uint64_t relayed = 0;
  bool presence_continued = false;

  /// What is sent from now on are frames.
  void begin_frames() {
    const std::lock_guard guard(this->lock_);
    this->framed_ = true;
  }

  /// The socket has room again.
  void drain(std::size_t room) {
    socket_room = room;
    {
      const std::lock_guard guard(this->lock_);
      this->blocked_ = false;
    }
    this->flush();
  }

  /// The payloads of the frames received so far.
  std::vector<std::string> messages() const {
    std::vector<std::string> found;
    std::string_view rest = received;
    while (rest.size() >= 2) {
      std::size_t size = static_cast<unsigned char>(rest[1]);
      std::size_t header = 2;
      if (size == 126) {
        size = static_cast<std::size_t>(static_cast<unsigned char>(rest[2])) << 8U |
               static_cast<unsigned char>(rest[3]);
        header = 4;
      } else if (size == 127) {
        size = 0;
        for (int i = 2; i < 10; ++i) size = size << 8U | static_cast<unsigned char>(rest[i]);
        header = 10;
      }
      if (rest.size() < header + size) break;
      found.emplace_back(rest.substr(header, size));
      rest.remove_prefix(header + size);
    }
    return found;
  }

  const Ending* ending() const { return this->ending_.get(); }

 protected:
  void write_locked() override {
    while (!this->outbox_.empty()) {
      std::string_view part;
      this->outbox_.gather({&part, 1});
      const std::size_t count = std::min(part.size(), socket_room);
      if (count == 0) {
        this->blocked_ = true;
        return;
      }
      received += part.substr(0, count);
      if (socket_room != SIZE_MAX) socket_room -= count;
      this->outbox_.consume(count);
    }
  }
  std::size_t write_past_outbox_locked(std::span<const std::string_view> frames) override {
    std::size_t written = 0;
    for (const std::string_view frame : frames) {
      const std::size_t count = std::min(frame.size(), socket_room);
      received += frame.substr(0, count);
      if (socket_room != SIZE_MAX) socket_room -= count;
      written += count;
      if (count < frame.size()) {
        this->blocked_ = true;
        break;
      }
    }
    ++writes_past_outbox;
    return written;
  }
  void on_finish() override { ++finishes; }
  void on_relayed_locked(std::uint64_t bytes) override { relayed += bytes; }
  void continue_presence() override { presence_continued = true; }
};

using FakePeer = FakeSocketOf<Peer>;
using FakeRef = boost::intrusive_ptr<FakePeer>;

}  // namespace plugboard::peer
