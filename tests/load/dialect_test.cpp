#include "load/dialect.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "load/frame.hpp"
#include "load/message.hpp"

namespace plugboard::load {
namespace {

constexpr const char* kFrom = "pwa:a0000001";
constexpr const char* kTo = "pwa:b0000001";
constexpr std::size_t kSize = 300;
constexpr std::size_t kFrameHeader = 8;  // of a masked frame of 126 to 65,535 bytes

/// What a client hears from its dialect.
struct Heard {
  Heard() {
    events.joined = [this] { ++joined; };
    events.message = [this](std::string_view message) { messages.emplace_back(message); };
    events.answer = [this](std::string_view frames) { answers.emplace_back(frames); };
    events.refused = [this](std::string_view why) { refusals.emplace_back(why); };
  }

  int joined = 0;
  std::vector<std::string> messages;
  std::vector<std::string> answers;
  std::vector<std::string> refusals;
  std::string rest;
  DialectEvents events;
};

/// The payload of the frame in which a message goes out.
std::string sent(const Dialect& dialect, std::uint32_t number, std::string* content = nullptr) {
  const Packing packing{.wrapping = dialect.wrapping("b0000001", kSize),
                        .batched = dialect.batches()};
  const FlowMessage message(kFrom, kTo, make_body(Shape::kString, kSize, kFrom, kTo, packing),
                            dialect.opcode(), packing);
  std::string frame;
  if (dialect.batches()) message.append_batch(frame, 1);
  message.append_head(frame, number);
  frame += message.body().masked;
  std::string payload = frame.substr(kFrameHeader);
  if (!dialect.batches()) mask(payload.data(), payload.size(), 0);
  if (content != nullptr) *content = payload.substr(packing.wrapping.before.size(), kSize);
  return payload;
}

TEST(LoadDialect, NatsMessagesAreFoundWhereverTheStreamIsCut) {
  const auto nats = make_dialect("nats");
  std::string message;
  EXPECT_TRUE(sent(*nats, 1, &message).starts_with("PUB b0000001 300\r\n{\"from\""));
  const std::string stream = "INFO {}\r\nPONG\r\nMSG b0000001 1 300\r\n" + message +
                             "\r\nPING\r\nMSG b0000001 1 300\r\n" + message + "\r\n";
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    Heard heard;
    nats->take(stream.substr(0, cut), heard.rest, heard.events);
    nats->take(stream.substr(cut), heard.rest, heard.events);
    EXPECT_EQ(heard.joined, 1) << cut;
    EXPECT_EQ(heard.messages, std::vector<std::string>(2, message)) << cut;
    EXPECT_EQ(heard.answers.size(), 1U) << cut;
    EXPECT_TRUE(heard.rest.empty()) << cut;
  }
}

TEST(LoadDialect, ANatsErrorIsARefusal) {
  Heard heard;
  make_dialect("nats")->take("-ERR 'Authorization Violation'\r\n", heard.rest, heard.events);
  EXPECT_EQ(heard.refusals, std::vector<std::string>{"-ERR 'Authorization Violation'"});
}

TEST(LoadDialect, MqttMessagesAreFoundWhereverTheStreamIsCut) {
  using namespace std::string_literals;
  const auto mqtt = make_dialect("mqtt");
  std::string message;
  // A broker passes packets of quality of service 0 on as they came.
  const std::string publish = sent(*mqtt, 1, &message);
  const std::string stream = "\x20\x02\x00\x00\x90\x03\x00\x01\x00"s + publish + publish;
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    Heard heard;
    mqtt->take(stream.substr(0, cut), heard.rest, heard.events);
    mqtt->take(stream.substr(cut), heard.rest, heard.events);
    EXPECT_EQ(heard.joined, 1) << cut;
    EXPECT_EQ(heard.messages, std::vector<std::string>(2, message)) << cut;
    EXPECT_TRUE(heard.refusals.empty()) << cut;
  }
}

TEST(LoadDialect, ARefusedMqttConnectionIsSeen) {
  Heard heard;
  make_dialect("mqtt")->take(std::string_view("\x20\x02\x00\x05", 4), heard.rest, heard.events);
  EXPECT_EQ(heard.refusals.size(), 1U);
}

TEST(LoadDialect, SocketIoEventsHoldTheMessage) {
  const auto socket_io = make_dialect("socket.io");
  std::string message;
  EXPECT_TRUE(sent(*socket_io, 1, &message).starts_with(R"(42["m","b0000001",{"from")"));
  Heard heard;
  for (const std::string& packet :
       {std::string("0{}"), std::string("40{}"), std::string("2"), R"(42["m",)" + message + "]"}) {
    socket_io->take(packet, heard.rest, heard.events);
  }
  EXPECT_EQ(heard.joined, 1);
  EXPECT_EQ(heard.answers.size(), 1U);
  EXPECT_EQ(heard.messages, std::vector<std::string>{message});
}

TEST(LoadDialect, PeerJsMessagesComeWithTheirSource) {
  const auto peer_js = make_dialect("peerjs");
  std::string message;
  std::string packet = sent(*peer_js, 1, &message);
  packet.insert(packet.size() - 1, R"(,"src":"a0000001")");
  Heard heard;
  peer_js->take(R"({"type":"OPEN"})", heard.rest, heard.events);
  peer_js->take(packet, heard.rest, heard.events);
  EXPECT_EQ(heard.joined, 1);
  EXPECT_EQ(heard.messages, std::vector<std::string>{message});
}

TEST(LoadDialect, OthersAreNotKnown) { EXPECT_EQ(make_dialect("plugboard"), nullptr); }

}  // namespace
}  // namespace plugboard::load
