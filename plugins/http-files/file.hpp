// One file below a folder, opened so that no link leads out of the folder. Blocks; any thread.
#pragma once

#include <sys/stat.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>

namespace plugboard::http_files {

class File {
 public:
  enum class Failure {
    kNotFound,  ///< nothing there, or nothing that may be read
    kFolder,    ///< a folder is there
  };

  /// `name`: relative to `folder`, without segments that lead upwards. Symbolic links are followed
  /// as long as they stay below the folder. Throws std::runtime_error if the system fails.
  [[nodiscard]] static std::variant<File, Failure> open(const std::string& folder,
                                                        const std::string& name);

  File(File&& other) noexcept;
  File& operator=(File&&) = delete;
  ~File();

  [[nodiscard]] std::uint64_t size() const { return static_cast<std::uint64_t>(status_.st_size); }
  /// Unix time in seconds.
  [[nodiscard]] std::int64_t modified() const { return status_.st_mtim.tv_sec; }
  /// Changes with the content: an entity tag (RFC 9110, section 8.8.3), quotation marks included.
  [[nodiscard]] std::string tag() const;

  /// The content. Throws std::runtime_error with a sentence if it cannot be read, or is larger than
  /// `max_size` bytes.
  [[nodiscard]] std::string read(std::uint64_t max_size) const;

 private:
  File(int descriptor, const struct stat& status) : descriptor_(descriptor), status_(status) {}

  int descriptor_;
  struct stat status_;
};

}  // namespace plugboard::http_files
