// What valgrind's callgrind counts, if this program runs under it.
#pragma once

#include <string>

namespace plugboard::bench {

/// Forgets what was counted so far.
void forget_collected();
/// Has callgrind write what was counted since, under this name.
void write_collected(const std::string& name);

}  // namespace plugboard::bench
