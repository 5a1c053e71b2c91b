#include <gtest/gtest.h>
#include <plugboard/task.hpp>

#include <memory>

using plugboard::Task;

TEST(Task, RunsWhatItHolds) {
  int runs = 0;
  Task task([&] { ++runs; });
  task();
  task();
  EXPECT_EQ(runs, 2);
}

TEST(Task, HoldsWhatCanOnlyBeMoved) {
  int seen = 0;
  Task task([value = std::make_unique<int>(7), &seen] { seen = *value; });
  Task moved = std::move(task);
  moved();
  EXPECT_EQ(seen, 7);
}

TEST(Task, IsFalseWhenEmpty) {
  EXPECT_FALSE(Task());
  EXPECT_TRUE(Task([] {}));
}
