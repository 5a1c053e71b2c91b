// Peers that agreed on permessage-deflate (RFC 7692), and compression as they do it.
#pragma once

#include <zlib.h>

#include <stdexcept>
#include <string>
#include <string_view>

#include "flow/suite.hpp"

namespace plugboard::test {

inline constexpr std::size_t kMaxMessage = 256 * 1024;

/// A compressor of one side. Context is taken over from message to message unless `reset`.
class Compressor {
 public:
  explicit Compressor(int window_bits = 15, int level = 9) {
    if (deflateInit2(&stream_, level, Z_DEFLATED, -window_bits, 9, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::runtime_error("deflateInit2");
    }
  }
  ~Compressor() { deflateEnd(&stream_); }
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  void reset() { deflateReset(&stream_); }

  /// What `text` is on the wire (section 7.2.1): without the last four bytes of a sync flush.
  std::string message(std::string_view text) {
    std::string out = piece(text, Z_SYNC_FLUSH);
    out.resize(out.size() - 4);
    return out;
  }

  /// With whatever `flush` writes.
  std::string piece(std::string_view text, int flush) {
    std::string out;
    char chunk[4096];
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<uInt>(text.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(chunk);
      stream_.avail_out = sizeof chunk;
      deflate(&stream_, flush);
      out.append(chunk, sizeof chunk - stream_.avail_out);
    } while (stream_.avail_out == 0);
    return out;
  }

 private:
  z_stream stream_{};
};

/// Compressed on its own.
inline std::string compressed(std::string_view text) { return Compressor().message(text); }

/// Expands one message that does not depend on others. Throws if it needs a larger window.
inline std::string expanded(std::string_view message, int window_bits = 15) {
  z_stream stream{};
  if (inflateInit2(&stream, -window_bits) != Z_OK) throw std::runtime_error("inflateInit2");
  const std::string whole = std::string(message) + std::string("\0\0\xff\xff", 4);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(whole.data()));
  stream.avail_in = static_cast<uInt>(whole.size());
  std::string out;
  char chunk[4096];
  int code = Z_OK;
  do {
    stream.next_out = reinterpret_cast<Bytef*>(chunk);
    stream.avail_out = sizeof chunk;
    code = inflate(&stream, Z_SYNC_FLUSH);
    out.append(chunk, sizeof chunk - stream.avail_out);
  } while (code == Z_OK && stream.avail_out == 0);
  inflateEnd(&stream);
  if (code != Z_OK && code != Z_BUF_ERROR && code != Z_STREAM_END) {
    throw std::runtime_error("inflate: " + std::to_string(code));
  }
  return out;
}

/// A frame of a compressed message; the first carries RSV1.
inline std::string compressed_frame(std::string_view payload, Opcode opcode = Opcode::kText,
                                    bool fin = true) {
  const bool first = opcode != Opcode::kContinuation;
  return FrameToSend{.opcode = static_cast<std::uint8_t>(opcode),
                     .payload = std::string(payload),
                     .fin = fin,
                     .reserved = static_cast<std::uint8_t>(first ? 4 : 0)}
      .bytes();
}

class DeflatePeer {
 public:
  /// Without an offer it agrees on nothing.
  explicit DeflatePeer(const Endpoint& endpoint, const std::string& offer = "permessage-deflate")
      : address_("pwa:" + fresh_id()), socket_(endpoint) {
    socket_.upgrade("/pwa/" + address_.substr(4),
                    offer.empty() ? "" : "Sec-WebSocket-Extensions: " + offer + "\r\n",
                    ping_frame("in"));
    if (!socket_.frame_but_ping().is(Opcode::kPong)) throw std::runtime_error("not registered");
  }

  [[nodiscard]] const std::string& address() const { return address_; }
  RawSocket& socket() { return socket_; }
  void send(std::string_view bytes) { socket_.send(bytes); }
  ReceivedFrame frame() { return socket_.frame_but_ping(); }

  [[nodiscard]] std::string to(const DeflatePeer& other, const nlohmann::json& payload) const {
    return routed(address_, other.address_, payload);
  }
  [[nodiscard]] std::string echo(const nlohmann::json& payload) const { return to(*this, payload); }
  [[nodiscard]] std::string echo_of_size(std::size_t size) const {
    return echo(std::string(size - echo("").size(), 'x'));
  }

  /// Expects this message, compressed or not.
  void expect(std::string_view message, int window_bits = 15) {
    const ReceivedFrame received = frame();
    ASSERT_TRUE(received.is(Opcode::kText)) << received.close_code() << received.close_reason();
    EXPECT_EQ(received.reserved & 4 ? expanded(received.payload, window_bits) : received.payload,
              message);
  }

  void expect_failed(std::uint16_t code) {
    const ReceivedFrame close = frame();
    ASSERT_TRUE(close.is(Opcode::kClose)) << close.payload;
    EXPECT_EQ(close.close_code(), code) << close.close_reason();
    EXPECT_TRUE(socket_.await_end());
  }

  void expect_alive() {
    send(ping_frame("alive?"));
    EXPECT_EQ(frame().payload, "alive?");
  }

 private:
  std::string address_;
  RawSocket socket_;
};

template <typename Suite>
class DeflateSuite : public SharedRelay<Suite> {
 public:
  static Manifest manifest() {
    return {.server = "max_message = " + std::to_string(kMaxMessage) + "\ncompression = true\n"};
  }
};

}  // namespace plugboard::test
