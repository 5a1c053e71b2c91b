// The threads of the room: serial threads, worker pool, timers, and calls with a deadline.
#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "extension/await.hpp"
#include "extension/control_call.hpp"
#include "extension/gate.hpp"
#include "extension/serial_thread.hpp"
#include "extension/timer_service.hpp"
#include "extension/worker_pool.hpp"

namespace plugboard::extension::test {
namespace {

std::chrono::steady_clock::time_point soon(std::chrono::milliseconds time = kLongEnough) {
  return std::chrono::steady_clock::now() + time;
}

TEST(SerialThread, RunsTasksInTheOrderPosted) {
  std::vector<int> seen;
  SerialThread thread("test");
  for (int i = 0; i < 100; ++i) thread.post([&, i] { seen.push_back(i); });
  EXPECT_TRUE(thread.stop(soon()));
  ASSERT_EQ(seen.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], i);
}

TEST(SerialThread, TakesNothingAfterItsEnd) {
  SerialThread thread("test");
  EXPECT_TRUE(thread.stop(soon()));
  EXPECT_FALSE(thread.post([] { ADD_FAILURE(); }));
}

TEST(SerialThread, IsLeftToItselfWhenATaskHangs) {
  const auto door = std::make_shared<Door>();
  const auto inside = std::make_shared<Mailbox<int>>();
  const auto out = std::make_shared<Mailbox<int>>();
  {
    SerialThread thread("test");
    thread.post([=] {
      inside->put(1);
      door->wait();
      out->put(1);
    });
    ASSERT_TRUE(inside->take());
    EXPECT_FALSE(thread.stop(soon(std::chrono::milliseconds(10))));
  }
  door->open();
  EXPECT_TRUE(out->take());
}

TEST(WorkerPool, RunsEveryJobThatItAccepts) {
  WorkerPool pool(4);
  const auto lane = pool.make_lane(1000);
  std::atomic<int> run = 0;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(lane->post([&] { ++run; }));
  EXPECT_TRUE(lane->close(soon()));
  EXPECT_EQ(run, 1000);
  EXPECT_TRUE(pool.stop(soon()));
}

TEST(WorkerPool, ALaneIsBounded) {
  WorkerPool pool(1);
  const auto lane = pool.make_lane(2);
  Door door;
  Mailbox<int> inside;
  EXPECT_TRUE(lane->post([&] {
    inside.put(1);
    door.wait();
  }));
  ASSERT_TRUE(inside.take());
  EXPECT_TRUE(lane->post([] {}));
  EXPECT_TRUE(lane->post([] {}));
  EXPECT_FALSE(lane->post([] { ADD_FAILURE(); }));
  EXPECT_TRUE(lane->post_unbounded([] {}));
  EXPECT_EQ(lane->waiting(), 3u);
  door.open();
  EXPECT_TRUE(lane->close(soon()));
}

TEST(WorkerPool, AClosedLaneTakesNothing) {
  WorkerPool pool(1);
  const auto lane = pool.make_lane(2);
  EXPECT_TRUE(lane->close(soon()));
  EXPECT_FALSE(lane->post([] { ADD_FAILURE(); }));
}

TEST(WorkerPool, ALaneThatHangsLeavesTheOthersGoing) {
  WorkerPool pool(4);
  const auto hanging = pool.make_lane(100);
  const auto other = pool.make_lane(100);
  Door door;
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(hanging->post([&] { door.wait(); }));
  Mailbox<int> ran;
  EXPECT_TRUE(other->post([&] { ran.put(1); }));
  EXPECT_TRUE(ran.take());
  door.open();
  EXPECT_TRUE(hanging->close(soon()));
}

TEST(WorkerPool, JobsPostedInARowDoNotWaitForEachOther) {
  // The case to hit: one thread, idle, that has not taken the first when the second comes.
  for (int round = 0; round < 200; ++round) {
    WorkerPool pool(4);
    const auto lane = pool.make_lane(100);
    Mailbox<int> warm;
    EXPECT_TRUE(lane->post([&] { warm.put(round); }));
    ASSERT_TRUE(warm.take());
    for (int turn = 0; turn < round; ++turn) std::this_thread::yield();
    Mailbox<int> second;
    Mailbox<bool> first;
    EXPECT_TRUE(lane->post([&] { first.put(second.take().has_value()); }));
    EXPECT_TRUE(lane->post([&] { second.put(round); }));
    ASSERT_TRUE(first.take().value_or(false)) << "in round " << round;
    EXPECT_TRUE(lane->close(soon()));
  }
}

TEST(WorkerPool, LanesTakeTurns) {
  WorkerPool pool(1);
  const auto busy = pool.make_lane(100);
  const auto other = pool.make_lane(100);
  std::vector<char> order;
  Door door;
  EXPECT_TRUE(busy->post([&] { door.wait(); }));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(busy->post([&] { order.push_back('a'); }));
  EXPECT_TRUE(other->post([&] { order.push_back('b'); }));
  door.open();
  EXPECT_TRUE(busy->close(soon()));
  EXPECT_TRUE(other->close(soon()));
  EXPECT_NE(order.back(), 'b');
}

TEST(WorkerPool, StoppingWaitsForAJobOnlySoLong) {
  const auto door = std::make_shared<Door>();
  const auto inside = std::make_shared<Mailbox<int>>();
  const auto out = std::make_shared<Mailbox<int>>();
  {
    WorkerPool pool(1);
    const auto lane = pool.make_lane(1);
    EXPECT_TRUE(lane->post([=] {
      inside->put(1);
      door->wait();
      out->put(1);
    }));
    ASSERT_TRUE(inside->take());
    EXPECT_FALSE(pool.stop(soon(std::chrono::milliseconds(10))));
  }
  door->open();
  EXPECT_TRUE(out->take());
}

class Timers : public testing::Test {
 protected:
  void advance(std::uint64_t ns) {
    now_.fetch_add(ns);
    timers_.wake();
  }

  std::atomic<std::uint64_t> now_ = 1000;
  TimerService timers_{[this] { return now_.load(); }};
};

TEST_F(Timers, FireAtTheirTimeAndNotBefore) {
  Mailbox<std::uint64_t> fired;
  timers_.at(2000, [&] { fired.put(now_.load()); });
  advance(999);
  Mailbox<int> passed;
  timers_.at(0, [&] { passed.put(1); });
  ASSERT_TRUE(passed.take());
  EXPECT_FALSE(fired.has());
  advance(1);
  EXPECT_EQ(fired.take(), 2000u);
}

TEST_F(Timers, FireInTheOrderOfTheirTimes) {
  std::vector<int> order;
  Mailbox<int> last;
  timers_.at(3000, [&] {
    order.push_back(3);
    last.put(1);
  });
  timers_.at(2000, [&] { order.push_back(1); });
  timers_.at(2000, [&] { order.push_back(2); });
  advance(5000);
  ASSERT_TRUE(last.take());
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST_F(Timers, ACancelledOneDoesNotFire) {
  const auto id = timers_.at(2000, [] { ADD_FAILURE(); });
  EXPECT_TRUE(timers_.cancel(id));
  EXPECT_FALSE(timers_.cancel(id));
  Mailbox<int> later;
  timers_.at(2001, [&] { later.put(1); });
  advance(5000);
  EXPECT_TRUE(later.take());
}

TEST_F(Timers, OneThatHasFiredCannotBeCancelled) {
  Mailbox<int> fired;
  const auto id = timers_.at(0, [&] { fired.put(1); });
  ASSERT_TRUE(fired.take());
  EXPECT_FALSE(timers_.cancel(id));
}

TEST_F(Timers, NothingIsScheduledAfterTheEnd) {
  timers_.stop();
  EXPECT_EQ(timers_.at(0, [] { ADD_FAILURE(); }), 0u);
}

TEST(Gate, LetsNobodyInOnceItIsShut) {
  Gate gate;
  ASSERT_TRUE(gate.enter());
  gate.leave();
  EXPECT_TRUE(gate.shut(soon()));
  EXPECT_FALSE(gate.enter());
  EXPECT_TRUE(gate.shut(soon()));
}

TEST(Gate, ShuttingWaitsForThoseInside) {
  Gate gate;
  ASSERT_TRUE(gate.enter());
  EXPECT_FALSE(gate.shut(soon(std::chrono::milliseconds(1))));
  std::jthread leaving([&] { gate.leave(); });
  EXPECT_TRUE(gate.shut(soon()));
}

TEST(DeadlineCall, ReturnsWhenTheWorkIsDone) {
  int done = 0;
  EXPECT_TRUE(run_with_deadline(kLongEnough, [&] { done = 1; }));
  EXPECT_EQ(done, 1);
}

TEST(DeadlineCall, GivesUpOnWorkThatHangs) {
  const auto door = std::make_shared<Door>();
  const auto out = std::make_shared<Mailbox<int>>();
  EXPECT_FALSE(run_with_deadline(std::chrono::milliseconds(10), [=] {
    door->wait();
    out->put(1);
  }));
  door->open();
  EXPECT_TRUE(out->take());
}

}  // namespace
}  // namespace plugboard::extension::test
