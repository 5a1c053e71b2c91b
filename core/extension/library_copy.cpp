#include "extension/library_copy.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace plugboard::extension {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = ".plugboard-";
constexpr std::string_view kEnding = ".so";
constexpr std::size_t kHashDigits = 64;

std::string error_text(int error) { return std::system_category().message(error); }

/// Why no code should be put into the folder, or nothing.
std::string folder_problem(const fs::path& folder) {
  struct statvfs system = {};
  struct stat info = {};
  if (statvfs(folder.c_str(), &system) != 0 || stat(folder.c_str(), &info) != 0) {
    return error_text(errno);
  }
  if ((system.f_flag & ST_NOEXEC) != 0) return "nothing may be executed from it";
  // Somebody else could put another file in the copy's place before it is mapped.
  if ((info.st_mode & S_IWOTH) != 0 && (info.st_mode & S_ISVTX) == 0) {
    return "anybody may replace files in it";
  }
  return {};
}

/// The process that made a copy of this file name, or nothing if it is none.
std::optional<long> maker(const std::string& name) {
  // .plugboard-HASH-PID-NUMBER.so
  const std::size_t start = kPrefix.size() + kHashDigits + 1;
  if (name.size() <= start || name.compare(0, kPrefix.size(), kPrefix) != 0 ||
      name[start - 1] != '-') {
    return std::nullopt;
  }
  const std::size_t end = name.find('-', start);
  if (end == std::string::npos || end == start || end - start > 10 ||
      name.find_first_not_of("0123456789", start) != end) {
    return std::nullopt;
  }
  return std::stol(name.substr(start, end - start));
}

/// Removes what processes that ended within a load have left behind. Young files may belong to a
/// process that cannot be seen from here (another container), so only old ones go.
void remove_leftovers(const fs::path& folder) {
  constexpr auto kOld = std::chrono::minutes(10);
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const auto process = maker(entry->path().filename().string());
    if (!process || fs::exists("/proc/" + std::to_string(*process), error)) continue;
    const auto written = entry->last_write_time(error);
    if (error || fs::file_time_type::clock::now() - written < kOld) continue;
    fs::remove(entry->path(), error);
  }
}

bool write_all(int file, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// Writes the copy into `folder`; why not, if it cannot be.
std::string write_copy(const fs::path& folder, std::string_view content, std::string_view sha256,
                       fs::path& path) {
  static std::atomic<unsigned> number = 0;
  if (std::string problem = folder_problem(folder); !problem.empty()) return problem;
  path = folder / (std::string(kPrefix) + std::string(sha256) + "-" + std::to_string(getpid()) +
                   "-" + std::to_string(number.fetch_add(1)) + std::string(kEnding));
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0700);
  if (file < 0) return error_text(errno);
  const bool written = write_all(file, content);
  const int error = errno;
  if (::close(file) == 0 && written) return {};
  ::unlink(path.c_str());
  return error_text(error);
}

/// Folders for temporary files, the preferred first. A name in them that another user could guess
/// does no harm: the file is made anew, or not at all, and only this user can write to it.
std::vector<fs::path> temporary_folders() {
  std::vector<fs::path> folders;
  for (const char* const variable : {"XDG_RUNTIME_DIR", "TMPDIR"}) {
    const char* const value = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe)
    if (value != nullptr && *value == '/') folders.emplace_back(value);
  }
  folders.insert(folders.end(), {"/tmp", "/var/tmp", "/dev/shm"});
  return folders;
}

}  // namespace

std::variant<LibraryCopy, std::string> LibraryCopy::make(std::string_view content,
                                                         std::string_view sha256,
                                                         const fs::path& original,
                                                         bool needs_origin) {
  const fs::path beside = original.parent_path().empty() ? fs::path(".") : original.parent_path();
  remove_leftovers(beside);
  fs::path path;
  const std::string problem = write_copy(beside, content, sha256, path);
  if (problem.empty()) return LibraryCopy(std::move(path));
  if (needs_origin) {
    return "it looks for other libraries beside itself ($ORIGIN), so it must be copied within its "
           "folder before it is loaded, but " +
           beside.string() + " does not allow that: " + problem;
  }
  std::string problems = beside.string() + ": " + problem;
  for (const fs::path& folder : temporary_folders()) {
    remove_leftovers(folder);
    const std::string other = write_copy(folder, content, sha256, path);
    if (other.empty()) return LibraryCopy(std::move(path));
    problems += "; " + folder.string() + ": " + other;
  }
  return "there is no folder to put the copy that it is loaded from (" + problems + ")";
}

LibraryCopy::LibraryCopy(LibraryCopy&& other) noexcept
    : path_(std::exchange(other.path_, fs::path())) {}

LibraryCopy& LibraryCopy::operator=(LibraryCopy&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

LibraryCopy::~LibraryCopy() {
  if (path_.empty()) return;
  std::error_code ignored;
  fs::remove(path_, ignored);
}

}  // namespace plugboard::extension
