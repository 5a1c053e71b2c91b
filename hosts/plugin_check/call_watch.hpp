// Which call of the plugin each thread of a test's process is in, so that a crash, a hang or an
// exception can be laid at its door.
#pragma once

#include <chrono>
#include <cstdint>

namespace plugboard::plugin_check {

/// How a call may behave.
enum class CallKind : std::uint8_t {
  kControl,  ///< may block
  kIo,       ///< must not block
  kWorker    ///< may block
};

/// What the process does when the plugin crashes or does not return: tells the checker, and ends.
/// `limit`: how long one call may take. Starts a thread.
void watch_calls(std::chrono::milliseconds limit);

/// The calling thread is in a call of the plugin while this lives. `function`: a literal.
class CallMark {
 public:
  explicit CallMark(const char* function);
  CallMark(const CallMark&) = delete;
  CallMark& operator=(const CallMark&) = delete;
  ~CallMark();

 private:
  const char* before_;
  std::int64_t before_ns_;
};

}  // namespace plugboard::plugin_check
