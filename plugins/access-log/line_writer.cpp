#include "access-log/line_writer.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "own_thread/own_thread.hpp"

namespace plugboard::access_log {
namespace {

constexpr std::chrono::seconds kLastWrites{1};
// Behind a write, lines gather for so long: under load, the thread then wakes twenty times a second
// and not for every line.
constexpr std::chrono::milliseconds kGather{50};

std::uint64_t lines_in(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

LineWriter::LineWriter(std::unique_ptr<Output> output, std::size_t buffer_size, Callbacks callbacks)
    : callbacks_(std::move(callbacks)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      buffer_size_(buffer_size),
      output_(std::move(output)) {
  if (wake_ < 0) {
    throw std::system_error(errno, std::generic_category(), "the access log cannot begin");
  }
  try {
    thread_ = start_own_thread("access-log", [this] { run(); });
  } catch (...) {
    close(wake_);
    throw;
  }
}

LineWriter::~LineWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    deadline_ = Clock::now() + kLastWrites;
  }
  filled_.notify_one();
  wake();
  thread_.join();
  close(wake_);
}

void LineWriter::append(std::string_view line) {
  bool first_dropped = false;
  bool notify = false;
  {
    const std::lock_guard lock(mutex_);
    if (line.size() > buffer_size_ - std::min(buffer_size_, buffer_.size())) {
      first_dropped = dropped_++ == 0;
    } else {
      buffer_ += line;
    }
    notify = resting_ || (gathering_ && half_full());
    if (notify) resting_ = gathering_ = false;
  }
  if (first_dropped) {
    callbacks_.warn("the access log is written too slowly: lines are being dropped");
  }
  if (notify) filled_.notify_one();
}

void LineWriter::reopen(std::unique_ptr<Output> output, std::size_t buffer_size) {
  {
    const std::lock_guard lock(mutex_);
    output_ = std::move(output);
    buffer_size_ = buffer_size;
  }
  wake();
}

void LineWriter::run() {
  std::chrono::milliseconds gather{0};
  for (bool stopping = false; !stopping;) {
    std::string batch;
    std::uint64_t dropped = 0;
    {
      std::unique_lock lock(mutex_);
      gathering_ = true;
      filled_.wait_for(lock, gather, [&] { return stopping_ || half_full(); });
      gathering_ = false;
      resting_ = true;
      filled_.wait(lock, [&] { return stopping_ || !buffer_.empty(); });
      resting_ = false;
      gather = kGather;
      batch.swap(buffer_);
      dropped = std::exchange(dropped_, 0);
      stopping = stopping_;
    }
    std::string_view rest;
    if (write_all(batch, rest)) {
      // What was dropped came behind what was taken.
      if (dropped == 0) continue;
      if (write_all(callbacks_.dropped_line(dropped), rest)) {
        callbacks_.warn(std::to_string(dropped) + " lines of the access log were dropped");
        continue;
      }
      rest = {};
    }
    const std::lock_guard lock(mutex_);
    dropped_ += dropped + lines_in(rest);
  }
  const std::lock_guard lock(mutex_);
  if (dropped_ != 0) {
    callbacks_.warn(std::to_string(dropped_) + " lines of the access log were dropped at the end");
  }
}

// Whole lines. False if it gave up; then `rest` begins with the first line that is not written
// whole.
bool LineWriter::write_all(std::string_view text, std::string_view& rest) {
  rest = text;
  if (text.empty()) return true;
  std::shared_ptr<Output> present;
  std::size_t at = 0;
  while (!rest.empty()) {
    if (auto next = output(); next != present) {
      present = std::move(next);
      at = text.size() - rest.size();  // a line that was begun elsewhere begins anew here
    }
    if (present == nullptr) return fail(EBADF);
    if (!wait_until_writable(*present)) return fail(ETIMEDOUT);
    if (present != output()) continue;
    const bool cut_off = cut_off_ == present && at == text.size() - rest.size();
    const std::ptrdiff_t size = present->write_some(cut_off ? "\n" : text.substr(at));
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (size < 0) return fail(errno);
    cut_off_.reset();
    if (cut_off) continue;
    at += static_cast<std::size_t>(size);
    const auto end = text.substr(0, at).rfind('\n');
    if (end != std::string_view::npos) rest = text.substr(end + 1);
    if (at != text.size() - rest.size()) cut_off_ = present;
  }
  if (std::exchange(failing_, false)) callbacks_.warn("the access log is being written again");
  return true;
}

// Until it is, the thread has to stop and its time is up (false), or another output has come.
bool LineWriter::wait_until_writable(const Output& output) {
  for (;;) {
    int timeout = -1;
    {
      const std::lock_guard lock(mutex_);
      if (output_.get() != &output) return true;
      if (stopping_) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now());
        if (left.count() <= 0) return false;
        timeout = static_cast<int>(left.count());
      }
    }
    pollfd waiting[] = {{output.descriptor(), POLLOUT, 0}, {wake_, POLLIN, 0}};
    if (poll(waiting, 2, timeout) < 0) continue;
    if (waiting[0].revents != 0) return true;
    if (waiting[1].revents != 0) {
      std::uint64_t count = 0;
      (void)!read(wake_, &count, sizeof count);
    }
  }
}

// Tells the first of several failures in a row. Always false.
bool LineWriter::fail(int error) {
  if (!std::exchange(failing_, true)) {
    callbacks_.warn("the access log cannot be written: " + std::generic_category().message(error));
  }
  return false;
}

std::shared_ptr<Output> LineWriter::output() {
  const std::lock_guard lock(mutex_);
  return output_;
}

void LineWriter::wake() const {
  const std::uint64_t one = 1;
  // Cannot fail: an eventfd takes 2^64 - 2 such writes.
  (void)!write(wake_, &one, sizeof one);
}

}  // namespace plugboard::access_log
