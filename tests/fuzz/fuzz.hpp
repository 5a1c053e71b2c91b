// What a fuzz target is made of: one entry, and a way to say that something must hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

/// Judges one input. Aborts where something is wrong with it; returns 0.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace plugboard::fuzz {

[[noreturn]] inline void fail(const char* what, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
  std::abort();
}

}  // namespace plugboard::fuzz

#define FUZZ_REQUIRE(condition) \
  ((condition) ? void() : ::plugboard::fuzz::fail(#condition, __FILE__, __LINE__))
