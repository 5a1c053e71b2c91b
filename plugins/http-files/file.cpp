#include "http-files/file.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace plugboard::http_files {
namespace {

[[noreturn]] void fail(const std::string& what, int error) {
  throw std::runtime_error(what + ": " + std::generic_category().message(error));
}

// Linux 5.6: the system itself keeps the way below the folder.
int open_below(int folder, const std::string& name) {
  open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  long result = -1;
  do {
    result = syscall(SYS_openat2, folder, name.empty() ? "." : name.c_str(), &how, sizeof how);
  } while (result < 0 && errno == EAGAIN);  // the way was being changed meanwhile
  return static_cast<int>(result);
}

}  // namespace

std::variant<File, File::Failure> File::open(const std::string& folder, const std::string& name) {
  const int at = ::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (at < 0) fail("the folder " + folder + " cannot be opened", errno);
  const int descriptor = open_below(at, name);
  const int error = errno;
  close(at);
  if (descriptor < 0) {
    if (error == ENOSYS || error == EPERM || error == EMFILE || error == ENFILE ||
        error == ENOMEM) {
      fail("files cannot be opened", error);
    }
    return Failure::kNotFound;
  }
  File file(descriptor, {});
  if (fstat(descriptor, &file.status_) != 0) fail("a file's status cannot be read", errno);
  if (S_ISDIR(file.status_.st_mode)) return Failure::kFolder;
  if (!S_ISREG(file.status_.st_mode)) return Failure::kNotFound;
  return file;
}

File::File(File&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), status_(other.status_) {}

File::~File() {
  if (descriptor_ >= 0) close(descriptor_);
}

std::string File::tag() const {
  char text[64];
  std::snprintf(text, sizeof text, "\"%llx-%llx-%llx\"",
                static_cast<unsigned long long>(status_.st_mtim.tv_sec),
                static_cast<unsigned long long>(status_.st_mtim.tv_nsec),
                static_cast<unsigned long long>(status_.st_size));
  return text;
}

std::string File::read(std::uint64_t max_size) const {
  if (size() > max_size) throw std::runtime_error("a file is too large to be served");
  std::string content(size(), '\0');
  std::size_t done = 0;
  while (done < content.size()) {
    const ssize_t count = ::read(descriptor_, content.data() + done, content.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("a file cannot be read", errno);
    if (count == 0) break;  // it has become shorter
    done += static_cast<std::size_t>(count);
  }
  content.resize(done);
  return content;
}

}  // namespace plugboard::http_files
