#include "peer/peer_event.hpp"

#include <gmock/gmock.h>

namespace plugboard::program {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string plain(const PeerEvent& event) { return print(event, PrintStyle::kPlain); }
std::string as_json(const PeerEvent& event) { return print(event, PrintStyle::kJson); }

TEST(PrintedEvent, OfATextIsSenderAndText) {
  EXPECT_EQ(plain(Message{"demo:bob00001", "hello"}), "demo:bob00001 hello");
}

TEST(PrintedEvent, OfAnyOtherPayloadIsItsJson) {
  EXPECT_EQ(plain(Message{"demo:bob00001", {{"x", {1, nullptr}}}}),
            R"(demo:bob00001 {"x":[1,null]})");
}

TEST(PrintedEvent, OfTheOtherWorldIsInUtf8) {
  EXPECT_EQ(plain(Message{"demo:bob00001", "grüße 👋"}), "demo:bob00001 grüße 👋");
}

TEST(PrintedEvent, CannotSteerTheTerminal) {
  EXPECT_EQ(plain(Message{"a:b", "x\x1b[2Jy\r\x07\x7f"}), R"(a:b x\x1b[2Jy\x0d\x07\x7f)");
}

TEST(PrintedEvent, CannotSteerTheTerminalWithC1Controls) {
  EXPECT_EQ(plain(Message{"a:b", "x\xc2\x9b 2J"}), R"(a:b x\x9b 2J)");
}

TEST(PrintedEvent, CannotSteerTheTerminalByASendersName) {
  EXPECT_EQ(plain(Message{"a:\x1b", ""}), R"(a:\x1b )");
}

TEST(PrintedEvent, KeepsTabs) { EXPECT_EQ(plain(Message{"a:b", "x\ty"}), "a:b x\ty"); }

TEST(PrintedEvent, OfSeveralLinesCannotPassForSeveralPeers) {
  EXPECT_EQ(plain(Message{"a:b", "x\nc:d pay me"}), "a:b x\n    c:d pay me");
}

TEST(PrintedEvent, TellsWhoIsOnline) {
  EXPECT_EQ(plain(Status{"a:b", true}), "a:b is online");
  EXPECT_EQ(plain(Status{"a:b", false}), "a:b is offline");
}

TEST(PrintedEvent, TellsThatWeAreIn) {
  EXPECT_EQ(plain(Joined{"demo:alice001"}), "connected as demo:alice001");
}

TEST(PrintedEvent, TellsErrors) {
  EXPECT_EQ(plain(ErrorInfo{"INVALID_KEY", "Access key rejected", true}),
            "INVALID_KEY: Access key rejected");
}

TEST(PrintedEvent, TellsHowAConnectionEnded) {
  EXPECT_EQ(plain(CloseInfo{1012, "Service restart"}), "disconnected (1012 Service restart)");
  EXPECT_EQ(plain(CloseInfo{1000, ""}), "disconnected (1000)");
  EXPECT_EQ(plain(CloseInfo{1006, ""}), "disconnected");
}

TEST(PrintedEvent, HasNoColorsUnlessAsked) {
  EXPECT_THAT(plain(Message{"a:b", "x"}), Not(HasSubstr("\x1b")));
}

TEST(PrintedEvent, CanHaveColors) {
  EXPECT_EQ(print(Message{"a:b", "x"}, PrintStyle::kColored), "\x1b[1ma:b\x1b[0m x");
}

TEST(PrintedEvent, IsNothingForWhatOnlyMattersInside) {
  EXPECT_EQ(plain(Opened{}), "");
  EXPECT_EQ(as_json(Drained{}), "");
}

TEST(PrintedEvent, AsJsonIsOneObjectALine) {
  EXPECT_EQ(as_json(Joined{"a:b"}), R"({"event":"open","address":"a:b"})");
  EXPECT_EQ(as_json(Message{"a:b", {{"x", "1\n2"}}}),
            R"({"event":"message","from":"a:b","payload":{"x":"1\n2"}})");
  EXPECT_EQ(as_json(Status{"a:b", true}),
            R"({"event":"peer-status","address":"a:b","online":true})");
  EXPECT_EQ(as_json(ErrorInfo{"A", "B", false}), R"({"event":"error","code":"A","message":"B"})");
  EXPECT_EQ(as_json(CloseInfo{1000, "Replaced"}),
            R"({"event":"close","code":1000,"reason":"Replaced"})");
}

TEST(PrintedEvent, AsJsonTellsLinesThatAreWrong) {
  EXPECT_EQ(as_json(Rejected{"no"}), R"({"event":"error","code":"INVALID_LINE","message":"no"})");
}

}  // namespace
}  // namespace plugboard::program
