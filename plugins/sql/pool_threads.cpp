// What each thread of a pool does: connects, serves jobs while the connection is good, and again.
#include <algorithm>
#include <exception>
#include <utility>

#include "own_thread/own_thread.hpp"
#include "sql/pool_state.hpp"

namespace plugboard::sql {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestPause{1000};
constexpr milliseconds kGoodbye{500};

}  // namespace

void Pool::State::add_slot() {
  const auto& slot = slots.emplace_back(std::make_shared<Slot>());
  try {
    slot->thread = start_own_thread("sql", [self = shared_from_this(), slot] { self->run(slot); });
  } catch (...) {
    slots.pop_back();
    throw;
  }
}

void Pool::State::run(const std::shared_ptr<Slot>& slot) {
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

}  // namespace plugboard::sql
