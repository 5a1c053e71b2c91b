// Tells whether the manifest has changed, for `reload = "watch"`. Control thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>

namespace plugboard::program {

/// Judges by what the system says of the file: its content is read only when it has changed.
class FileWatch {
 public:
  /// What the file is now is known.
  explicit FileWatch(std::filesystem::path file);

  /// True once after each change, as soon as the file has been the same for one call.
  bool changed();

  /// The present content is going to be read: what changes meanwhile is a change.
  void reset() { known_ = look(); }

 private:
  struct Look {
    bool exists = false;
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    std::int64_t modified_s = 0;
    std::int64_t modified_ns = 0;
    std::int64_t touched_s = 0;  // also where the time of the last change was set back
    std::int64_t touched_ns = 0;
    bool operator==(const Look&) const = default;
  };

  Look look() const;

  std::filesystem::path file_;
  Look known_;
  Look seen_;
};

}  // namespace plugboard::program
