// Which vector instructions this build and this processor have. Internal to the wire room.
//
// The baseline of x86-64 holds SSE2, so code under PLUGBOARD_WIRE_SSE2 needs no check at run time.
// Code between PLUGBOARD_WIRE_BEGIN_AVX2 and PLUGBOARD_WIRE_END_AVX2 is compiled for AVX2 and BMI
// and called only when `has_avx2()`; it may include nothing, so that no function that others share
// is compiled for the wider set. Everything has a portable form besides. Tests that want to see the
// other forms define PLUGBOARD_WIRE_PORTABLE or PLUGBOARD_WIRE_WITHOUT_AVX2.
#pragma once

#define PLUGBOARD_WIRE_INLINE inline __attribute__((always_inline))

#if defined(__x86_64__) && !defined(PLUGBOARD_WIRE_PORTABLE)
#include <immintrin.h>
#define PLUGBOARD_WIRE_SSE2 1
#ifndef PLUGBOARD_WIRE_WITHOUT_AVX2
#define PLUGBOARD_WIRE_AVX2 1
#endif
#ifdef __clang__
#define PLUGBOARD_WIRE_BEGIN_AVX2 \
  _Pragma("clang attribute push(__attribute__((target(\"avx2,bmi,bmi2\"))), apply_to = function)")
#define PLUGBOARD_WIRE_END_AVX2 _Pragma("clang attribute pop")
#else
#define PLUGBOARD_WIRE_BEGIN_AVX2 \
  _Pragma("GCC push_options") _Pragma("GCC target(\"avx2,bmi,bmi2\")")
#define PLUGBOARD_WIRE_END_AVX2 _Pragma("GCC pop_options")
#endif
#endif

namespace plugboard::wire {

#ifdef PLUGBOARD_WIRE_AVX2
/// Asked of the processor once. False before static initialisation reached it, which is no harm:
/// the baseline form is right then too.
inline const bool kHasAvx2 = [] {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi") != 0 &&
         __builtin_cpu_supports("bmi2") != 0;
}();
inline bool has_avx2() { return kHasAvx2; }
#endif

}  // namespace plugboard::wire
