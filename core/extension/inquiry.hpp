// How a question goes down a chain of plugins, some of which answer at once, some on the worker
// pool and some later. One implementation for keys, verification, HTTP and blobs; what differs is a
// Walk:
//
//   using Done      std::function<void(Verdict)>
//   bool at_end()                     no further plugin is to be asked
//   Verdict verdict()                 then, once
//   Stop stop()                       otherwise whom to ask next
//   plugboard_status call(Stop, token, Timing)  asks; on a thread that may block if the plugin may
//   void settle(Answer)               takes in an answer and moves on
//   void own()                        copies what the question borrowed, before it has to wait
//
// `call` may still be running in a plugin that hangs while the walk has moved on, so it goes by the
// Stop and otherwise only reads what `own` made.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "extension/answer.hpp"
#include "extension/instance.hpp"
#include "extension/question.hpp"
#include "extension/token_table.hpp"

namespace plugboard::extension {

/// A question that is being waited for.
class Inquiry {
 public:
  virtual ~Inquiry() = default;

  /// As Question::cancel.
  virtual void cancel() = 0;
};

/// One plugin on the way of a question.
struct Stop {
  Instance* instance = nullptr;  // kept by the walk
  std::size_t link = 0;          // its place in the chain
  Asked asked = Asked::kKey;
  std::chrono::nanoseconds timeout{};  // manifest key plugin.timeout
};

/// Tells the plugin that an answer no longer counts. On the courier's thread.
void call_cancel(Instance& instance, plugboard_token token);
/// The same from any thread, later.
void tell_cancelled(std::shared_ptr<Instance> instance, plugboard_token token);

/// The answer of a call that did not return PENDING; ERROR if it may not return this.
[[nodiscard]] Answer returned_answer(Instance& instance, Asked asked, plugboard_status status,
                                     TokenTable::Closed closed);

template <class Walk>
class ChainInquiry final : public Inquiry,
                           public AnswerSink,
                           public std::enable_shared_from_this<ChainInquiry<Walk>> {
 public:
  using Done = typename Walk::Done;

  ChainInquiry(Walk walk, Done done) : walk_(std::move(walk)), done_(std::move(done)) {}

  /// Asks on, from the present plugin. On one thread at a time: whoever ended the latest token.
  void go_on() {
    while (!walk_.at_end()) {
      const Stop stop = walk_.stop();
      Instance& instance = *stop.instance;
      const plugboard_token token = instance.tokens().open(stop.asked);
      if (token == 0) {
        settle_unasked(instance);
        continue;
      }
      if (!keep(instance, token)) return;
      if (instance.blocking()) {
        start_timer(stop, token);
        if (instance.lane().post([self = self(), stop, token] { self->work(stop, token); })) return;
        stop_timer();
        if (!instance.tokens().abandon(token)) return;
        settle_unasked(instance);
        continue;
      }
      std::optional<Answer> answer = ask(stop, token, Timing::kIo);
      if (!answer) return;
      walk_.settle(std::move(*answer));
    }
    finish();
  }

  /// Goes on with a token whose call has returned PENDING before this object was there.
  void wait_for(const Stop& stop, plugboard_token token) {
    if (!keep(*stop.instance, token)) return;
    Answer answer;
    start_timer(stop, token);
    switch (stop.instance->tokens().park(token, self(), answer)) {
      case TokenTable::Parked::kAnswered:
        stop_timer();
        walk_.settle(std::move(answer));
        go_on();
        return;
      case TokenTable::Parked::kWaiting:
      case TokenTable::Parked::kGone:
        return;
    }
  }

  /// Whether `done` has been started, or never will be.
  [[nodiscard]] bool ended() {
    const std::lock_guard lock(mutex_);
    return ended_;
  }

  void answered(plugboard_token, Answer answer) override {
    // std::function copies, and an answer may be large.
    auto carried = std::make_shared<Answer>(std::move(answer));
    threads().courier.post([self = self(), carried] {
      self->stop_timer();
      self->walk_.settle(std::move(*carried));
      self->go_on();
    });
  }

  void cancel() override {
    std::shared_ptr<Instance> instance;
    plugboard_token token = 0;
    Done done;
    {
      const std::lock_guard lock(mutex_);
      if (ended_) return;
      ended_ = true;
      instance = std::move(instance_);
      token = token_;
      done = std::move(done_);
    }
    stop_timer();
    if (instance != nullptr && instance->tokens().abandon(token)) {
      tell_cancelled(std::move(instance), token);
    }
  }

 private:
  std::shared_ptr<ChainInquiry> self() { return this->shared_from_this(); }
  RoomThreads& threads() { return *threads_; }

  /// Remembers whom to tell of a cancellation. False, and the token is no more, if that has come.
  bool keep(Instance& instance, plugboard_token token) {
    {
      const std::lock_guard lock(mutex_);
      if (!ended_) {
        instance_ = instance.shared_from_this();
        threads_ = &instance.threads();
        token_ = token;
        return true;
      }
    }
    (void)instance.tokens().abandon(token);  // the plugin has not seen it yet
    return false;
  }

  void settle_unasked(Instance& instance) {
    instance.overloaded();
    walk_.settle(Answer{PLUGBOARD_ERROR});
  }

  /// On a worker. A question whose time is up, or that was cancelled, while it stood in the lane is
  /// not asked any more.
  void work(const Stop& stop, plugboard_token token) {
    if (!stop.instance->tokens().is_open(token)) return;
    std::optional<Answer> answer = ask(stop, token, Timing::kMayBlock);
    if (!answer) return;
    // Not on this thread: the next plugin's call would count against this one's lane.
    answered(token, std::move(*answer));
  }

  /// Calls the plugin. An answer: go on with it; none: it comes later, or somebody else goes on.
  std::optional<Answer> ask(const Stop& stop, plugboard_token token, Timing timing) {
    Instance& instance = *stop.instance;
    const plugboard_status status = walk_.call(stop, token, timing);
    if (status != PLUGBOARD_PENDING) {
      const TokenTable::Closed closed = instance.tokens().close(token);
      if (closed == TokenTable::Closed::kGone) return std::nullopt;
      return returned_answer(instance, stop.asked, status, closed);
    }
    Answer answer;
    if (timing == Timing::kIo) start_timer(stop, token);
    switch (instance.tokens().park(token, self(), answer)) {
      case TokenTable::Parked::kAnswered:
        stop_timer();
        return answer;
      case TokenTable::Parked::kWaiting:
      case TokenTable::Parked::kGone:
        break;
    }
    return std::nullopt;
  }

  void start_timer(const Stop& stop, plugboard_token token) {
    TimerService& timers = stop.instance->threads().timers;
    const std::uint64_t when = timers.now_ns() + static_cast<std::uint64_t>(stop.timeout.count());
    const TimerService::Id id =
        timers.at(when, [self = self(), stop, token] { self->expire(stop, token); });
    {
      const std::lock_guard lock(mutex_);
      if (!ended_ && token_ == token) {
        timer_ = id;
        return;
      }
    }
    timers.cancel(id);  // the question was cancelled just now
  }

  void stop_timer() {
    TimerService::Id timer = 0;
    RoomThreads* threads = nullptr;
    {
      const std::lock_guard lock(mutex_);
      timer = std::exchange(timer_, 0);
      threads = threads_;
    }
    if (timer != 0) threads->timers.cancel(timer);
  }

  /// The plugin's time is up. On the timer thread.
  void expire(const Stop& stop, plugboard_token token) {
    if (!stop.instance->tokens().abandon(token)) return;
    stop.instance->threads().courier.post([self = self(), stop, token] {
      stop.instance->timed_out();
      call_cancel(*stop.instance, token);
      self->walk_.settle(Answer{PLUGBOARD_ERROR});
      self->go_on();
    });
  }

  void finish() {
    Done done;
    {
      const std::lock_guard lock(mutex_);
      if (ended_) return;
      ended_ = true;
      instance_.reset();
      done = std::move(done_);
    }
    done(walk_.verdict());
  }

  Walk walk_;  // belongs to whoever ended the latest token
  std::mutex mutex_;
  bool ended_ = false;  // cancelled, or done has been started
  Done done_;
  std::shared_ptr<Instance> instance_;  // that is being asked
  RoomThreads* threads_ = nullptr;      // kept by the instances of the walk
  plugboard_token token_ = 0;
  TimerService::Id timer_ = 0;
};

/// Asks a question. Everything that answers at once is done with on the stack.
template <class Walk>
[[nodiscard]] Question ask_chain(Walk walk, typename Walk::Done done) {
  while (!walk.at_end()) {
    const Stop stop = walk.stop();
    Instance& instance = *stop.instance;
    if (instance.blocking()) {
      walk.own();
      auto inquiry = std::make_shared<ChainInquiry<Walk>>(std::move(walk), std::move(done));
      inquiry->go_on();
      return inquiry->ended() ? Question() : Question(std::move(inquiry));
    }
    const plugboard_token token = instance.tokens().open(stop.asked);
    if (token == 0) {
      instance.overloaded();
      walk.settle(Answer{PLUGBOARD_ERROR});
      continue;
    }
    const plugboard_status status = walk.call(stop, token, Timing::kIo);
    if (status != PLUGBOARD_PENDING) {
      const TokenTable::Closed closed = instance.tokens().close(token);
      walk.settle(returned_answer(instance, stop.asked, status, closed));
      continue;
    }
    if (std::optional<Answer> answer = instance.tokens().take(token)) {
      walk.settle(std::move(*answer));
      continue;
    }
    walk.own();
    auto inquiry = std::make_shared<ChainInquiry<Walk>>(std::move(walk), std::move(done));
    inquiry->wait_for(stop, token);
    return inquiry->ended() ? Question() : Question(std::move(inquiry));
  }
  done(walk.verdict());
  return {};
}

}  // namespace plugboard::extension
