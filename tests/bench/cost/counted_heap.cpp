#include "bench/cost/counted_heap.hpp"

#include <cerrno>
#include <cstddef>

// glibc's own functions, by the names under which programs that put themselves before them find
// them ("Replacing malloc" in its manual).
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}

namespace plugboard::bench {
namespace {

thread_local bool counting = false;
thread_local std::uint64_t taken_so_far = 0;

void count() {
  if (counting) ++taken_so_far;
}

}  // namespace

CountedHeap::CountedHeap() { counting = true; }
CountedHeap::~CountedHeap() { counting = false; }
std::uint64_t CountedHeap::taken() { return taken_so_far; }

}  // namespace plugboard::bench

#define PLUGBOARD_BENCH_EXPORT extern "C" __attribute__((visibility("default")))

PLUGBOARD_BENCH_EXPORT void* malloc(std::size_t size) {
  plugboard::bench::count();
  return __libc_malloc(size);
}
PLUGBOARD_BENCH_EXPORT void* calloc(std::size_t count, std::size_t size) {
  plugboard::bench::count();
  return __libc_calloc(count, size);
}
PLUGBOARD_BENCH_EXPORT void* realloc(void* memory, std::size_t size) {
  plugboard::bench::count();
  return __libc_realloc(memory, size);
}
PLUGBOARD_BENCH_EXPORT void* aligned_alloc(std::size_t alignment, std::size_t size) {
  plugboard::bench::count();
  return __libc_memalign(alignment, size);
}
PLUGBOARD_BENCH_EXPORT void* memalign(std::size_t alignment, std::size_t size) {
  plugboard::bench::count();
  return __libc_memalign(alignment, size);
}
PLUGBOARD_BENCH_EXPORT int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  plugboard::bench::count();
  *memory = __libc_memalign(alignment, size);
  return *memory != nullptr ? 0 : ENOMEM;
}
