#include "access-log/output.hpp"

#include <fcntl.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace plugboard::access_log {

namespace {

// O_NONBLOCK: matters for named pipes, which are refused while nobody reads them.
constexpr int kFlags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;

[[noreturn]] void fail_to_open(const std::string& path, int error) {
  throw std::runtime_error("the access log " + path +
                           " cannot be opened: " + std::generic_category().message(error));
}

}  // namespace

std::unique_ptr<Output> Output::file(const std::string& path) {
  const int descriptor = open(path.c_str(), kFlags | O_CREAT, S_IRUSR | S_IWUSR | S_IRGRP);
  if (descriptor < 0) fail_to_open(path, errno);
  return std::unique_ptr<Output>(new Output(descriptor, Kind::kFile));
}

void Output::try_file(const std::string& path) {
  const int descriptor = open(path.c_str(), kFlags);
  if (descriptor >= 0) {
    close(descriptor);
    return;
  }
  if (errno != ENOENT) fail_to_open(path, errno);
  const std::string folder = std::filesystem::path(path).parent_path().string();
  if (access(folder.c_str(), W_OK | X_OK) != 0) fail_to_open(path, errno);
}

std::unique_ptr<Output> Output::standard_output() {
  struct stat status {};
  if (fstat(STDOUT_FILENO, &status) != 0) return nullptr;
  int descriptor = -1;
  if (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode)) {
    // Opened anew, so that it can be made non-blocking for us alone.
    descriptor = open("/proc/self/fd/1", O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  } else if (!S_ISREG(status.st_mode) && !S_ISSOCK(status.st_mode)) {
    return nullptr;  // closed at the start, and the number is now something else's
  }
  if (descriptor < 0) descriptor = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  if (descriptor < 0) return nullptr;
  const Kind kind = S_ISSOCK(status.st_mode)  ? Kind::kSocket
                    : S_ISREG(status.st_mode) ? Kind::kFile
                                              : Kind::kStream;
  return std::unique_ptr<Output>(new Output(descriptor, kind));
}

Output::~Output() { close(descriptor_); }

std::ptrdiff_t Output::write_some(std::string_view data) const {
  if (kind_ == Kind::kSocket) {
    return send(descriptor_, data.data(), data.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  // A writable pipe takes PIPE_BUF bytes at once, also where it could not be opened anew.
  const std::size_t size =
      kind_ == Kind::kStream ? std::min<std::size_t>(data.size(), PIPE_BUF) : data.size();
  return write(descriptor_, data.data(), size);
}

}  // namespace plugboard::access_log
