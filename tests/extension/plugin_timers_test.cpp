#include "extension/plugin_timers.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "extension/await.hpp"

namespace plugboard::extension::test {
namespace {

constexpr std::uint64_t kMs = 1'000'000;

class PluginTimersTest : public testing::Test {
 protected:
  /// Every test ends with it, before what its timers refer to goes.
  void end() {
    timers_.stop_all();
    EXPECT_TRUE(lane_->close(std::chrono::steady_clock::now() + kLongEnough));
  }

  void advance(std::uint64_t ns) {
    now_.fetch_add(ns);
    service_.wake();
  }
  plugboard_timer start(std::uint64_t delay_ns, std::uint64_t period_ns,
                        std::function<void()>& fire) {
    plugboard_timer timer = 0;
    EXPECT_EQ(
        timers_.start(
            delay_ns, period_ns,
            [](void* context) { (*static_cast<std::function<void()>*>(context))(); }, &fire, timer),
        PLUGBOARD_OK);
    EXPECT_NE(timer, 0u);
    return timer;
  }

  std::atomic<std::uint64_t> now_ = 0;
  WorkerPool pool_{4};
  std::unique_ptr<WorkerPool::Lane> lane_ = pool_.make_lane(1000);
  TimerService service_{[this] { return now_.load(); }};
  PluginTimers timers_{service_, *lane_,
                       [](PluginTimers::Fire fire, void* context) { fire(context); }};
};

TEST_F(PluginTimersTest, OneWithoutAPeriodFiresOnce) {
  std::atomic<int> fired = 0;
  std::function<void()> fire = [&] { ++fired; };
  const plugboard_timer timer = start(10 * kMs, 0, fire);
  advance(10 * kMs);
  ASSERT_TRUE(await([&] { return fired == 1; }));
  ASSERT_TRUE(await([&] { return timers_.stop(timer) == PLUGBOARD_GONE; }));
  end();
}

TEST_F(PluginTimersTest, OneWithAPeriodFiresAgainAndAgain) {
  std::atomic<int> fired = 0;
  std::function<void()> fire = [&] { ++fired; };
  start(10 * kMs, 10 * kMs, fire);
  for (int i = 1; i <= 5; ++i) {
    advance(10 * kMs);
    ASSERT_TRUE(await([&] { return fired == i; }));
  }
  end();
}

TEST_F(PluginTimersTest, CallsThatWouldOverlapAreLeftOut) {
  std::atomic<int> fired = 0;
  Door door;
  std::function<void()> fire = [&] {
    ++fired;
    door.wait();
  };
  start(10 * kMs, 10 * kMs, fire);
  advance(10 * kMs);
  ASSERT_TRUE(await([&] { return fired == 1; }));
  advance(10 * kMs);
  Mailbox<int> passed;
  service_.at(now_.load(), [&] { passed.put(1); });
  ASSERT_TRUE(passed.take());
  EXPECT_EQ(fired, 1);
  door.open();
  end();
}

TEST_F(PluginTimersTest, WhatWasMissedIsNotMadeUpFor) {
  std::atomic<int> fired = 0;
  std::function<void()> fire = [&] { ++fired; };
  start(10 * kMs, 10 * kMs, fire);
  advance(95 * kMs);
  ASSERT_TRUE(await([&] { return fired == 1; }));
  advance(4 * kMs);
  Mailbox<int> passed;
  service_.at(now_.load(), [&] { passed.put(1); });
  ASSERT_TRUE(passed.take());
  EXPECT_EQ(fired, 1) << "the rhythm stays: 10, 20, ... 100";
  advance(1 * kMs);
  EXPECT_TRUE(await([&] { return fired == 2; }));
  end();
}

TEST_F(PluginTimersTest, AStoppedOneDoesNotFire) {
  std::function<void()> fire = [] { ADD_FAILURE(); };
  const plugboard_timer timer = start(10 * kMs, 0, fire);
  EXPECT_EQ(timers_.stop(timer), PLUGBOARD_OK);
  EXPECT_EQ(timers_.stop(timer), PLUGBOARD_GONE);
  advance(10 * kMs);
  end();
}

TEST_F(PluginTimersTest, StoppingWaitsForACallThatIsRunning) {
  Door door;
  Mailbox<int> inside;
  std::atomic<bool> out = false;
  std::function<void()> fire = [&] {
    inside.put(1);
    door.wait();
    out = true;
  };
  const plugboard_timer timer = start(0, 10 * kMs, fire);
  service_.wake();
  ASSERT_TRUE(inside.take());
  std::jthread opening([&] { door.open(); });
  EXPECT_EQ(timers_.stop(timer), PLUGBOARD_OK);
  EXPECT_TRUE(out);
  end();
}

TEST_F(PluginTimersTest, ATimerMayStopItself) {
  Mailbox<plugboard_status> stopped;
  plugboard_timer timer = 0;
  Mailbox<int> known;
  std::function<void()> fire = [&] {
    (void)known.take();
    stopped.put(timers_.stop(timer));
  };
  timer = start(0, 10 * kMs, fire);
  known.put(1);
  EXPECT_EQ(stopped.take(), PLUGBOARD_OK);
  end();
}

TEST_F(PluginTimersTest, ThereAreAtMost1024) {
  std::function<void()> fire = [] {};
  for (std::size_t i = 0; i < PluginTimers::kMaxTimers; ++i) start(1000 * kMs, 0, fire);
  plugboard_timer timer = 0;
  EXPECT_EQ(timers_.start(
                kMs, 0, [](void*) {}, nullptr, timer),
            PLUGBOARD_FULL);
  end();
}

TEST_F(PluginTimersTest, OneWithoutAFunctionIsInvalid) {
  plugboard_timer timer = 0;
  EXPECT_EQ(timers_.start(kMs, 0, nullptr, nullptr, timer), PLUGBOARD_INVALID);
  end();
}

TEST_F(PluginTimersTest, NoneIsStartedAfterTheEnd) {
  timers_.stop_all();
  plugboard_timer timer = 0;
  EXPECT_EQ(timers_.start(
                kMs, 0, [](void*) {}, nullptr, timer),
            PLUGBOARD_GONE);
  end();
}

TEST_F(PluginTimersTest, ADelayBeyondAllTimeIsFine) {
  std::function<void()> fire = [] { ADD_FAILURE(); };
  start(UINT64_MAX, UINT64_MAX, fire);
  end();
}

}  // namespace
}  // namespace plugboard::extension::test
