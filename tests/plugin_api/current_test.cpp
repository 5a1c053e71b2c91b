#include <gtest/gtest.h>
#include <plugboard/current.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using plugboard::Current;

TEST(Current, ReadersKeepTheValueTheyGot) {
  Current<std::string> current(std::string("old"));
  const auto before = current.get();
  current.set("new");
  EXPECT_EQ(*before, "old");
  EXPECT_EQ(*current.get(), "new");
}

TEST(Current, ExchangeReturnsTheOldValue) {
  Current<int> current(1);
  EXPECT_EQ(*current.exchange(std::make_shared<const int>(2)), 1);
}

TEST(Current, ManyThreadsReadWhileOneWrites) {
  Current<std::vector<int>> current(std::vector<int>(8, 0));
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  std::atomic<int> torn = 0;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        const auto value = current.get();
        for (const int item : *value) torn += item != value->front();
      }
    });
  }
  for (int i = 1; i < 1000; ++i) current.set(std::vector<int>(8, i));
  done = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(torn, 0);
}
