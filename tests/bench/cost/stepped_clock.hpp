// Time as the measured thread sees it: it stands still but for the steps that it is told to make,
// so that what falls due (leases, deadlines) falls due at the same message in every run, however
// slow the machine. Other threads see the real time.
#pragma once

#include <chrono>

namespace plugboard::bench {

/// Stops the clocks of this thread. For good.
void stop_clock();

/// Moves the stopped clocks on.
void step_clock(std::chrono::nanoseconds by);

}  // namespace plugboard::bench
