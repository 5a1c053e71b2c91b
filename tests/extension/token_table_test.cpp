#include "extension/token_table.hpp"

#include <gtest/gtest.h>
#include <plugboard/key_store.h>

#include <set>
#include <thread>
#include <vector>

#include "extension/await.hpp"

namespace plugboard::extension::test {
namespace {

class Sink final : public AnswerSink {
 public:
  void answered(plugboard_token token, Answer answer) override {
    token_ = token;
    answers_.put(std::move(answer));
  }
  [[nodiscard]] bool told() const { return answers_.has(); }
  plugboard_status status() { return answers_.take()->status; }
  [[nodiscard]] int times() const { return answers_.puts(); }

 private:
  plugboard_token token_ = 0;
  Mailbox<Answer> answers_;
};

class TokenTableTest : public testing::Test {
 protected:
  TokenTable table_{4};
  std::shared_ptr<Sink> sink_ = std::make_shared<Sink>();
  Answer answer_;
};

TEST_F(TokenTableTest, TokensAreNeverZeroAndNeverTheSame) {
  std::set<plugboard_token> seen;
  for (int i = 0; i < 1000; ++i) {
    const plugboard_token token = table_.open(Asked::kKey);
    ASSERT_NE(token, 0u);
    EXPECT_TRUE(seen.insert(token).second);
    EXPECT_EQ(table_.close(token), TokenTable::Closed::kYes);
  }
}

TEST_F(TokenTableTest, BeyondTheLimitThereIsNone) {
  for (int i = 0; i < 4; ++i) EXPECT_NE(table_.open(Asked::kKey), 0u);
  EXPECT_EQ(table_.open(Asked::kKey), 0u);
  EXPECT_EQ(table_.in_flight(), 4u);
}

TEST_F(TokenTableTest, AnAnswerBeforeTheCallReturnsIsTaken) {
  const plugboard_token token = table_.open(Asked::kKey);
  EXPECT_FALSE(table_.take(token));
  EXPECT_EQ(table_.complete(token, PLUGBOARD_DENY, nullptr).status, PLUGBOARD_OK);
  EXPECT_EQ(table_.take(token)->status, PLUGBOARD_DENY);
  EXPECT_EQ(table_.in_flight(), 0u);
}

TEST_F(TokenTableTest, AnAnswerToAParkedTokenTellsTheSinkOnce) {
  const plugboard_token token = table_.open(Asked::kKey);
  EXPECT_EQ(table_.park(token, sink_, answer_), TokenTable::Parked::kWaiting);
  EXPECT_EQ(table_.complete(token, PLUGBOARD_NEXT, nullptr).status, PLUGBOARD_OK);
  EXPECT_EQ(sink_->status(), PLUGBOARD_NEXT);
  EXPECT_EQ(table_.complete(token, PLUGBOARD_NEXT, nullptr).status, PLUGBOARD_INVALID);
  EXPECT_EQ(sink_->times(), 1);
}

TEST_F(TokenTableTest, ParkingFindsTheAnswerThatHasCome) {
  const plugboard_token token = table_.open(Asked::kKey);
  (void)table_.complete(token, PLUGBOARD_DENY, nullptr);
  EXPECT_EQ(table_.park(token, sink_, answer_), TokenTable::Parked::kAnswered);
  EXPECT_EQ(answer_.status, PLUGBOARD_DENY);
}

TEST_F(TokenTableTest, AnAbandonedTokenIsGoneForEverybody) {
  const plugboard_token token = table_.open(Asked::kKey);
  EXPECT_TRUE(table_.abandon(token));
  EXPECT_FALSE(table_.abandon(token));
  EXPECT_FALSE(table_.is_open(token));
  EXPECT_EQ(table_.close(token), TokenTable::Closed::kGone);
  EXPECT_EQ(table_.park(token, sink_, answer_), TokenTable::Parked::kGone);
}

TEST_F(TokenTableTest, ALateAnswerIsGoneAndASecondLateOneIsInvalid) {
  const plugboard_token token = table_.open(Asked::kKey);
  EXPECT_TRUE(table_.abandon(token));
  EXPECT_EQ(table_.complete(token, PLUGBOARD_OK, nullptr).status, PLUGBOARD_GONE);
  EXPECT_EQ(table_.complete(token, PLUGBOARD_OK, nullptr).status, PLUGBOARD_INVALID);
}

TEST_F(TokenTableTest, AnAnswerAfterTheCallAnsweredIsInvalid) {
  const plugboard_token token = table_.open(Asked::kKey);
  EXPECT_EQ(table_.close(token), TokenTable::Closed::kYes);
  const auto completion = table_.complete(token, PLUGBOARD_OK, nullptr);
  EXPECT_EQ(completion.status, PLUGBOARD_INVALID);
  EXPECT_EQ(completion.problem, "a question was answered a second time");
}

TEST_F(TokenTableTest, ACallThatAnsweredTwiceIsToldSo) {
  const plugboard_token token = table_.open(Asked::kKey);
  (void)table_.complete(token, PLUGBOARD_OK, nullptr);
  EXPECT_EQ(table_.close(token), TokenTable::Closed::kAlsoAnswered);
}

TEST_F(TokenTableTest, ATokenThatWasNeverGivenOutIsInvalid) {
  const plugboard_token token = table_.open(Asked::kKey);
  for (const plugboard_token wrong :
       {plugboard_token{0}, plugboard_token{1}, token + 1, token + (1 << 16), UINT64_MAX}) {
    EXPECT_EQ(table_.complete(wrong, PLUGBOARD_OK, nullptr).status, PLUGBOARD_INVALID) << wrong;
  }
}

TEST_F(TokenTableTest, AStatusThatIsNoAnswerCountsAsAFailure) {
  const plugboard_token token = table_.open(Asked::kKey);
  EXPECT_EQ(table_.park(token, sink_, answer_), TokenTable::Parked::kWaiting);
  EXPECT_EQ(table_.complete(token, PLUGBOARD_PENDING, nullptr).status, PLUGBOARD_INVALID);
  EXPECT_EQ(sink_->status(), PLUGBOARD_ERROR);
}

TEST_F(TokenTableTest, OfManyAnswersAtOnceOneCounts) {
  for (int round = 0; round < 200; ++round) {
    const plugboard_token token = table_.open(Asked::kKey);
    auto sink = std::make_shared<Sink>();
    ASSERT_EQ(table_.park(token, sink, answer_), TokenTable::Parked::kWaiting);
    std::atomic<int> counted = 0;
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&] {
          plugboard_grant grant = {};
          grant.size = sizeof grant;
          if (table_.complete(token, PLUGBOARD_OK, &grant).status == PLUGBOARD_OK) ++counted;
        });
      }
      threads.emplace_back([&] {
        if (table_.abandon(token)) ++counted;
      });
    }
    ASSERT_EQ(counted, 1);
  }
}

}  // namespace
}  // namespace plugboard::extension::test
