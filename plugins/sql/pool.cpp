#include "sql/pool.hpp"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "sql/health.hpp"

namespace plugboard::sql {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{100};
constexpr milliseconds kLongestPause{1000};
constexpr milliseconds kGoodbye{500};
// A statement may begin just after the watchdog has interrupted the one before it.
constexpr milliseconds kInterruptAgain{50};
// How long a client library may take to connect, beyond what it was told, before its thread is left
// to itself: looking up a host's name may take long, and the first words after the handshake have
// no bound.
constexpr std::chrono::seconds kConnectGrace{10};
// The same when everything ends.
constexpr std::chrono::seconds kLastGrace{1};
constexpr std::chrono::seconds kLeastConnect{2};  // libpq's
// Threads that were left to themselves and have not come back.
constexpr std::size_t kMaxAbandoned = 64;

/// A thread of a plugin must not take the signals that the relay waits for.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

}  // namespace

// Shared with the threads, so that one that hangs while it connects may outlive the pool.
struct Pool::State : std::enable_shared_from_this<State> {
  struct Waiting {
    std::unique_ptr<Job> job;
    Clock::time_point deadline;
    bool tried = false;  // on a connection that was broken
  };

  /// One thread and its connection.
  struct Slot {
    std::thread thread;
    Connection* guarded = nullptr;  // that the thread is using now
    Clock::time_point deadline{};   // of that use
    bool saying_goodbye = false;    // in that use: stopping need not hurry it
    bool interrupted = false;       // that use
    bool connecting = false;
    Clock::time_point connecting_since{};
    bool abandoned = false;
    bool ended = false;
  };

  State(Host host, PoolSettings its_settings, Fit its_fit)
      : settings(std::move(its_settings)),
        fit(std::move(its_fit)),
        health(host, settings.url.place) {}

  void start();
  void add_slot();
  void run(const std::shared_ptr<Slot>& slot);
  [[nodiscard]] std::unique_ptr<Connection> connect(const std::shared_ptr<Slot>& slot);
  [[nodiscard]] std::unique_ptr<Connection> connect_now(const std::shared_ptr<Slot>& slot);
  void serve(const std::shared_ptr<Slot>& slot, Connection& connection);
  [[nodiscard]] bool run_job(const std::shared_ptr<Slot>& slot, Connection& connection,
                             Waiting waiting);
  void give_back(Waiting waiting);
  void say_goodbye(const std::shared_ptr<Slot>& slot, Connection& connection);
  void note_unreachable(const std::string& sentence);
  void watch();
  Clock::time_point look_after_slots(Clock::time_point now);
  std::vector<std::unique_ptr<Job>> take_expired(Clock::time_point now);

  template <class F>
  bool guard(const std::shared_ptr<Slot>& slot, Connection& connection, Clock::time_point deadline,
             F&& use);

  static void fail(const std::vector<std::unique_ptr<Job>>& jobs) {
    for (const auto& job : jobs) job->fail();
  }
  [[nodiscard]] std::vector<std::unique_ptr<Job>> take_all() {
    std::vector<std::unique_ptr<Job>> jobs;
    for (Waiting& waiting : queue) jobs.push_back(std::move(waiting.job));
    queue.clear();
    return jobs;
  }

  const PoolSettings settings;
  const Fit fit;
  Health health;

  std::mutex mutex;
  std::condition_variable work;         // for threads with a connection
  std::condition_variable may_connect;  // for threads without
  std::condition_variable watch_again;  // for the watchdog
  std::condition_variable quiet;        // for those who wait for jobs and threads to end
  // All below: guarded by mutex.
  std::deque<Waiting> queue;  // oldest first, and so by deadline
  std::vector<std::shared_ptr<Slot>> slots;
  std::size_t running = 0;
  std::size_t live = 0;
  std::size_t connecting = 0;
  std::size_t abandoned = 0;
  bool unreachable = false;  // the latest attempt to connect failed, and no connection is left
  milliseconds pause = kFirstPause;
  Clock::time_point next_attempt{};
  bool stopping = false;
  std::thread watchdog;
};

/// Lets the watchdog interrupt the connection from `deadline` on while `use` runs. True if it did.
template <class F>
bool Pool::State::guard(const std::shared_ptr<Slot>& slot, Connection& connection,
                        Clock::time_point deadline, F&& use) {
  {
    const std::lock_guard lock(mutex);
    slot->guarded = &connection;
    slot->deadline = deadline;
    slot->interrupted = false;
  }
  watch_again.notify_one();
  const auto release = [&] {
    const std::lock_guard lock(mutex);
    slot->guarded = nullptr;
    return slot->interrupted;
  };
  try {
    use();
  } catch (...) {
    release();
    throw;
  }
  return release();
}

void Pool::State::start() {
  const std::lock_guard lock(mutex);
  const SignalsBlocked blocked;
  watchdog = std::thread([this] { watch(); });
  for (std::size_t i = 0; i < settings.connections; ++i) add_slot();
}

void Pool::State::add_slot() {
  auto slot = std::make_shared<Slot>();
  slot->thread = std::thread([self = shared_from_this(), slot] { self->run(slot); });
  slots.push_back(std::move(slot));
}

void Pool::State::run(const std::shared_ptr<Slot>& slot) {
  pthread_setname_np(pthread_self(), "sql");
  while (const std::unique_ptr<Connection> connection = connect(slot)) {
    serve(slot, *connection);
    say_goodbye(slot, *connection);
  }
  const std::lock_guard lock(mutex);
  slot->ended = true;
  quiet.notify_all();
}

// Tries until it succeeds. Null: the thread is to end.
std::unique_ptr<Connection> Pool::State::connect(const std::shared_ptr<Slot>& slot) {
  for (;;) {
    {
      std::unique_lock lock(mutex);
      // While the server is out of reach, one thread at a time tries.
      while (!stopping && unreachable && (connecting != 0 || Clock::now() < next_attempt)) {
        if (connecting != 0) {
          may_connect.wait(lock);
        } else {
          may_connect.wait_until(lock, next_attempt);
        }
      }
      if (stopping) return nullptr;
      ++connecting;
      slot->connecting = true;
      slot->connecting_since = Clock::now();
    }
    watch_again.notify_one();

    std::unique_ptr<Connection> connection;
    std::string problem;
    try {
      connection = connect_now(slot);
    } catch (const Failure& failure) {
      problem = failure.what();
    }

    {
      const std::lock_guard lock(mutex);
      if (slot->abandoned) {
        --abandoned;
        return nullptr;
      }
      --connecting;
      slot->connecting = false;
      if (connection != nullptr) {
        ++live;
        unreachable = false;
        pause = kFirstPause;
      }
    }
    may_connect.notify_all();
    if (connection != nullptr) {
      health.succeeded();
      return connection;
    }
    note_unreachable(problem);
  }
}

std::unique_ptr<Connection> Pool::State::connect_now(const std::shared_ptr<Slot>& slot) {
  auto connection = std::make_unique<Connection>(settings.url, settings.options);
  {
    const std::lock_guard lock(mutex);
    if (slot->abandoned || stopping) {
      throw Failure(Cause::kConnection, "the connection came too late");
    }
    slot->connecting = false;  // from here on it can be interrupted
  }
  const auto patience = [&](milliseconds time) {
    {
      const std::lock_guard lock(mutex);
      slot->deadline = Clock::now() + time;
    }
    watch_again.notify_one();
  };
  const bool interrupted = guard(slot, *connection, Clock::now() + settings.timeout, [&] {
    connection->set_up();
    if (fit) fit(*connection, patience);
  });
  if (interrupted) throw Failure(Cause::kTooSlow, "it took too long to answer");
  return connection;
}

void Pool::State::say_goodbye(const std::shared_ptr<Slot>& slot, Connection& connection) {
  {
    const std::lock_guard lock(mutex);
    slot->saying_goodbye = true;
  }
  guard(slot, connection, Clock::now() + kGoodbye, [&] { connection.close(); });
  const std::lock_guard lock(mutex);
  slot->saying_goodbye = false;
}

void Pool::State::note_unreachable(const std::string& sentence) {
  std::vector<std::unique_ptr<Job>> jobs;
  {
    const std::lock_guard lock(mutex);
    if (stopping) return;
    next_attempt = Clock::now() + pause;
    pause = std::min(pause * 2, kLongestPause);
    unreachable = live == 0 && connecting == 0;  // others may be luckier
    if (unreachable) jobs = take_all();
  }
  health.failed(sentence);
  fail(jobs);
  std::unique_lock lock(mutex);
  // Also where other connections live, so that a server that takes no more is left in peace.
  may_connect.wait_until(lock, next_attempt, [&] { return stopping; });
}

// Until the connection is of no more use.
void Pool::State::serve(const std::shared_ptr<Slot>& slot, Connection& connection) {
  for (bool good = true; good;) {
    Waiting waiting;
    {
      std::unique_lock lock(mutex);
      work.wait(lock, [&] { return stopping || !queue.empty(); });
      if (stopping) break;
      waiting = std::move(queue.front());
      queue.pop_front();
      ++running;
    }
    if (connection.is_current()) {
      good = run_job(slot, connection, std::move(waiting));
    } else {
      give_back(std::move(waiting));
      good = false;
    }
    const std::lock_guard lock(mutex);
    --running;
    quiet.notify_all();
  }
  const std::lock_guard lock(mutex);
  --live;
}

// To whoever has a connection that works.
void Pool::State::give_back(Waiting waiting) {
  {
    const std::lock_guard lock(mutex);
    if (!stopping) {
      queue.push_front(std::move(waiting));
      work.notify_one();
      watch_again.notify_one();
      return;
    }
  }
  waiting.job->fail();
}

// False if the connection is of no more use.
bool Pool::State::run_job(const std::shared_ptr<Slot>& slot, Connection& connection,
                          Waiting waiting) {
  bool interrupted = false;
  std::string problem;
  Cause cause = Cause::kOther;
  try {
    interrupted = guard(slot, connection, waiting.deadline, [&] { waiting.job->run(connection); });
    health.succeeded();
    return !interrupted;
  } catch (const Failure& failure) {
    cause = failure.cause();
    problem = failure.what();
  } catch (const std::exception& failure) {
    problem = failure.what();
  } catch (...) {
    problem = "failed with an exception of unknown type";
  }
  bool again = false;
  {
    const std::lock_guard lock(mutex);
    interrupted = slot->interrupted;
    again = cause == Cause::kConnection && !interrupted && !waiting.tried &&
            Clock::now() < waiting.deadline;
  }
  if (again) {
    waiting.tried = true;
    give_back(std::move(waiting));
    return false;
  }
  health.failed(interrupted
                    ? "it did not answer in " + std::to_string(settings.timeout.count()) + " ms"
                    : problem);
  waiting.job->fail();
  return cause != Cause::kConnection && !interrupted;
}

void Pool::State::watch() {
  pthread_setname_np(pthread_self(), "sql-watchdog");
  std::unique_lock lock(mutex);
  while (!stopping || running != 0 || std::any_of(slots.begin(), slots.end(), [](const auto& slot) {
    return slot->guarded != nullptr;
  })) {
    const auto now = Clock::now();
    auto jobs = take_expired(now);
    if (!jobs.empty()) {
      lock.unlock();
      health.failed("no connection was free for " + std::to_string(settings.timeout.count()) +
                    " ms");
      fail(jobs);
      lock.lock();
      quiet.notify_all();
      continue;
    }
    auto next = look_after_slots(now);
    if (!queue.empty()) next = std::min(next, queue.front().deadline);
    if (next == Clock::time_point::max()) {
      watch_again.wait(lock);
    } else {
      watch_again.wait_until(lock, next);
    }
  }
}

std::vector<std::unique_ptr<Job>> Pool::State::take_expired(Clock::time_point now) {
  std::vector<std::unique_ptr<Job>> jobs;
  while (!queue.empty() && queue.front().deadline <= now) {
    jobs.push_back(std::move(queue.front().job));
    queue.pop_front();
  }
  return jobs;
}

// Interrupts what takes too long, and replaces threads that hang while connecting. When to look
// again.
Clock::time_point Pool::State::look_after_slots(Clock::time_point now) {
  auto next = Clock::time_point::max();
  std::size_t lost = 0;
  for (const auto& slot : slots) {
    if (slot->guarded != nullptr) {
      if (slot->deadline <= now || (stopping && !slot->saying_goodbye)) {
        slot->interrupted = true;
        slot->guarded->interrupt();
        next = std::min(next, now + kInterruptAgain);
      } else {
        next = std::min(next, slot->deadline);
      }
    } else if (slot->connecting && !slot->abandoned) {
      const auto late = slot->connecting_since + settings.options.time + kConnectGrace;
      if (late > now) {
        next = std::min(next, late);
      } else if (abandoned < kMaxAbandoned) {
        slot->abandoned = true;
        slot->thread.detach();
        ++abandoned;
        ++lost;
        --connecting;
      }
    }
  }
  if (lost != 0) {
    std::erase_if(slots, [](const auto& slot) { return slot->abandoned; });
    const SignalsBlocked blocked;
    for (; lost != 0 && !stopping; --lost) add_slot();
    may_connect.notify_all();
  }
  return next;
}

Pool::Pool(Host host, PoolSettings settings, Fit fit)
    : state_(std::make_shared<State>(host, std::move(settings), std::move(fit))) {
  try {
    state_->start();
  } catch (...) {
    stop();  // no thread may be left
    throw;
  }
}

Pool::~Pool() { stop(); }

void Pool::submit(std::unique_ptr<Job> job) {
  State& state = *state_;
  {
    const std::lock_guard lock(state.mutex);
    if (!state.stopping && !state.unreachable && state.queue.size() < state.settings.max_waiting) {
      state.queue.push_back({std::move(job), Clock::now() + state.settings.timeout});
      state.work.notify_one();
      if (state.queue.size() == 1) state.watch_again.notify_one();
      return;
    }
  }
  job->fail();
}

void Pool::finish() {
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  state.quiet.wait_for(lock, state.settings.timeout,
                       [&] { return state.queue.empty() && state.running == 0; });
}

void Pool::stop() {
  State& state = *state_;
  std::vector<std::unique_ptr<Job>> jobs;
  std::vector<std::shared_ptr<State::Slot>> slots;
  {
    std::unique_lock lock(state.mutex);
    if (state.stopping) return;
    state.stopping = true;
    jobs = state.take_all();
    slots = state.slots;
  }
  state.work.notify_all();
  state.may_connect.notify_all();
  state.watch_again.notify_all();
  state.fail(jobs);
  {
    // Only threads that are connecting can be left to themselves: they touch nothing of the host.
    std::unique_lock lock(state.mutex);
    const auto busy_connecting = [&] {
      return std::any_of(slots.begin(), slots.end(),
                         [](const auto& slot) { return !slot->ended && slot->connecting; });
    };
    state.quiet.wait_for(
        lock, std::max<milliseconds>(state.settings.options.time, kLeastConnect) + kLastGrace,
        [&] { return !busy_connecting(); });
    for (const auto& slot : slots) {
      if (slot->connecting && !slot->ended && !slot->abandoned) {
        slot->abandoned = true;
        ++state.abandoned;
        slot->thread.detach();
      }
    }
  }
  for (const auto& slot : slots) {
    if (slot->thread.joinable()) slot->thread.join();
  }
  state.watch_again.notify_all();
  if (state.watchdog.joinable()) state.watchdog.join();
  state.health.fall_silent();
}

std::size_t Pool::live_connections() const {
  const std::lock_guard lock(state_->mutex);
  return state_->live;
}

}  // namespace plugboard::sql
