// Numbers for tokens, peers and timers. Any thread.
#pragma once

#include <atomic>
#include <cstdint>

namespace plugboard::plugin_check {

/// Never the same twice, so that what belongs to one instance is seen to be foreign to another.
inline std::uint64_t next_handle() {
  static std::atomic<std::uint64_t> last = 1000;
  return ++last;
}

}  // namespace plugboard::plugin_check
