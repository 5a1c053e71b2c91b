// RFC 6455 case by case, over whole tables: every opcode with every reserved bit, every close code,
// every way in which UTF-8 can become impossible; on one I/O thread and on two, with compression
// agreed on and not.
#include <set>
#include <tuple>

#include "flow/suite.hpp"

namespace plugboard::test {
namespace {

constexpr std::size_t kMaxMessage = 64 * 1024;

class Matrix : public testing::TestWithParam<std::tuple<int, bool>> {
 protected:
  static bool compression() { return std::get<1>(GetParam()); }

  /// A registered peer that has heard nothing yet.
  RawSocket peer() {
    id_ = fresh_id();
    RawSocket socket(relay_.endpoint());
    socket.upgrade("/pwa/" + id_,
                   compression() ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "",
                   ping_frame("in"));
    if (!socket.frame().is(Opcode::kPong)) throw std::runtime_error("not registered");
    return socket;
  }

  /// The close code of the next frame; 0 if it is none.
  static std::uint16_t close_code(RawSocket& socket) {
    const ReceivedFrame frame = socket.frame();
    return frame.is(Opcode::kClose) ? frame.close_code() : std::uint16_t{0};
  }

  std::string id_;
  RelayProcess relay_{{.server = "max_message = " + std::to_string(kMaxMessage) +
                                 "\ncompression = " + (compression() ? "true" : "false") + "\n",
                       .threads = std::get<0>(GetParam())}};
};

TEST_P(Matrix, EveryOpcodeWithEveryReservedBitIsTakenOrRefused) {
  const std::set<int> opcodes = {1, 2, 8, 9, 10};
  for (int opcode = 0; opcode < 16; ++opcode) {
    for (int reserved = 0; reserved < 8; ++reserved) {
      for (const bool fin : {true, false}) {
        RawSocket socket = peer();
        const bool data = opcode == 1 || opcode == 2;
        const bool right = opcodes.contains(opcode) &&
                           (reserved == 0 || (reserved == 4 && compression() && data)) &&
                           (fin || data);
        socket.send(FrameToSend{.opcode = static_cast<std::uint8_t>(opcode),
                                .fin = fin,
                                .reserved = static_cast<std::uint8_t>(reserved)}
                        .bytes() +
                    ping_frame("behind"));
        const ReceivedFrame answer = socket.frame();
        const std::string which = std::to_string(opcode) + " " + std::to_string(reserved) +
                                  (fin ? " fin" : "") + " got " + std::to_string(answer.opcode);
        if (!right) {
          EXPECT_TRUE(answer.is(Opcode::kClose) && answer.close_code() == 1002) << which;
        } else if (opcode == 8) {
          EXPECT_TRUE(answer.is(Opcode::kClose) && answer.payload.empty()) << which;
        } else {
          EXPECT_TRUE(answer.is(Opcode::kPong)) << which;
          EXPECT_EQ(answer.payload, opcode == 9 ? "" : "behind") << which;
        }
      }
    }
  }
}

TEST_P(Matrix, EveryCloseCodeIsEchoedOrRefused) {
  std::vector<int> codes;
  for (int code = 0; code < 10; ++code) codes.push_back(code);
  for (int code = 990; code < 1030; ++code) codes.push_back(code);
  for (const int code : {1100, 1999, 2000, 2999, 3000, 3999, 4000, 4999, 5000, 9999, 65535}) {
    codes.push_back(code);
  }
  for (const int code : codes) {
    const bool right = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
                       (code >= 3000 && code <= 4999);
    RawSocket socket = peer();
    socket.send(close_frame(static_cast<std::uint16_t>(code), "why"));
    EXPECT_EQ(close_code(socket), right ? code : 1002) << code;
    EXPECT_TRUE(socket.await_end()) << code;
  }
}

/// Each is impossible from its last byte on, whatever follows.
const std::vector<std::string>& impossible() {
  static const std::vector<std::string> all = {
      "\x80",        "\xc0",     "\xc1",     "\xf5",
      "\xff",        "\xc3\x28", "\xe0\x80", "\xe0\x9f",
      "\xed\xa0",    "\xed\xbf", "\xf0\x80", "\xf0\x8f",
      "\xf4\x90",    "\xe2\x28", "\xc2\xc2", "\xf0\x9f\x98\x28",
      "\xe2\x82\x28"};
  return all;
}

TEST_P(Matrix, ImpossibleUtf8FailsInAFrameThatIsFarFromComplete) {
  for (const std::string& bytes : impossible()) {
    for (const std::string& before :
         {std::string(), std::string("{\"long\":\"") + std::string(60, 'x')}) {
      RawSocket socket = peer();
      socket.send(FrameToSend{.payload = before + bytes, .announced_length = 5000}.bytes());
      EXPECT_EQ(close_code(socket), 1007) << testing::PrintToString(bytes);
    }
  }
}

TEST_P(Matrix, ImpossibleUtf8FailsAtItsByteWhereBytesDribble) {
  for (const std::string& bytes : impossible()) {
    RawSocket socket = peer();
    socket.dribble(FrameToSend{.payload = "ü" + bytes, .announced_length = 5000}.bytes());
    EXPECT_EQ(close_code(socket), 1007) << testing::PrintToString(bytes);
  }
}

TEST_P(Matrix, ImpossibleUtf8FailsAcrossFragmentsOfOneByte) {
  for (const std::string& bytes : impossible()) {
    RawSocket socket = peer();
    std::string frames = fragment(Opcode::kText, "", false);
    for (const char byte : bytes) {
      frames += fragment(Opcode::kContinuation, std::string(1, byte), false);
    }
    socket.send(frames);
    EXPECT_EQ(close_code(socket), 1007) << testing::PrintToString(bytes);
  }
}

TEST_P(Matrix, Utf8ThatMayStillBecomeACharacterIsWaitedFor) {
  for (const char* bytes :
       {"\xc2", "\xe0\xa0", "\xed\x9f", "\xf0\x90", "\xf4\x8f\xbf", "\xef\xbf"}) {
    RawSocket socket = peer();
    socket.send(fragment(Opcode::kText, bytes, false) + ping_frame("so far"));
    EXPECT_EQ(socket.frame().payload, "so far");
    socket.send(fragment(Opcode::kContinuation, "", true));
    EXPECT_EQ(close_code(socket), 1007) << "it ends within the character";
  }
}

TEST_P(Matrix, TheLimitOfAMessageIsInclusiveInAnyNumberOfPieces) {
  for (const std::size_t pieces : {1, 2, 3, 50}) {
    for (const std::size_t size : {kMaxMessage, kMaxMessage + 1}) {
      RawSocket socket = peer();
      const std::string own = "pwa:" + id_;
      std::string message = routed(own, own, "");
      message = routed(own, own, std::string(size - message.size(), 'x'));
      std::string frames;
      for (std::size_t i = 0; i < pieces; ++i) {
        const std::size_t begin = i * size / pieces;
        frames += fragment(i == 0 ? Opcode::kText : Opcode::kContinuation,
                           message.substr(begin, (i + 1) * size / pieces - begin), i + 1 == pieces);
      }
      socket.try_send(frames);
      EXPECT_EQ(close_code(socket), size > kMaxMessage ? 1009 : 0) << pieces << " of " << size;
    }
  }
}

TEST_P(Matrix, WhatStandsBehindACloseIsNotLookedAt) {
  RawSocket socket = peer();
  socket.send(close_frame(1000) + close_frame(1001) + text_frame("{}") + std::string(100, '\xff'));
  EXPECT_EQ(close_code(socket), 1000);
  EXPECT_TRUE(socket.await_end());
}

INSTANTIATE_TEST_SUITE_P(Ways, Matrix, testing::Combine(testing::Values(1, 2), testing::Bool()),
                         [](const auto& way) {
                           return (std::get<0>(way.param) == 1 ? std::string("OneThread")
                                                               : std::string("TwoThreads")) +
                                  (std::get<1>(way.param) ? "Compressed" : "Plain");
                         });

}  // namespace
}  // namespace plugboard::test
