// Connections to one database, each with a thread of its own that waits for it, so that nobody else
// has to; and a watchdog that ends calls which take too long. A server that hangs without closing
// its connections does not keep to the time-outs of its client libraries: then the watchdog shuts
// the socket down under the call.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <plugboard/plugin.hpp>

#include "sql/connection.hpp"
#include "sql/database_url.hpp"

namespace plugboard::sql {

/// Something to ask the database. Exactly one of two things happens to it: `run` returns, or `fail`
/// is called.
class Job {
 public:
  Job() = default;
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  virtual ~Job() = default;

  /// On a thread of the pool. Throws Failure if it cannot be done. Called a second time if the
  /// connection turned out to be broken, so what it does must come to the same when done twice.
  virtual void run(Connection& connection) = 0;

  /// It was not done, or not as far as is known. On any thread, holding no lock; must not block.
  virtual void fail() noexcept = 0;
};

struct PoolSettings {
  DatabaseUrl url;
  ConnectionOptions options{};
  std::size_t connections = 4;
  /// From when a job is handed in until it is given up.
  std::chrono::milliseconds timeout{3000};
  /// Jobs that may wait for a connection; more fail at once.
  std::size_t max_waiting = 1024;
};

class Pool {
 public:
  /// What is done with each new connection before it serves: it throws Failure if the database is
  /// not fit. It has as long as a job may take; once it has called its second argument, which says
  /// how long that is, it has that much. Several threads at once.
  using Patience = std::function<void(std::chrono::milliseconds)>;
  using Fit = std::function<void(Connection&, const Patience&)>;

  /// Starts to connect, and waits for nothing. `host` is used until `stop` or the destructor.
  Pool(Host host, PoolSettings settings, Fit fit = {});
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool();

  /// Takes a job in: returns at once. Fails it if too many wait, or if the database is known to be
  /// out of reach. Any thread, [io] too.
  void submit(std::unique_ptr<Job> job);

  /// Waits until what has been taken in is done, at most as long as a job may take. [control]
  void finish();

  /// Fails what waits, ends what runs, and the threads. Idempotent. [control]
  void stop();

  /// For tests and messages: connections that serve now.
  [[nodiscard]] std::size_t live_connections() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace plugboard::sql
