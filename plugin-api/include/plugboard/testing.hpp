// A stand-in for the relay, for tests of plugins: no sockets, no threads of its own, and a clock
// that moves only when told to. Any test framework will do.
//
//   plugboard::testing::TestHost host;
//   plugboard::testing::TestInstance keys("build/suffix-keys.so", host, R"({"suffix":"-team"})");
//   assert(keys.lookup("alice-team").status == plugboard::Status::kOk);
//   host.advance(std::chrono::seconds(60));  // fires timers
//
// The config is what the relay would pass on: defaults filled in, paths absolute, durations in
// milliseconds, sizes in bytes. Functions of the host table may be called from any thread, as the
// plugin pleases; those of TestHost and TestInstance as well, unless they say otherwise.
#ifndef PLUGBOARD_TESTING_HPP
#define PLUGBOARD_TESTING_HPP

#include "testing_host.hpp"
#include "testing_instance.hpp"

#endif
