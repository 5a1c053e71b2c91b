#include "key-store-sql/answer_cache.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace plugboard::key_store_sql {
namespace {

using namespace std::chrono_literals;

KeyDigest digest(std::uint64_t number) {
  KeyDigest result{};
  std::memcpy(result.data(), &number, sizeof number);
  return result;
}

std::shared_ptr<const KeyAnswer> held(const std::string& ids = "") {
  return std::make_shared<const KeyAnswer>(Grant{.ids = ids});
}
std::shared_ptr<const KeyAnswer> not_held() { return std::make_shared<const KeyAnswer>(); }

class Answers : public ::testing::Test {
 protected:
  void store(std::uint64_t key, std::shared_ptr<const KeyAnswer> answer) {
    cache.store(digest(key), std::move(answer), cache.next_question(), now);
  }
  bool knows(std::uint64_t key) { return cache.find(digest(key), now) != nullptr; }

  AnswerCache::Time now = 100s;
  AnswerCache cache{{.ttl = 60s, .negative_ttl = 5s}};
};

TEST_F(Answers, AreKeptForTheirTime) {
  store(1, held("x"));
  store(2, not_held());
  now += 4s;
  EXPECT_EQ(cache.find(digest(1), now)->value().ids, "x");
  EXPECT_TRUE(knows(2));
  now += 1s;
  EXPECT_FALSE(knows(2));
  now += 55s;
  EXPECT_FALSE(knows(1));
}

TEST_F(Answers, ToLaterQuestionsWin) {
  const auto early = cache.next_question();
  const auto late = cache.next_question();
  cache.store(digest(1), not_held(), late, now);
  cache.store(digest(1), held(), early, now);
  EXPECT_FALSE(cache.find(digest(1), now)->has_value());
}

TEST_F(Answers, ThatAreTooOldStillKeepOlderOnesOut) {
  const auto early = cache.next_question();
  cache.store(digest(1), not_held(), cache.next_question(), now);
  now += 5s;
  cache.store(digest(1), held(), early, now);
  EXPECT_FALSE(knows(1));
}

TEST_F(Answers, AreBoundedByNumber) {
  for (std::uint64_t key = 0; key <= AnswerCache::kMaxEntries; ++key) store(key, held());
  EXPECT_EQ(cache.size(), AnswerCache::kMaxEntries);
  EXPECT_FALSE(knows(0));
  EXPECT_TRUE(knows(1));
}

TEST_F(Answers, InUseStayWhenOthersGo) {
  for (std::uint64_t key = 0; key < AnswerCache::kMaxEntries; ++key) store(key, held());
  EXPECT_TRUE(knows(0));
  store(AnswerCache::kMaxEntries, held());
  EXPECT_TRUE(knows(0));
  EXPECT_FALSE(knows(1));
}

TEST_F(Answers, ToWrongKeysPushNoRightOnesOut) {
  store(0, held());
  for (std::uint64_t key = 1; key <= AnswerCache::kMaxEntries + 10; ++key) store(key, not_held());
  EXPECT_TRUE(knows(0));
}

TEST_F(Answers, AreBoundedByBytes) {
  const std::string large(1024 * 1024, 'x');
  for (std::uint64_t key = 0; key < 100; ++key) store(key, held(large));
  EXPECT_LT(cache.size(), 65u);
  EXPECT_TRUE(knows(99));
}

TEST_F(Answers, ChangeTheirTimeWithTheBounds) {
  store(1, held());
  now += 30s;
  cache.set_bounds({.ttl = 30s, .negative_ttl = 5s});
  EXPECT_FALSE(knows(1));
}

}  // namespace
}  // namespace plugboard::key_store_sql
