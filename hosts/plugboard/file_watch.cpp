#include "file_watch.hpp"

#include <sys/stat.h>

#include <utility>

namespace plugboard::program {

FileWatch::FileWatch(std::filesystem::path file)
    : file_(std::move(file)), known_(look()), seen_(known_) {}

bool FileWatch::changed() {
  const Look now = look();
  if (now == known_) return false;
  if (now != seen_) {
    seen_ = now;  // perhaps still being written
    return false;
  }
  known_ = now;
  return true;
}

FileWatch::Look FileWatch::look() const {
  struct stat status {};
  if (::stat(file_.c_str(), &status) != 0) return {};
  return {true,
          status.st_dev,
          status.st_ino,
          status.st_size,
          status.st_mtim.tv_sec,
          status.st_mtim.tv_nsec,
          status.st_ctim.tv_sec,
          status.st_ctim.tv_nsec};
}

}  // namespace plugboard::program
