// The file of a unix socket that this relay listens on. Control thread.
#pragma once

#include <sys/types.h>

#include <filesystem>

namespace plugboard::server {

/// Removes the file at its end, unless another stands in its place by then: the next relay's.
class SocketFile {
 public:
  explicit SocketFile(std::filesystem::path path);
  ~SocketFile();
  SocketFile(const SocketFile&) = delete;
  SocketFile& operator=(const SocketFile&) = delete;

 private:
  std::filesystem::path path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace plugboard::server
