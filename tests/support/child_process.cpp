#include "support/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace plugboard::test {
namespace {

struct Pipe {
  int read_end = -1;
  int write_end = -1;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::generic_category(), "pipe2");
  }
  return {.read_end = ends[0], .write_end = ends[1]};
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  out.reserve(strings.size() + 1);
  for (std::string& string : strings) out.push_back(string.data());
  out.push_back(nullptr);
  return out;
}

std::vector<std::string> merged_environment(const Environment& extra) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view name(*entry, std::strcspn(*entry, "="));
    bool replaced = false;
    for (const auto& [key, value] : extra) replaced = replaced || key == name;
    if (!replaced) all.emplace_back(*entry);
  }
  for (const auto& [key, value] : extra) all.push_back(key + "=" + value);
  return all;
}

/// Appends what can be read now; false at the end of the pipe.
bool read_into(int fd, std::string& text) {
  std::array<char, 16384> buffer{};
  const ssize_t count = ::read(fd, buffer.data(), buffer.size());
  if (count < 0) return errno == EINTR || errno == EAGAIN;
  text.append(buffer.data(), static_cast<std::size_t>(count));
  return count > 0;
}

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& arguments,
                           const Environment& environment, const std::string& folder,
                           const std::optional<std::string>& input) {
  std::vector<std::string> argument_copy = arguments;
  std::vector<std::string> environment_copy = merged_environment(environment);
  const std::vector<char*> argv = pointers(argument_copy);
  const std::vector<char*> envp = pointers(environment_copy);
  const Pipe in = make_pipe();
  const Pipe out = make_pipe();
  const Pipe err = make_pipe();
  const pid_t parent = ::getpid();

  pid_ = ::fork();
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid_ == 0) {
    // Only async-signal-safe calls from here on. The child must not survive a test that crashed.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(126);
    // What a test ignores for itself is no matter of the child's.
    ::signal(SIGPIPE, SIG_DFL);
    ::dup2(in.read_end, STDIN_FILENO);
    ::dup2(out.write_end, STDOUT_FILENO);
    ::dup2(err.write_end, STDERR_FILENO);
    // Sockets of the test's clients must not stay open in the server.
    ::close_range(3, ~0U, 0);
    if (!folder.empty() && ::chdir(folder.c_str()) != 0) ::_exit(126);
    ::execve(argv[0], argv.data(), envp.data());
    ::_exit(127);
  }
  ::close(in.read_end);
  ::close(out.write_end);
  ::close(err.write_end);
  if (input) write_all(in.write_end, *input);
  ::close(in.write_end);
  drainer_ =
      std::thread([this, out_fd = out.read_end, err_fd = err.read_end] { drain(out_fd, err_fd); });
}

ChildProcess::~ChildProcess() {
  signal(SIGKILL);
  drainer_.join();
}

void ChildProcess::drain(int out_fd, int err_fd) {
  std::array<pollfd, 2> watched{{{.fd = out_fd, .events = POLLIN, .revents = 0},
                                 {.fd = err_fd, .events = POLLIN, .revents = 0}}};
  while (watched[0].fd >= 0 || watched[1].fd >= 0) {
    if (::poll(watched.data(), watched.size(), -1) < 0) continue;
    const std::lock_guard lock(mutex_);
    if (watched[0].revents != 0 && !read_into(out_fd, out_)) watched[0].fd = -1;
    if (watched[1].revents != 0 && !read_into(err_fd, err_)) watched[1].fd = -1;
    changed_.notify_all();
  }
  ::close(out_fd);
  ::close(err_fd);
  // Seen first and reaped under the lock, so that signal() can never hit a reused pid.
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) != 0 &&
         errno == EINTR) {
  }
  const std::lock_guard lock(mutex_);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  exit_ = WIFEXITED(status) ? ExitStatus{.code = WEXITSTATUS(status), .signal = 0}
                            : ExitStatus{.code = -1, .signal = WTERMSIG(status)};
  changed_.notify_all();
}

std::string ChildProcess::standard_output() const {
  const std::lock_guard lock(mutex_);
  return out_;
}

std::string ChildProcess::standard_error() const {
  const std::lock_guard lock(mutex_);
  return err_;
}

bool ChildProcess::await_output(
    const std::function<bool(const std::string& out, const std::string& err)>& done,
    Deadline deadline) const {
  std::unique_lock lock(mutex_);
  bool held = false;
  changed_.wait_until(lock, deadline.at(), [&] {
    held = done(out_, err_);
    return held || exit_.has_value();
  });
  return held;
}

std::optional<ExitStatus> ChildProcess::await_exit(Deadline deadline) const {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, deadline.at(), [&] { return exit_.has_value(); });
  return exit_;
}

void ChildProcess::signal(int number) const {
  const std::lock_guard lock(mutex_);
  if (!exit_) ::kill(pid_, number);
}

Finished run_to_end(const std::vector<std::string>& arguments, const Environment& environment,
                    const std::string& folder, const std::optional<std::string>& input) {
  const ChildProcess child(arguments, environment, folder, input);
  const std::optional<ExitStatus> status = child.await_exit();
  if (!status) {
    throw std::runtime_error(arguments.front() +
                             " did not end in time; stderr: " + child.standard_error());
  }
  return {.code = status->code, .out = child.standard_output(), .err = child.standard_error()};
}

}  // namespace plugboard::test
