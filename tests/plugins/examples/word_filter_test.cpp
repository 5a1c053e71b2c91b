#include <gtest/gtest.h>

#include "plugins/examples/example.hpp"

using plugboard::Status;
using plugboard::testing::TestHost;
using plugboard::testing::TestInstance;

namespace {

constexpr const char* kConfig =
    R"({"words":["Spam","häm"],"redirect":{"pwa:support1":"pwa:support2"}})";

class WordFilter : public testing::Test {
 protected:
  Status send(const std::string& payload, const std::string& to = "pwa:bob00001") {
    return filter.route(
        "pwa:alice001", to,
        R"({"from":"pwa:alice001","to":")" + to + R"(","payload":)" + payload + "}");
  }

  TestHost host;
  TestInstance filter{example("word-filter"), host, kConfig};
};

}  // namespace

TEST_F(WordFilter, LetsOtherMessagesPass) {
  EXPECT_EQ(send(R"({"text":"hello","n":[1,2.5,null,true]})"), Status::kNext);
  EXPECT_FALSE(host.take_route().answer.has_value());
}

TEST_F(WordFilter, DropsMessagesWithAWordAndTellsTheSender) {
  EXPECT_EQ(send(R"({"text":["buy SPAM now"]})"), Status::kDeny);
  EXPECT_EQ(host.take_route().answer,
            "WORD_NOT_ALLOWED: Your message holds a word that is not allowed here");
}

TEST_F(WordFilter, FindsWordsInNamesOfMembers) { EXPECT_EQ(send(R"({"spam":1})"), Status::kDeny); }

TEST_F(WordFilter, FindsWordsThatAreSpelledWithEscapes) {
  EXPECT_EQ(send(R"("sp\u0061m")"), Status::kDeny);
  EXPECT_EQ(send(R"("h\u00e4m")"), Status::kDeny);
}

TEST_F(WordFilter, DoesNotLetMessagesPassThatNestTooDeeplyToBeLookedInto) {
  EXPECT_EQ(send(std::string(500, '[') + R"("sp\u0061m")" + std::string(500, ']')), Status::kError);
}

TEST_F(WordFilter, NeedNotLookIntoMessagesWithoutEscapesInWhichNoWordStands) {
  EXPECT_EQ(send(std::string(500, '[') + std::string(500, ']')), Status::kNext);
}

TEST_F(WordFilter, ToleratesNumbersOfAnySize) { EXPECT_EQ(send("1e999"), Status::kNext); }

TEST_F(WordFilter, RedirectsMessages) {
  EXPECT_EQ(send("{}", "pwa:support1"), Status::kNext);
  EXPECT_EQ(host.take_route().receivers, std::vector<std::string>{"pwa:support2"});
}

TEST_F(WordFilter, TakesNewRules) {
  EXPECT_TRUE(filter.reconfigure(R"({"words":["other"]})"));
  EXPECT_EQ(send(R"("spam")"), Status::kNext);
  EXPECT_EQ(send(R"("other")"), Status::kDeny);
}

TEST_F(WordFilter, NamesTheRedirectThatIsNoAddress) {
  EXPECT_FALSE(filter.reconfigure(R"({"redirect":{"pwa:a/b":"nowhere"}})"));
  EXPECT_EQ(host.problems().at(0).pointer, "/redirect/pwa:a~1b");
}
