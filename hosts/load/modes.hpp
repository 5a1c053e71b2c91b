// What can be run. Each function connects, measures and returns its report; each throws when the
// server cannot be reached or does not play along at all.
#pragma once

#include "load/options.hpp"
#include "load/report.hpp"

namespace plugboard::load {

/// Modes kThroughput, kPingPong and kPaced.
Report run_traffic(const Options& options);
Report run_idle(const Options& options);
Report run_connect(const Options& options);
Report run_presence(const Options& options);

/// Whether a report speaks of anything lost, reordered, damaged or otherwise wrong.
bool is_clean(const Report& report);

/// Ids that every server of the protocol takes: a letter and seven digits.
std::string peer_id(char letter, std::size_t number);

}  // namespace plugboard::load
