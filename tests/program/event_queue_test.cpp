#include "peer/event_queue.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>

namespace plugboard::program {
namespace {

constexpr int kMany = 1'000;

std::future<void> push_many(EventQueue& queue) {
  return std::async(std::launch::async, [&queue] {
    for (int n = 0; n < kMany; ++n) queue.push(Message{"demo:bob00001", n});
  });
}

// Waits for an event as the program does, by its thread.
Message next(EventQueue& queue) {
  for (;;) {
    if (auto event = queue.pop()) return std::get<Message>(*event);
    std::this_thread::yield();
  }
}

TEST(EventQueue, HasNothingAtFirst) {
  EventQueue queue;
  EXPECT_FALSE(queue.pop());
}

TEST(EventQueue, HoldsUpWhoPushesMoreThanIsTaken) {
  EventQueue queue;
  const std::future<void> pushing = push_many(queue);
  EXPECT_EQ(pushing.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  queue.close();
}

TEST(EventQueue, LosesNothingOfWhatItHeldUp) {
  EventQueue queue;
  const std::future<void> pushing = push_many(queue);
  for (int n = 0; n < kMany; ++n) ASSERT_EQ(next(queue).payload, n);
}

TEST(EventQueue, HoldsUpNobodyOnceItIsClosed) {
  EventQueue queue;
  std::future<void> pushing = push_many(queue);
  queue.close();
  pushing.get();
}

}  // namespace
}  // namespace plugboard::program
