// Calls into plugins that may block for long, or for ever.
#pragma once

#include <chrono>
#include <functional>

namespace plugboard::extension {

/// Runs `work` on a thread of its own and waits for it. False if it has not returned in time: it
/// then goes on by itself, so it must own whatever it touches. `work` does not throw.
[[nodiscard]] bool run_with_deadline(std::chrono::milliseconds deadline,
                                     std::function<void()> work);

}  // namespace plugboard::extension
