#include "peer/keyboard.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <system_error>

namespace plugboard::program {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

// How long the relay may take to answer on the way out.
constexpr milliseconds kLeaveTime{10'000};

constexpr std::size_t kReadBytes = 65'536;

std::string reason(int error) { return std::generic_category().message(error); }

}  // namespace

Keyboard::Keyboard() {
  LineEditor::prepare();
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGWINCH}) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signals_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals_ < 0) throw std::system_error(errno, std::generic_category(), "signalfd");
}

Keyboard::~Keyboard() { ::close(signals_); }

void Keyboard::print(const std::string& line) {
  if (editor_) {
    editor_->print_above(line);
    return;
  }
  if (output_lost_) return;
  // Each line counts at once for whoever reads it.
  if (std::fputs(line.c_str(), stdout) >= 0 && std::fputc('\n', stdout) >= 0 &&
      std::fflush(stdout) == 0) {
    return;
  }
  output_lost_ = true;
  if (errno != EPIPE) trouble_ = "stdout cannot be written: " + reason(errno);
}

void Keyboard::run(Conversation& conversation, EventQueue& events,
                   std::optional<milliseconds> time_limit) {
  events_ = &events;
  if (time_limit) deadline_ = steady_clock::now() + *time_limit;
  if (::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1) {
    // The prompt comes when the relay has answered.
    while (!conversation.finished() && !conversation.takes_input()) {
      if (wait(conversation, false) == Ready::kNoInput && conversation.takes_input()) break;
    }
    if (!conversation.finished()) {
      editor_ = LineEditor::open(
          "> ", [this, &conversation] { return wait(conversation, true) == Ready::kInput; });
    }
  }
  if (editor_) {
    run_with_editor(conversation);
  } else {
    run_plain(conversation);
  }
}

void Keyboard::run_with_editor(Conversation& conversation) {
  while (!conversation.finished()) {
    const auto line = editor_->read_line();
    if (!line) {
      conversation.on_input_end();
      break;
    }
    conversation.on_line(*line);
  }
  while (!conversation.finished()) wait(conversation, false);
  editor_.reset();
}

void Keyboard::run_plain(Conversation& conversation) {
  while (!conversation.finished()) {
    hand_over(conversation);
    if (conversation.finished()) return;
    if (wait(conversation, !input_ended_ && conversation.takes_input()) == Ready::kInput) {
      read_input();
    }
  }
}

void Keyboard::hand_over(Conversation& conversation) {
  std::size_t begin = 0;
  while (conversation.takes_input()) {
    const auto end = input_.find('\n', begin);
    const bool last = end == std::string::npos;
    if (last && (!input_ended_ || begin == input_.size())) break;
    // The last line may lack its end.
    const auto length = last ? std::string_view::npos : end - begin;
    if (!conversation.on_line(std::string_view(input_).substr(begin, length))) break;
    begin = last ? input_.size() : end + 1;
  }
  input_.erase(0, begin);
  if (input_ended_ && input_.empty() && !end_told_ && conversation.takes_input()) {
    end_told_ = true;
    conversation.on_input_end();
  }
}

Keyboard::Ready Keyboard::wait(Conversation& conversation, bool want_input) {
  while (!conversation.finished()) {
    if (output_lost_) conversation.leave();
    std::array<pollfd, 3> waited = {{{events_->descriptor(), POLLIN, 0},
                                     {signals_, POLLIN, 0},
                                     {want_input ? STDIN_FILENO : -1, POLLIN, 0}}};
    const int ready = ::poll(waited.data(), waited.size(), poll_timeout_ms(conversation));
    if (ready < 0 && errno != EINTR) {
      throw std::system_error(errno, std::generic_category(), "poll");
    }
    if (ready == 0) {
      conversation.on_timeout();
      break;
    }
    if (ready < 0) continue;
    if (waited[1].revents != 0) read_signal(conversation);
    if (waited[0].revents != 0) {
      while (const auto event = events_->pop()) conversation.on_event(*event);
      // What may be done now has perhaps changed.
      if (!want_input) return Ready::kNoInput;
    }
    if (waited[2].revents != 0 && !conversation.finished()) return Ready::kInput;
    if (want_input && !editor_ && !conversation.takes_input()) return Ready::kNoInput;
  }
  return Ready::kNoInput;
}

int Keyboard::poll_timeout_ms(const Conversation& conversation) {
  if (conversation.leaving() && !leave_deadline_) {
    leave_deadline_ = steady_clock::now() + kLeaveTime;
  }
  auto until = leave_deadline_;
  if (deadline_ && (!until || *deadline_ < *until)) until = deadline_;
  if (!until) return -1;
  const auto left = std::chrono::ceil<milliseconds>(*until - steady_clock::now()).count();
  return static_cast<int>(std::clamp<milliseconds::rep>(left, 0, 1'000'000'000));
}

void Keyboard::read_signal(Conversation& conversation) {
  signalfd_siginfo info{};
  while (::read(signals_, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    if (info.ssi_signo != SIGWINCH) {
      conversation.leave();
    } else if (editor_) {
      editor_->resized();
    }
  }
}

void Keyboard::read_input() {
  const std::size_t before = input_.size();
  input_.resize(before + kReadBytes);
  const ssize_t count = ::read(STDIN_FILENO, input_.data() + before, kReadBytes);
  input_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  if (count > 0 || (count < 0 && (errno == EINTR || errno == EAGAIN))) return;
  input_ended_ = true;
  if (count < 0) trouble_ = "stdin cannot be read: " + reason(errno);
}

}  // namespace plugboard::program
