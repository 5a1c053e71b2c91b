// Tells when a file may have changed, however it was saved: written in place, replaced by a rename,
// deleted and made anew, reached through a symbolic link or folder that was swapped.
//
// inotify on every folder along the way wakes a thread of its own at once. Since network file
// systems and mounts do not report to inotify, the thread also looks at the file's status every
// half second.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <thread>

namespace plugboard::key_store_file {

class FileWatch {
 public:
  /// How long the file must have been left alone before a change counts.
  static constexpr std::chrono::milliseconds kStillness{100};

  /// Calls `changed` on the thread of the watch whenever the file behind `path` (absolute) may have
  /// changed and has been still since; also once at the beginning, so that nothing is missed that
  /// happened after the caller last looked. Calls never overlap. `changed` must not throw.
  FileWatch(std::string path, std::function<void()> changed);
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;
  /// Waits for a running call. Not to be called from within `changed`.
  ~FileWatch();

 private:
  // What stat says about the file behind the path; all zero if there is none.
  struct Signature {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    std::int64_t modified_ns = 0;
    std::int64_t changed_ns = 0;
    friend bool operator==(const Signature&, const Signature&) = default;
  };

  void close_all() const;
  void run();
  void watch_the_way();
  bool read_events();
  Signature signature() const;

  const std::string path_;
  const std::function<void()> changed_;
  int inotify_ = -1;  // -1 if the system grants none: then only the status is looked at
  int stop_ = -1;     // an eventfd that becomes readable when the watch ends

  // Used by the thread alone.
  std::map<int, std::set<std::string>> names_;  // by watch descriptor: what matters in the folder
  int file_watch_ = -1;                         // the file itself, for hard links written elsewhere

  std::thread thread_;
};

}  // namespace plugboard::key_store_file
