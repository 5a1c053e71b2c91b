// Which vector instructions this build and this processor have. Internal to the wire room.
//
// The baseline of x86-64 holds SSE2, so code under PLUGBOARD_WIRE_SSE2 needs no check at run time.
// Code under PLUGBOARD_WIRE_AVX2 is compiled by a target attribute and called only when
// `has_avx2()`. Everything has a portable form besides.
#pragma once

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#include <immintrin.h>
#define PLUGBOARD_WIRE_SSE2 1
#define PLUGBOARD_WIRE_AVX2 1
#define PLUGBOARD_WIRE_TARGET_AVX2 __attribute__((target("avx2,bmi")))
#endif

namespace plugboard::wire {

#ifdef PLUGBOARD_WIRE_AVX2
/// Asked of the processor once. False before static initialisation reached this file's users:
/// the baseline form is right then too.
inline const bool kHasAvx2 = [] {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi") != 0;
}();
inline bool has_avx2() { return kHasAvx2; }
#endif

}  // namespace plugboard::wire
