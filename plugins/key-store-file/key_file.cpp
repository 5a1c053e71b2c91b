#include "key-store-file/key_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace plugboard::key_store_file {
namespace {

constexpr std::size_t kMaxFileSize = 64 * 1024 * 1024;
constexpr std::string_view kHashPrefix = "sha256:";

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

[[noreturn]] void fail(const std::string& path, const std::string& why) {
  throw std::runtime_error("the key file " + path + " " + why);
}
[[noreturn]] void fail_to_read(const std::string& path, int error) {
  fail(path, "cannot be read: " + std::generic_category().message(error));
}

std::string_view without_comment_and_space(std::string_view line) {
  constexpr std::string_view kSpace = " \t\r";
  line = line.substr(0, line.find('#'));
  const auto begin = line.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(kSpace) - begin + 1);
}

// In any letter case, as the digits behind it.
bool begins_with_hash_prefix(std::string_view entry) {
  const std::string_view begin = entry.substr(0, kHashPrefix.size());
  return std::equal(kHashPrefix.begin(), kHashPrefix.end(), begin.begin(), begin.end(),
                    [](unsigned char known, unsigned char c) { return known == std::tolower(c); });
}

access_keys::Digest digest_in(std::string_view entry, std::size_t line) {
  const auto fail_line = [line](const std::string& why) {
    throw std::runtime_error("line " + std::to_string(line) + " of the key file " + why);
  };
  if (begins_with_hash_prefix(entry)) {
    const auto digest = access_keys::digest_from_hex(entry.substr(kHashPrefix.size()));
    if (!digest) fail_line("has no 64 hex digits behind sha256:");
    return *digest;
  }
  if (!access_keys::is_access_key(entry)) {
    fail_line("is no key: " + std::string(access_keys::kForm) + " are allowed");
  }
  return access_keys::digest_of(entry);
}

}  // namespace

std::string read_file(const std::string& path) {
  // O_NONBLOCK: a pipe in the file's place must not hold the thread up.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) fail_to_read(path, errno);
  struct stat status {};
  if (fstat(file.get(), &status) != 0) fail_to_read(path, errno);
  if (!S_ISREG(status.st_mode)) fail(path, "is no regular file");

  std::string text;
  char block[64 * 1024];
  for (;;) {
    const ssize_t size = read(file.get(), block, sizeof block);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) fail_to_read(path, errno);
    if (size == 0) return text;
    if (text.size() + static_cast<std::size_t>(size) > kMaxFileSize) {
      fail(path, "is larger than 64 MiB");
    }
    text.append(block, static_cast<std::size_t>(size));
  }
}

access_keys::KeyTable parse_keys(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // some editors begin files with it
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());

  std::vector<access_keys::Digest> digests;
  for (std::size_t line = 1; !text.empty(); ++line) {
    const std::string_view whole = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(whole.size() + 1, text.size()));
    const std::string_view entry = without_comment_and_space(whole);
    if (!entry.empty()) digests.push_back(digest_in(entry, line));
  }
  if (digests.empty()) throw std::runtime_error("the key file holds no keys");
  return access_keys::KeyTable(std::move(digests));
}

}  // namespace plugboard::key_store_file
