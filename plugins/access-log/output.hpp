// Where lines go: a file, or standard output. Used by one thread at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace plugboard::access_log {

class Output {
 public:
  /// Opens a file for appending; makes it if there is none, readable for its owner and group.
  /// Throws std::runtime_error with a sentence.
  [[nodiscard]] static std::unique_ptr<Output> file(const std::string& path);
  /// Whether `file` would succeed, without leaving anything behind. Throws as `file` does.
  static void try_file(const std::string& path);
  /// The process's standard output; null if that is closed.
  [[nodiscard]] static std::unique_ptr<Output> standard_output();

  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output();

  /// For poll: writable when some bytes can be written without blocking.
  [[nodiscard]] int descriptor() const { return descriptor_; }

  /// Writes a beginning of `data`, without blocking once the descriptor is writable. The number of
  /// bytes, or -1 with errno.
  [[nodiscard]] std::ptrdiff_t write_some(std::string_view data) const;

 private:
  enum class Kind { kFile, kStream, kSocket };

  Output(int descriptor, Kind kind) : descriptor_(descriptor), kind_(kind) {}

  const int descriptor_;
  const Kind kind_;
};

}  // namespace plugboard::access_log
