// The harness is trusted by every flow test, so what it is made of is held against published
// examples and real programs here.
#include <gtest/gtest.h>

#include <csignal>

#include "support/child_process.hpp"
#include "support/endpoint.hpp"
#include "support/frame.hpp"
#include "support/http_message.hpp"
#include "support/temp_dir.hpp"

namespace plugboard::test {
namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out.push_back(static_cast<char>(value));
  return out;
}

TEST(TestFrame, MatchesTheMaskedHelloOfTheRfc) {
  // RFC 6455 section 5.7.
  EXPECT_EQ(text_frame("Hello"),
            bytes({0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}));
}

TEST(TestFrame, ReadsTheUnmaskedHelloOfTheRfc) {
  std::string wire = bytes({0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f});
  const auto frame = take_frame(wire);
  ASSERT_TRUE(frame);
  EXPECT_TRUE(frame->fin && frame->is(Opcode::kText) && frame->minimal_length && !frame->masked);
  EXPECT_EQ(frame->payload, "Hello");
  EXPECT_TRUE(wire.empty());
}

TEST(TestFrame, KnowsTheThreeLengthForms) {
  for (const auto& [size, header] : {std::pair<std::size_t, std::string>{125, bytes({0x82, 0xfd})},
                                     {126, bytes({0x82, 0xfe, 0, 126})},
                                     {65535, bytes({0x82, 0xfe, 0xff, 0xff})},
                                     {65536, bytes({0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0})}}) {
    EXPECT_EQ(binary_frame(std::string(size, 'x')).substr(0, header.size()), header) << size;
  }
}

TEST(TestFrame, TellsALengthThatIsLongerThanItMustBe) {
  std::string wire = bytes({0x82, 126, 0, 1, 'x'});
  EXPECT_FALSE(take_frame(wire)->minimal_length);
}

TEST(TestFrame, WaitsForTheWholeFrame) {
  const std::string whole = bytes({0x81, 0x02, 'o', 'k'});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::string part = whole.substr(0, size);
    EXPECT_FALSE(take_frame(part)) << size;
  }
}

TEST(TestHttp, TakesOneAnswerAfterTheOther) {
  std::string wire =
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: a: b\r\n\r\nokHTTP/1.1 204 No Content\r\n\r\n";
  const auto first = take_response(wire);
  const auto second = take_response(wire);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->body, "ok");
  EXPECT_EQ(first->header("x"), "a: b");
  EXPECT_EQ(second->status, 204);
}

TEST(TestHttp, WaitsForTheWholeBody) {
  std::string wire = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok";
  EXPECT_FALSE(take_response(wire));
}

TEST(TestEndpoint, ReadsEveryFormOfAReadyLine) {
  EXPECT_EQ(Endpoint::parse("127.0.0.1:80").authority(), "127.0.0.1:80");
  EXPECT_EQ(Endpoint::parse("[::1]:8080").address, "::1");
  EXPECT_EQ(Endpoint::parse("[::1]:8080").authority(), "[::1]:8080");
  EXPECT_TRUE(Endpoint::parse("unix:/run/x").is_unix);
}

TEST(TestChildProcess, CapturesOutputAndExitCode) {
  const Finished done = run_to_end({"/bin/sh", "-c", "cat; echo oops >&2; exit 3"}, {}, "", "in\n");
  EXPECT_EQ(done.code, 3);
  EXPECT_EQ(done.out, "in\n");
  EXPECT_EQ(done.err, "oops\n");
}

TEST(TestChildProcess, SaysWhichSignalEndedIt) {
  const ChildProcess child({"/bin/cat", "/dev/zero"});
  child.signal(SIGTERM);
  const auto status = child.await_exit();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->signal, SIGTERM);
}

TEST(TestChildProcess, AwaitingOutputEndsWithTheProgram) {
  const ChildProcess child({"/bin/echo", "one"});
  EXPECT_FALSE(child.await_output(
      [](const std::string& out, const std::string&) { return out == "two\n"; }));
}

TEST(TestTempDir, IsGoneAfterwards) {
  std::filesystem::path path;
  {
    const TempDir folder;
    path = folder.path();
    folder.write("a", "1");
    folder.replace("a", "2");
    EXPECT_EQ(folder.read("a"), "2");
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace plugboard::test
