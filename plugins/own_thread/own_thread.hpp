// Threads that plugins start for themselves, in a process whose signals are the relay's.
#pragma once

#include <functional>
#include <thread>

namespace plugboard {

/// Starts a thread that runs `run`, which must not throw. Signals for the process never come to it:
/// the relay waits for those; and with SIGPIPE blocked, a pipe or socket whose reader has gone is a
/// failed write and no more. `name`: at most 15 bytes, what the system shows for it.
/// Throws std::system_error if the system has no thread left. Any thread.
[[nodiscard]] std::thread start_own_thread(const char* name, std::function<void()> run);

}  // namespace plugboard
