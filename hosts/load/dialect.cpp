#include "load/dialect.hpp"

#include <charconv>
#include <cstddef>
#include <optional>
#include <utility>

#include "load/frame.hpp"

namespace plugboard::load {
namespace {

std::string frame(std::uint8_t opcode, std::string_view payload) {
  std::string out;
  append_frame(out, opcode, payload);
  return out;
}

/// Cuts off what is behind a stream's last whole unit, and begins with what was cut off before.
template <typename TakeOne>
void take_stream(std::string_view data, std::string& rest, const TakeOne& take_one) {
  std::string joined;
  if (!rest.empty()) {
    joined = std::exchange(rest, {});
    joined += data;
    data = joined;
  }
  while (!data.empty()) {
    const std::size_t used = take_one(data);
    if (used == 0) break;
    data.remove_prefix(used);
  }
  rest = data;
}

// The NATS client protocol, as lines in binary frames: a subject for each client.
class Nats final : public Dialect {
 public:
  std::string target(std::string_view /*id*/) const override { return "/"; }
  std::uint8_t opcode() const override { return kBinary; }
  // Clients gather what they are given until they have nothing else to do.
  bool batches() const override { return true; }

  std::string greeting(std::string_view id) const override {
    std::string text = R"(CONNECT {"verbose":false,"pedantic":false,"lang":"c++","version":"1",)"
                       R"("protocol":1,"echo":true})"
                       "\r\nSUB ";
    text += id;
    return frame(kBinary, text + " 1\r\nPING\r\n");
  }

  Wrapping wrapping(std::string_view to, std::size_t size) const override {
    return {.before = "PUB " + std::string(to) + " " + std::to_string(size) + "\r\n",
            .behind = "\r\n"};
  }

  void take(std::string_view data, std::string& rest, const DialectEvents& events) const override {
    take_stream(data, rest, [&](std::string_view bytes) { return take_one(bytes, events); });
  }

 private:
  static std::size_t take_one(std::string_view bytes, const DialectEvents& events) {
    constexpr std::string_view kEnd = "\r\n";
    const std::size_t line_size = bytes.find(kEnd);
    if (line_size == std::string_view::npos) return 0;
    const std::string_view line = bytes.substr(0, line_size);
    const std::size_t behind_line = line_size + kEnd.size();
    if (line.starts_with("MSG ")) {
      std::size_t size = 0;
      const std::string_view digits = line.substr(line.rfind(' ') + 1);
      std::from_chars(digits.data(), digits.data() + digits.size(), size);
      if (bytes.size() < behind_line + size + kEnd.size()) return 0;
      events.message(bytes.substr(behind_line, size));
      return behind_line + size + kEnd.size();
    }
    if (line == "PONG") events.joined();
    if (line == "PING") events.answer(frame(kBinary, "PONG\r\n"));
    if (line.starts_with("-ERR")) events.refused(line);
    return behind_line;
  }
};

// MQTT 3.1.1, quality of service 0: a topic for each client.
class Mqtt final : public Dialect {
 public:
  std::string target(std::string_view /*id*/) const override { return "/mqtt"; }
  std::string_view subprotocol() const override { return "mqtt"; }
  std::uint8_t opcode() const override { return kBinary; }

  std::string greeting(std::string_view id) const override {
    using namespace std::string_literals;
    const std::string connect = text("MQTT") + "\x04\x02\x00\x00"s + text(id);  // clean session
    const std::string subscribe = "\x00\x01"s + text(id) + "\x00"s;
    return frame(kBinary, packet(kConnect, connect) + packet(kSubscribe, subscribe));
  }

  Wrapping wrapping(std::string_view to, std::size_t size) const override {
    std::string before = header(kPublish, to.size() + 2 + size) + text(to);
    return {.before = std::move(before), .behind = {}};
  }

  void take(std::string_view data, std::string& rest, const DialectEvents& events) const override {
    take_stream(data, rest, [&](std::string_view bytes) { return take_one(bytes, events); });
  }

 private:
  static constexpr std::uint8_t kConnect = 0x10;
  static constexpr std::uint8_t kConnack = 0x20;
  static constexpr std::uint8_t kPublish = 0x30;
  static constexpr std::uint8_t kSubscribe = 0x82;
  static constexpr std::uint8_t kSuback = 0x90;

  static std::string text(std::string_view text) {
    std::string out{static_cast<char>(text.size() >> 8), static_cast<char>(text.size() & 0xff)};
    return out += text;
  }
  static std::string header(std::uint8_t type, std::size_t size) {
    std::string out(1, static_cast<char>(type));
    do {
      const std::size_t low = size % 128;
      size /= 128;
      out += static_cast<char>(size != 0 ? low | 0x80 : low);
    } while (size != 0);
    return out;
  }
  static std::string packet(std::uint8_t type, const std::string& content) {
    return header(type, content.size()) + content;
  }

  static std::size_t take_one(std::string_view bytes, const DialectEvents& events) {
    std::size_t size = 0;
    std::size_t at = 1;
    for (unsigned shift = 0;; shift += 7) {
      if (at == bytes.size()) return 0;
      const auto digit = static_cast<std::uint8_t>(bytes[at++]);
      size |= static_cast<std::size_t>(digit & 0x7f) << shift;
      if ((digit & 0x80) == 0) break;
    }
    if (bytes.size() < at + size) return 0;
    const auto type = static_cast<std::uint8_t>(bytes[0]);
    const std::string_view content = bytes.substr(at, size);
    if (type == kPublish && size >= 2) {
      const std::size_t topic =
          static_cast<std::uint8_t>(content[0]) * 256U + static_cast<std::uint8_t>(content[1]);
      events.message(content.substr(2 + topic));
    } else if (type == kSuback) {
      events.joined();
    } else if (type == kConnack && size == 2 && content[1] != 0) {
      events.refused("the connection was refused");
    }
    return at + size;
  }
};

// socket.io 4 over its engine's WebSocket transport; the relay knows its clients by a query member.
class SocketIo final : public Dialect {
 public:
  std::string target(std::string_view id) const override {
    return "/socket.io/?EIO=4&transport=websocket&id=" + std::string(id);
  }
  std::uint8_t opcode() const override { return kText; }
  std::string greeting(std::string_view /*id*/) const override { return frame(kText, "40"); }

  Wrapping wrapping(std::string_view to, std::size_t /*size*/) const override {
    return {.before = R"(42["m",")" + std::string(to) + "\",", .behind = "]"};
  }

  void take(std::string_view data, std::string& /*rest*/,
            const DialectEvents& events) const override {
    constexpr std::string_view kEvent = R"(42["m",)";
    if (data.starts_with(kEvent)) {
      events.message(data.substr(kEvent.size(), data.size() - kEvent.size() - 1));
    } else if (data.starts_with("40")) {
      events.joined();
    } else if (data.starts_with("44")) {
      events.refused(data);
    } else if (data == "2") {
      events.answer(frame(kText, "3"));
    }
  }
};

// PeerJS's signalling server.
class PeerJs final : public Dialect {
 public:
  std::string target(std::string_view id) const override {
    return "/peerjs?key=peerjs&version=1.0.0&token=token&id=" + std::string(id);
  }
  std::uint8_t opcode() const override { return kText; }
  std::string greeting(std::string_view /*id*/) const override { return {}; }

  Wrapping wrapping(std::string_view to, std::size_t /*size*/) const override {
    return {.before = R"({"type":"OFFER","dst":")" + std::string(to) + R"(","payload":)",
            .behind = "}"};
  }

  void take(std::string_view data, std::string& /*rest*/,
            const DialectEvents& events) const override {
    constexpr std::string_view kPayload = R"("payload":)";
    if (data.starts_with(R"({"type":"OFFER")")) {
      const std::size_t at = data.find(kPayload);
      const std::size_t source = data.rfind(R"(,"src":)");
      if (at == std::string_view::npos || source == std::string_view::npos) return;
      const std::size_t start = at + kPayload.size();
      // The server puts the source last, or first where the client had put it there.
      const std::size_t end = source > start ? source : data.size() - 1;
      events.message(data.substr(start, end - start));
    } else if (data.starts_with(R"({"type":"OPEN")")) {
      events.joined();
    } else {
      events.refused(data);
    }
  }
};

}  // namespace

std::unique_ptr<const Dialect> make_dialect(std::string_view name) {
  if (name == "nats") return std::make_unique<Nats>();
  if (name == "mqtt") return std::make_unique<Mqtt>();
  if (name == "socket.io") return std::make_unique<SocketIo>();
  if (name == "peerjs") return std::make_unique<PeerJs>();
  return nullptr;
}

}  // namespace plugboard::load
