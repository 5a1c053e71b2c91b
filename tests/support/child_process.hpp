// A program that a test runs: what it prints is captured as it comes, and it never outlives the
// test. A thread of its own drains the pipes, so that the program never blocks on them; every
// method may be called from the test's thread.
#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/deadline.hpp"

namespace plugboard::test {

/// Variables set in the child on top of the test's own environment.
using Environment = std::vector<std::pair<std::string, std::string>>;

/// How a program ended.
struct ExitStatus {
  /// What it returned; -1 if a signal ended it.
  int code = -1;
  /// The signal that ended it; 0 if none did.
  int signal = 0;
};

class ChildProcess {
 public:
  /// Starts `arguments[0]` (a path) with standard input from /dev/null, or from `input` if given.
  /// `folder`, if not empty, is where it starts. Throws if the program cannot be run.
  explicit ChildProcess(const std::vector<std::string>& arguments,
                        const Environment& environment = {}, const std::string& folder = {},
                        const std::optional<std::string>& input = std::nullopt);

  /// Kills the program, and no other, if it still runs.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ChildProcess(ChildProcess&&) = delete;
  ChildProcess& operator=(ChildProcess&&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }

  /// What it has written so far.
  [[nodiscard]] std::string standard_output() const;
  [[nodiscard]] std::string standard_error() const;

  /// Waits until `done(stdout, stderr)` holds, asked after each piece of output, or until the
  /// program has ended. False if it never held.
  [[nodiscard]] bool await_output(
      const std::function<bool(const std::string& out, const std::string& err)>& done,
      Deadline deadline = Deadline()) const;

  /// Waits for the end and everything that was printed; nothing if the program still runs.
  [[nodiscard]] std::optional<ExitStatus> await_exit(Deadline deadline = Deadline()) const;

  /// Sends a signal; nothing happens if the program has ended.
  void signal(int number) const;

 private:
  void drain(int out_fd, int err_fd);

  pid_t pid_ = -1;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::string out_;
  std::string err_;
  std::optional<ExitStatus> exit_;
  std::thread drainer_;
};

/// Runs a program to its end and says how it went.
struct Finished {
  int code = -1;  ///< -1 when a signal ended it
  std::string out = {};
  std::string err = {};
};

/// Throws if the program does not end in time.
Finished run_to_end(const std::vector<std::string>& arguments, const Environment& environment = {},
                    const std::string& folder = {},
                    const std::optional<std::string>& input = std::nullopt);

}  // namespace plugboard::test
