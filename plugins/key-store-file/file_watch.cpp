#include "key-store-file/file_watch.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "key-store-file/path_trail.hpp"
#include "own_thread/own_thread.hpp"

namespace plugboard::key_store_file {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLookAgain{500};
// Not what is written to the files within: a folder such as /tmp would wake the thread all the
// time.
constexpr std::uint32_t kFolderEvents = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                                        IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
constexpr std::uint32_t kFileEvents =
    IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;

int milliseconds_until(Clock::time_point time) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(time - Clock::now()).count();
  return left > 0 ? static_cast<int>(left) : 0;
}

}  // namespace

FileWatch::FileWatch(std::string path, std::function<void()> changed)
    : path_(std::move(path)),
      changed_(std::move(changed)),
      inotify_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)),
      stop_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (stop_ < 0) {
    const int error = errno;
    close_all();
    throw std::system_error(error, std::generic_category(), "cannot watch the key file");
  }
  try {
    watch_the_way();
    thread_ = start_own_thread("key-file-watch", [this] { run(); });
  } catch (...) {
    close_all();
    throw;
  }
}

FileWatch::~FileWatch() {
  const std::uint64_t one = 1;
  // Cannot fail: an eventfd takes 2^64 - 2 such writes.
  (void)!write(stop_, &one, sizeof one);
  thread_.join();
  close_all();
}

void FileWatch::close_all() const {
  if (inotify_ >= 0) close(inotify_);
  if (stop_ >= 0) close(stop_);
}

void FileWatch::run() {
  Signature seen = signature();
  constexpr Clock::time_point kNever = Clock::time_point::max();
  Clock::time_point still_at = kNever;  // set while a change has been seen and not yet told
  Clock::time_point look_at = Clock::now() + kLookAgain;
  bool first = true;  // the file may have changed before the watch began: that counts as a change
  for (;;) {
    pollfd waiting[] = {{stop_, POLLIN, 0}, {inotify_, POLLIN, 0}};
    const auto until = first ? Clock::now() : std::min(still_at, look_at);
    if (poll(waiting, inotify_ >= 0 ? 2 : 1, milliseconds_until(until)) < 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));  // out of memory, perhaps
      continue;
    }
    if (waiting[0].revents != 0) return;

    bool changed = first;
    first = false;
    if (inotify_ >= 0 && waiting[1].revents != 0 && read_events()) {
      watch_the_way();
      changed = true;
    }
    const auto now = Clock::now();
    if (changed || now >= look_at || now >= still_at) {
      const Signature present = signature();
      if (present != seen) {
        seen = present;
        watch_the_way();
        changed = true;
      }
      look_at = now + kLookAgain;
    }
    if (changed) {
      still_at = now + kStillness;
    } else if (now >= still_at) {
      still_at = kNever;
      changed_();
    }
  }
}

void FileWatch::watch_the_way() {
  if (inotify_ < 0) return;
  std::map<int, std::set<std::string>> names;
  for (const auto& [folder, looked_up] : trail_of(path_)) {
    // Gives the same descriptor as before for a folder that is watched already. One that cannot be
    // watched is left to the look every half second.
    const int watch = inotify_add_watch(inotify_, folder.c_str(), kFolderEvents);
    if (watch >= 0) names[watch].insert(looked_up.begin(), looked_up.end());
  }
  const int file_watch = inotify_add_watch(inotify_, path_.c_str(), kFileEvents);
  for (const auto& [watch, looked_up] : names_) {
    if (!names.contains(watch)) inotify_rm_watch(inotify_, watch);
  }
  if (file_watch_ >= 0 && file_watch_ != file_watch) inotify_rm_watch(inotify_, file_watch_);
  names_ = std::move(names);
  file_watch_ = file_watch;
}

// Whether anything among the events concerns the file.
bool FileWatch::read_events() {
  bool concerns = false;
  alignas(inotify_event) char buffer[16 * 1024];
  for (;;) {
    const ssize_t size = read(inotify_, buffer, sizeof buffer);
    if (size <= 0) return concerns;
    for (ssize_t at = 0; at < size;) {
      inotify_event event{};
      std::memcpy(&event, buffer + at, sizeof event);
      const char* const name = buffer + at + sizeof event;
      at += static_cast<ssize_t>(sizeof event + event.len);
      if ((event.mask & IN_Q_OVERFLOW) != 0) {
        concerns = true;
      } else if (event.wd == file_watch_) {
        concerns = concerns || (event.mask & IN_IGNORED) == 0;
      } else if (const auto folder = names_.find(event.wd); folder != names_.end()) {
        concerns = concerns || event.len == 0 || folder->second.contains(name);
      }
    }
  }
}

FileWatch::Signature FileWatch::signature() const {
  struct stat status {};
  if (stat(path_.c_str(), &status) != 0) return {};
  const auto nanoseconds = [](const timespec& time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  };
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .size = status.st_size,
          .modified_ns = nanoseconds(status.st_mtim),
          .changed_ns = nanoseconds(status.st_ctim)};
}

}  // namespace plugboard::key_store_file
