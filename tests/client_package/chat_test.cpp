// The chat, at two terminals.
#include <gtest/gtest.h>

#include "program/terminal.hpp"
#include "support/peer.hpp"
#include "support/relay_process.hpp"

namespace plugboard::test {
namespace {

class Chat : public testing::Test {
 protected:
  Chat()
      : relay_({.channels = "[[channel]]\nname = \"demo\"\npresence_list = true\n",
                .chain = "key_store = \"open\"\n"}) {}

  std::vector<std::string> as(const std::string& id) const {
    return {CHAT_PROGRAM, "ws://" + relay_.endpoint().authority(), "demo", id};
  }

  RelayProcess relay_;
};

TEST_F(Chat, TellsWhoIsHere) {
  Terminal alice(as("alice001"));
  Terminal bob(as("bob00001"));
  EXPECT_TRUE(alice.shows("* demo:bob00001 is here"));
  EXPECT_TRUE(bob.shows("* demo:alice001 is here"));
}

TEST_F(Chat, CarriesWhatIsTyped) {
  Terminal alice(as("alice001"));
  Terminal bob(as("bob00001"));
  ASSERT_TRUE(alice.shows("bob00001 is here"));
  alice.press("hello bob\r");
  EXPECT_TRUE(bob.shows("demo:alice001: hello bob"));
}

TEST_F(Chat, ShowsNoCharactersThatSteerATerminal) {
  Peer bob(relay_.endpoint(), "bob00001", {.channel = "demo"});
  Terminal alice(as("alice001"));
  ASSERT_TRUE(alice.shows("bob00001 is here"));
  bob.send("demo:alice001", {{"text", "a\x1b[31mb\u009b2Jc\u007fd"}});
  EXPECT_TRUE(alice.shows("demo:bob00001: a [31mb  2Jc d"));
}

TEST_F(Chat, TellsWhoLeaves) {
  Terminal alice(as("alice001"));
  Terminal bob(as("bob00001"));
  ASSERT_TRUE(alice.shows("bob00001 is here"));
  ASSERT_TRUE(bob.shows("alice001 is here"));
  bob.press(kCtrlD);
  EXPECT_EQ(bob.await_exit(), 0);
  EXPECT_TRUE(alice.shows("* demo:bob00001 has left"));
}

TEST_F(Chat, EndsWhenItIsReplaced) {
  Terminal older(as("alice001"));
  Terminal bob(as("bob00001"));
  ASSERT_TRUE(bob.shows("alice001 is here"));
  Terminal newer(as("alice001"));
  EXPECT_TRUE(older.shows("REPLACED"));
  EXPECT_EQ(older.await_exit(), 1);
}

}  // namespace
}  // namespace plugboard::test
