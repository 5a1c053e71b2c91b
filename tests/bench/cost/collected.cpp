#include "bench/cost/collected.hpp"

#include <valgrind/callgrind.h>

namespace plugboard::bench {

void forget_collected() { CALLGRIND_ZERO_STATS; }
void write_collected(const std::string& name) { CALLGRIND_DUMP_STATS_AT(name.c_str()); }

}  // namespace plugboard::bench
