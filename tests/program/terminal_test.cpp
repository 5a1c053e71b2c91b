// `plugboard peer` as a person at a terminal uses it.
#include <gmock/gmock.h>

#include <csignal>

#include "program/terminal.hpp"
#include "support/peer.hpp"
#include "support/relay_process.hpp"

namespace plugboard::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class AtATerminal : public testing::Test {
 protected:
  AtATerminal()
      : relay_({.channels = "[[channel]]\nname = \"demo\"\n", .chain = "key_store = \"open\"\n"}),
        bob_(relay_.endpoint(), "bob00001", {.channel = "demo"}) {}

  std::vector<std::string> command() const {
    return {plugboard_program(), "peer", "ws://" + relay_.endpoint().authority(),
            "--channel",         "demo", "--id",
            "alice001"};
  }

  // Connected, and keys are read as they will be from then on.
  static bool is_ready(Terminal& terminal) {
    if (!terminal.shows("connected as demo:alice001")) return false;
#ifdef PLUGBOARD_HAVE_LIBEDIT
    return terminal.takes_keys();
#else
    return true;
#endif
  }

  static void type(Terminal& terminal, const std::string& line) {
    terminal.press(line);
    terminal.press(kKeyEnter);
  }

  RelayProcess relay_;
  Peer bob_;
};

TEST_F(AtATerminal, AMessageIsTypedAndSent) {
  Terminal terminal(command());
  ASSERT_TRUE(is_ready(terminal));
  type(terminal, "demo:bob00001 hello");
  EXPECT_EQ(bob_.receive_json().at("payload"), "hello");
}

TEST_F(AtATerminal, AMessageIsShown) {
  Terminal terminal(command());
  ASSERT_TRUE(is_ready(terminal));
  bob_.send("demo:alice001", "are you there?");
  EXPECT_TRUE(terminal.shows("are you there?"));
}

TEST_F(AtATerminal, NamesAreColored) {
  Terminal terminal(command());
  ASSERT_TRUE(is_ready(terminal));
  bob_.send("demo:alice001", "hello");
  EXPECT_TRUE(terminal.shows("\x1b[1mdemo:bob00001\x1b[0m hello"));
}

TEST_F(AtATerminal, NothingIsColoredIfTheEnvironmentSaysSo) {
  Terminal terminal(command(), {{"NO_COLOR", "1"}});
  ASSERT_TRUE(is_ready(terminal));
  bob_.send("demo:alice001", "hello");
  EXPECT_TRUE(terminal.shows("demo:bob00001 hello"));
}

TEST_F(AtATerminal, NoEscapesAreSentToATerminalThatKnowsNone) {
  for (const char* kind : {"dumb", ""}) {
    Terminal terminal(command(), {{"TERM", kind}});
    ASSERT_TRUE(terminal.shows("connected as demo:alice001"));
    bob_.send("demo:alice001", "hello");
    ASSERT_TRUE(terminal.shows("demo:bob00001 hello"));
    terminal.press(kCtrlD);
    EXPECT_EQ(terminal.await_exit(), 0);
    EXPECT_THAT(terminal.shown(), Not(HasSubstr("\x1b"))) << kind;
  }
}

TEST_F(AtATerminal, AMistakeIsToldAndNothingEnds) {
  Terminal terminal(command());
  ASSERT_TRUE(is_ready(terminal));
  type(terminal, "hello");
  EXPECT_TRUE(terminal.shows("expected ADDRESS TEXT"));
  type(terminal, "demo:bob00001 hello");
  EXPECT_EQ(bob_.receive_json().at("payload"), "hello");
}

TEST_F(AtATerminal, HelpIsGiven) {
  Terminal terminal(command());
  ASSERT_TRUE(is_ready(terminal));
  type(terminal, "/help");
  EXPECT_TRUE(terminal.shows("/unwatch ADDRESS"));
}

TEST_F(AtATerminal, CtrlDLeaves) {
  Terminal terminal(command());
  ASSERT_TRUE(is_ready(terminal));
  terminal.press(kCtrlD);
  EXPECT_EQ(terminal.await_exit(), 0);
}

TEST_F(AtATerminal, CtrlCLeaves) {
  Terminal terminal(command());
  ASSERT_TRUE(is_ready(terminal));
  terminal.press(kCtrlC);
  EXPECT_EQ(terminal.await_exit(), 0);
}

TEST_F(AtATerminal, QuitLeaves) {
  Terminal terminal(command());
  ASSERT_TRUE(is_ready(terminal));
  type(terminal, "/quit");
  EXPECT_EQ(terminal.await_exit(), 0);
}

TEST_F(AtATerminal, ARelayThatLeavesIsToldAndThePromptStays) {
  Terminal terminal(command());
  ASSERT_TRUE(is_ready(terminal));
  relay_.signal(SIGTERM);
  ASSERT_TRUE(terminal.shows("disconnected (1012 Service restart)"));
  type(terminal, "demo:bob00001 hello");
  EXPECT_TRUE(terminal.shows("not sent: not connected"));
}

#ifdef PLUGBOARD_HAVE_LIBEDIT

TEST_F(AtATerminal, EarlierLinesComeBack) {
  Terminal terminal(command());
  ASSERT_TRUE(is_ready(terminal));
  type(terminal, "demo:bob00001 first");
  EXPECT_EQ(bob_.receive_json().at("payload"), "first");
  terminal.press(kKeyUp);
  terminal.press("!");
  terminal.press(kKeyEnter);
  EXPECT_EQ(bob_.receive_json().at("payload"), "first!");
}

TEST_F(AtATerminal, AnUmlautIsErasedAsOneCharacter) {
  Terminal terminal(command());
  ASSERT_TRUE(is_ready(terminal));
  terminal.press("demo:bob00001 grü\x7f");
  type(terminal, "u");
  EXPECT_EQ(bob_.receive_json().at("payload"), "gru");
}

TEST_F(AtATerminal, AMessageThatArrivesLeavesTheLineThatIsBeingTyped) {
  Terminal terminal(command());
  ASSERT_TRUE(is_ready(terminal));
  terminal.press("demo:bob00001 half");
  ASSERT_TRUE(terminal.shows("half"));
  bob_.send("demo:alice001", "between");
  // The line is cleared, the message printed, prompt and line are drawn anew.
  ASSERT_TRUE(terminal.shows("between\r\n> demo:bob00001 half"));
  type(terminal, " and half");
  EXPECT_EQ(bob_.receive_json().at("payload"), "half and half");
}

TEST_F(AtATerminal, AMessageThatArrivesClearsAllRowsOfTheLineThatIsBeingTyped) {
  Terminal terminal(command());
  ASSERT_TRUE(is_ready(terminal));
  // Two for the prompt, 14 for the address: the cursor stands in the third row of 80 columns.
  terminal.press("demo:bob00001 " + std::string(150, 'x') + "end");
  ASSERT_TRUE(terminal.shows("end"));
  bob_.send("demo:alice001", "between");
  EXPECT_TRUE(terminal.shows("\x1b[A\x1b[A\r\x1b[J"));
}

TEST_F(AtATerminal, WideCharactersCountTwiceInTheRowsOfTheLine) {
  Terminal terminal(command());
  ASSERT_TRUE(is_ready(terminal));
  std::string wide;
  for (int n = 0; n < 40; ++n) wide += "\u4e16";
  terminal.press("demo:bob00001 " + wide + "end");
  ASSERT_TRUE(terminal.shows("end"));
  bob_.send("demo:alice001", "between");
  EXPECT_TRUE(terminal.shows("\x1b[A\r\x1b[J"));
}

#endif

}  // namespace
}  // namespace plugboard::test
