// Takes lines from many threads and writes them on a thread of its own, so that none of the many
// ever waits for a disk or a pipe. Between the two is a bounded buffer; lines that find it full are
// dropped, counted, and told: in the log itself once it goes on, and to the relay's log.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "access-log/output.hpp"

namespace plugboard::access_log {

class LineWriter {
 public:
  struct Callbacks {
    /// Makes the line that stands for `count` dropped ones. On the writer's thread.
    std::function<std::string(std::uint64_t count)> dropped_line;
    /// Tells the operator. Any thread.
    std::function<void(const std::string& sentence)> warn;
  };

  /// `output` may be null: then everything is dropped. `buffer_size`: bytes of lines that may wait.
  LineWriter(std::unique_ptr<Output> output, std::size_t buffer_size, Callbacks callbacks);
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;
  /// Writes what waits, for a second at most.
  ~LineWriter();

  /// Takes a whole line, its end included. Any thread; never blocks.
  void append(std::string_view line);

  /// What has not been written yet goes to another place. Any thread.
  void reopen(std::unique_ptr<Output> output, std::size_t buffer_size);

 private:
  using Clock = std::chrono::steady_clock;

  void run();
  bool write_all(std::string_view text, std::string_view& rest);
  bool wait_until_writable(const Output& output);
  bool fail(int error);
  std::shared_ptr<Output> output();
  void wake() const;
  bool half_full() const { return buffer_.size() >= buffer_size_ / 2; }

  const Callbacks callbacks_;
  int wake_ = -1;  // an eventfd: readable when the thread must look at `stopping_` and `output_`

  std::mutex mutex_;
  std::condition_variable filled_;
  // Guarded by mutex_.
  std::string buffer_;
  std::size_t buffer_size_;
  std::uint64_t dropped_ = 0;  // since the last line that told about it
  std::shared_ptr<Output> output_;
  bool resting_ = false;    // the thread waits for a line
  bool gathering_ = false;  // the thread waits for more lines
  bool stopping_ = false;
  Clock::time_point deadline_;  // once stopping

  // Of the writer's thread alone.
  bool failing_ = false;             // the last write failed, which has been told
  std::shared_ptr<Output> cut_off_;  // ends in the middle of a line

  std::thread thread_;
};

}  // namespace plugboard::access_log
