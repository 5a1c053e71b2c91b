// What the kernel says a process has used, from /proc.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace plugboard::load {

/// CPU time of all threads of a process, also of those that have ended.
struct CpuTime {
  double user_us = 0;
  double system_us = 0;

  [[nodiscard]] double total_us() const { return user_us + system_us; }
  CpuTime operator-(const CpuTime& earlier) const {
    return {.user_us = user_us - earlier.user_us, .system_us = system_us - earlier.system_us};
  }
};

/// Bytes of memory.
struct Memory {
  std::int64_t rss = 0;
  /// Shared pages counted by their share; the same as rss where the kernel does not say.
  std::int64_t pss = 0;
};

/// Throw if the process is gone or may not be looked at.
CpuTime cpu_time(pid_t pid);
Memory memory(pid_t pid);

/// The line of /proc/PID/stat, in clock ticks a second. Throws if it cannot be read.
CpuTime parse_stat(std::string_view line, long ticks_per_second);
/// A value in kB from /proc/PID/status or smaps_rollup, in bytes; -1 if there is none.
std::int64_t parse_kilobytes(std::string_view text, std::string_view name);

}  // namespace plugboard::load
