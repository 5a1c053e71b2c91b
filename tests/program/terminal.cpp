#include "program/terminal.hpp"

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>

#include "support/deadline.hpp"

namespace plugboard::test {

Terminal::Terminal(const std::vector<std::string>& arguments, const Environment& environment) {
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  winsize size{24, 80, 0, 0};
  pid_ = ::forkpty(&descriptor_, nullptr, nullptr, &size);
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "forkpty");
  if (pid_ == 0) {
    ::setenv("TERM", "xterm", 1);
    ::setenv("LC_ALL", "C.UTF-8", 1);
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
}

Terminal::~Terminal() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(descriptor_);
}

void Terminal::press(std::string_view keys) {
  if (::write(descriptor_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size())) {
    throw std::system_error(errno, std::generic_category(), "terminal");
  }
}

bool Terminal::read_more(int timeout_ms) {
  pollfd waited{descriptor_, POLLIN, 0};
  if (::poll(&waited, 1, timeout_ms) <= 0) return false;
  std::array<char, 4096> bytes{};
  const ssize_t count = ::read(descriptor_, bytes.data(), bytes.size());
  if (count <= 0) return false;  // EIO: the program has left
  shown_.append(bytes.data(), static_cast<std::size_t>(count));
  return true;
}

bool Terminal::shows(std::string_view text) {
  const Deadline deadline;
  while (shown_.find(text) == std::string::npos) {
    if (!read_more(deadline.left_ms())) return false;
  }
  return true;
}

bool Terminal::takes_keys() const {
  return await([this] {
    termios mode{};
    return ::tcgetattr(descriptor_, &mode) == 0 && (mode.c_lflag & tcflag_t{ICANON}) == 0;
  });
}

int Terminal::await_exit() {
  const Deadline deadline;
  while (read_more(deadline.left_ms())) {
  }
  int status = 0;
  if (!await([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; }, deadline)) return -1;
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace plugboard::test
